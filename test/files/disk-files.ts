import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything below the folder of files, as paths; empty when there is no such folder. */
export async function filesOnDisk(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'files'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
