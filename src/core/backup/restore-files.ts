import { AppError } from '../errors.ts';
import { type FileStorage, type ListedStorage, storageKey } from '../files/storage.ts';
import type { StoredFile } from '../store.ts';
import { contentOfFile } from './backup-files.ts';
import { checkedBytes } from './checked-bytes.ts';

export interface RestoredFiles {
  readonly count: number;
  readonly bytes: number;
  /** Of these, so many were in the storage already: a restore that was interrupted goes on. */
  readonly present: number;
}

/**
 * Puts the files of a backup where the server keeps them, each with the checksum it was uploaded with.
 * @throws file_not_found, body_invalid naming the first that is not whole in the backup
 */
export async function restoreFiles(
  place: ListedStorage,
  files: AsyncIterable<StoredFile>,
  storage: ListedStorage,
  onBytes?: (bytes: number) => void,
): Promise<RestoredFiles> {
  let count = 0;
  let bytes = 0;
  let present = 0;
  for await (const file of files) {
    // Contents never change: what is there under this id and has this size is this file.
    if ((await storage.size(storageKey(file.id))) === file.bytes) present += 1;
    else await restoreFile(place, file, storage);
    count += 1;
    bytes += file.bytes;
    onBytes?.(bytes);
  }
  return { count, bytes, present };
}

async function restoreFile(place: ListedStorage, file: StoredFile, storage: FileStorage): Promise<void> {
  const key = contentOfFile(file.sha256);
  const content = await place.get(key);
  if (content === null) throw new AppError('file_not_found', `${key}: is missing in the place of the backup.`);
  try {
    await storage.remove(storageKey(file.id));
    await storage.put(storageKey(file.id), refusingOther(content, key, file));
  } finally {
    content.destroy();
  }
}

async function* refusingOther(
  content: AsyncIterable<Uint8Array>,
  key: string,
  { sha256, bytes }: StoredFile,
): AsyncGenerator<Uint8Array> {
  const checked = checkedBytes(content);
  yield* checked.content;
  const found = checked.result();
  if (found.sha256 === sha256 && found.bytes === bytes) return;
  throw new AppError('body_invalid', `${key}: is damaged; its content is not the one that its name tells.`);
}
