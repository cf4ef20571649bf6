/** Finds uploaded files whose content is not where it should be, also beside a running server. */
import { type ListedStorage, storageKey } from '../core/files/storage.ts';

interface KnownFile {
  readonly id: string;
  readonly size: number;
}

/** Asked at once: an object store answers each in its own time. */
const asked = 16;

/** `list` reads the files that the database knows, in pieces. */
export async function lostFiles(
  storage: ListedStorage,
  list: () => AsyncIterable<readonly KnownFile[]>,
): Promise<{ readonly count: number; readonly lost: readonly string[] }> {
  let count = 0;
  const lost = new Set<string>();
  for await (const files of list()) {
    count += files.length;
    for (let at = 0; at < files.length; at += asked) {
      await Promise.all(
        files.slice(at, at + asked).map(async ({ id, size }) => {
          if ((await storage.size(storageKey(id))) !== size) lost.add(id);
        }),
      );
    }
  }
  // One that was deleted while this looked is not lost.
  const still: string[] = [];
  if (lost.size > 0) for await (const files of list()) for (const { id } of files) if (lost.has(id)) still.push(id);
  return { count, lost: still };
}
