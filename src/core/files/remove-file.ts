/**
 * The end of a file: first nobody may see it, then its content goes, then its row. A stop in between is finished by
 * the collector, because the row stays until the content is gone.
 */
import type { Core } from '../context.ts';
import type { Tx } from '../store.ts';
import { storageKey } from './storage.ts';

/** Marks a file as going, unless a record shows it. Inside a transaction; false: a record does. */
export async function markRemoving(tx: Tx, id: string): Promise<boolean> {
  if ((await tx.count('file_refs', { file_id: id })) > 0) return false;
  await tx.update('files', { id }, { state: 'removing', detached_at: 0 });
  return true;
}

/** Content, then row. */
export async function eraseFile(core: Core, id: string): Promise<void> {
  await core.files.remove(storageKey(id));
  await core.store.write((tx) => tx.remove('files', { id }));
}
