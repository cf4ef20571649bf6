import type { Actor, Core } from '../context.ts';
import { eraseFile } from '../files/remove-file.ts';
import type { ImportRow } from '../system-rows.ts';
import { getImport } from './get-import.ts';
import { forgetImport } from './import-run.ts';

const rejectsPerStep = 500;

/**
 * Cancels an import that has not ended: what it has written stays, and it stays in the list. One that has ended is removed
 * with its refused rows. @throws app_not_found, import_not_found
 */
export async function deleteImport(core: Core, actor: Actor, appId: string, id: string): Promise<void> {
  const row = await getImport(core, actor, appId, id);
  if (row.finished_at !== null) return removeImport(core, row);
  const finished = { state: 'cancelled', finished_at: core.clock.now() } as const;
  // Whichever step it has come to meanwhile; while it runs, it notices by the next rows that it was cancelled.
  const where = { id, state: { in: ['waiting', 'planning', 'running'] } } as const;
  await core.store.write((tx) => tx.update('imports', where, finished));
  await dropContent(core, row);
}

/** Removes a finished import and all that is kept of it, in small steps. */
async function removeImport(core: Core, row: ImportRow): Promise<void> {
  while ((await removeSome(core, row, rejectsPerStep)) === 'rejects');
}

/** Removes a step's worth of a finished import's refused rows, or, with the last of them, the import itself. */
export async function removeSome(core: Core, row: ImportRow, rowsMax: number): Promise<'rejects' | 'import'> {
  const some = await core.store.list('import_rejects', { import_id: row.id }, { limit: rowsMax });
  const last = some.at(-1);
  if (some.length === rowsMax && last !== undefined) {
    await core.store.write((tx) => tx.remove('import_rejects', { import_id: row.id, n: { lte: last.n } }));
    return 'rejects';
  }
  await dropContent(core, row);
  await forgetImport(core, row);
  await core.store.write(async (tx) => {
    await tx.remove('import_rejects', { import_id: row.id });
    await tx.remove('imports', { id: row.id });
  });
  return 'import';
}

/** The file that came with the import is needed no more. */
export async function dropContent(core: Core, { owns_file, file_id }: ImportRow): Promise<void> {
  if (owns_file === 1) await eraseFile(core, file_id);
}
