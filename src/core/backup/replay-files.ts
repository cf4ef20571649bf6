/** Files that were uploaded after a backup: known and there before the changes of records that show them are applied. */
import type { Readable } from 'node:stream';
import { type ListedStorage, storageKey } from '../files/storage.ts';
import type { Store } from '../store.ts';
import type { FileRow } from '../system-rows.ts';
import { checkedBytes } from './checked-bytes.ts';

export interface NewerFiles {
  /** The files that the newer database knows. */
  rows(): AsyncIterable<readonly FileRow[]>;
  /** Their contents, where they can be had. */
  content(file: FileRow): Promise<Readable | null>;
}

export interface ReplayedFiles {
  readonly added: number;
  /** Files of records whose content is nowhere. */
  readonly missing: number;
}

/** Adds the files of the newer database that were uploaded until then. `storage` null: contents are not copied. */
export async function replayFiles(
  store: Store,
  newer: NewerFiles,
  until: number,
  storage: ListedStorage | null,
): Promise<ReplayedFiles> {
  let added = 0;
  let missing = 0;
  for await (const piece of newer.rows()) {
    for (const file of piece) {
      if (file.created_at > until || (await store.find('files', { id: file.id })) !== undefined) continue;
      if (storage !== null && !(await ensure(newer, file, storage))) missing += 1;
      // Shown by nobody until a change says so; who is never shown is collected as any other.
      await store.write((tx) => tx.insert('files', { ...file, detached_at: until }));
      added += 1;
    }
  }
  return { added, missing };
}

async function ensure(newer: NewerFiles, file: FileRow, storage: ListedStorage): Promise<boolean> {
  const key = storageKey(file.id);
  if ((await storage.size(key)) === file.size) return true;
  const content = await newer.content(file);
  if (content === null) return false;
  const checked = checkedBytes(content);
  try {
    await storage.remove(key);
    await storage.put(key, checked.content);
  } finally {
    content.destroy();
  }
  if (checked.result().sha256 === file.sha256) return true;
  await storage.remove(key);
  return false;
}
