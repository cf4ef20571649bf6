/** Files in a folder. A file appears under its name only when it is whole and on the disk. */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ListedStorage } from '../../core/files/storage.ts';

export function createDiskStorage(folder: string): ListedStorage {
  const pathOf = (key: string) => join(folder, key);
  /** Beside its final name: `remove` finds what an interrupted `put` left without searching. */
  const partOf = (key: string) => `${pathOf(key)}.part`;

  return {
    async put(key, content) {
      const path = pathOf(key);
      await makeFolder(dirname(path));
      const part = partOf(key);
      const file = await open(part, 'wx', 0o600);
      try {
        try {
          for await (const chunk of content) await writeAll(file, chunk);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(part, path);
        // The name is in the folder, and the folder is written last: until then the name may be lost with the power.
        await syncFolder(dirname(path));
      } catch (error) {
        await rm(part, { force: true });
        await rm(path, { force: true });
        throw error;
      }
    },
    async get(key, range) {
      let file: FileHandle;
      try {
        file = await open(pathOf(key), 'r');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
      // The stream closes the file, also when its reader goes away.
      return file.createReadStream(range);
    },
    async size(key) {
      const found = await stat(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      return found?.size ?? null;
    },
    async remove(key) {
      await rm(partOf(key), { force: true });
      await rm(pathOf(key), { force: true });
    },
    async list(beginning) {
      const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const keys = entries.filter((entry) => entry.isFile()).map(({ name }) => name.replace(/\.part$/, ''));
      return [...new Set(keys)].filter((key) => key.startsWith(beginning));
    },
  };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at)).bytesWritten;
}

/** Makes what is missing of the path, and has each new name on the disk. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
