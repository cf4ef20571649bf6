import type { ListedStorage } from '../files/storage.ts';
import { contentOfFile } from './backup-files.ts';
import { wholeBackups } from './list-backups.ts';
import { backupPrefix, contentKey, filesKey, manifestKey, nameOfKey, timeOfName } from './manifest.ts';
import { readFileList } from './read-backup.ts';

/** An upload may take this long; what is without a manifest after that was given up. */
const interruptedMs = 24 * 3600 * 1000;

/**
 * Keeps the newest backups and removes the others, and what interrupted ones left. Contents of files go when no list that
 * stays names them. Answers the names of the removed backups.
 */
export async function rotateBackups(place: ListedStorage, keep: number, now: number): Promise<string[]> {
  const keys = await place.list(backupPrefix);
  const whole = wholeBackups(keys);
  const removed = whole.slice(0, Math.max(0, whole.length - keep)).map(({ name }) => name);
  const known = new Set(whole.map(({ name }) => name));
  const isGivenUp = (name: string) => !known.has(name) && now - timeOfName(name) > interruptedMs;
  const names = [...new Set(keys.flatMap((key) => nameOfKey(key) ?? []))];
  const going = new Set([...removed, ...names.filter(isGivenUp)]);
  const staying = names.filter((name) => !going.has(name));
  if (going.size === 0) return removed;
  const contents = await contentsOfNobody(place, going, staying, new Set(keys));
  // In this order, so that no manifest ever promises a content that is gone, and no content is left without a list.
  for (const name of going) {
    await place.remove(manifestKey(name));
    await place.remove(contentKey(name));
  }
  for (const sha256 of contents) await place.remove(contentOfFile(sha256));
  for (const name of going) await place.remove(filesKey(name));
  return removed;
}

/** What the lists of those that go name, and those of the others do not. */
async function contentsOfNobody(
  place: ListedStorage,
  going: Iterable<string>,
  staying: readonly string[],
  keys: ReadonlySet<string>,
): Promise<Set<string>> {
  const contents = new Set<string>();
  const hasList = (name: string) => keys.has(filesKey(name));
  for (const name of going) {
    if (!hasList(name)) continue;
    // A list that cannot be read names nothing: what only it knew stays, which is safe.
    try {
      for await (const { sha256 } of readFileList(place, filesKey(name))) contents.add(sha256);
    } catch {}
  }
  // Of those that stay, every one must be read: whoever cannot read what they need removes nothing.
  for (const name of staying) {
    if (!hasList(name) || contents.size === 0) continue;
    for await (const { sha256 } of readFileList(place, filesKey(name))) contents.delete(sha256);
  }
  return contents;
}
