import type { ListedStorage } from '../files/storage.ts';
import { backupPrefix, contentKey, manifestKey, nameOfKey, timeOfName } from './manifest.ts';

export interface ListedBackup {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The backups in a place that are whole, oldest first. */
export async function listBackups(place: ListedStorage): Promise<ListedBackup[]> {
  const keys = await place.list(backupPrefix);
  return keys
    .filter((key) => key.endsWith('.json'))
    .flatMap((key) => nameOfKey(key) ?? [])
    .sort()
    .map((name) => ({ name, at: timeOfName(name) }));
}

/** An upload may take this long; what is without a manifest after that was given up. */
const interruptedMs = 24 * 3600 * 1000;

/** Keeps the newest backups and removes the others, and what interrupted ones left. Answers the names of the removed. */
export async function rotateBackups(place: ListedStorage, keep: number, now: number): Promise<string[]> {
  const whole = await listBackups(place);
  const removed = whole.slice(0, Math.max(0, whole.length - keep)).map(({ name }) => name);
  for (const name of removed) {
    // In this order, so that no manifest ever promises a content that is gone.
    await place.remove(manifestKey(name));
    await place.remove(contentKey(name));
  }
  const known = new Set(whole.map(({ name }) => name));
  for (const key of await place.list(backupPrefix)) {
    const name = nameOfKey(key);
    if (name !== null && !known.has(name) && now - timeOfName(name) > interruptedMs) await place.remove(key);
  }
  return removed;
}
