import type { ListedStorage } from '../files/storage.ts';
import { backupPrefix, manifestKey, nameOfKey, timeOfName } from './manifest.ts';

export interface ListedBackup {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The backups in a place that are whole, oldest first. */
export async function listBackups(place: ListedStorage): Promise<ListedBackup[]> {
  return wholeBackups(await place.list(backupPrefix));
}

/** Of the keys in a place. */
export function wholeBackups(keys: readonly string[]): ListedBackup[] {
  return keys
    .flatMap((key) => {
      const name = nameOfKey(key);
      return name !== null && key === manifestKey(name) ? name : [];
    })
    .sort()
    .map((name) => ({ name, at: timeOfName(name) }));
}
