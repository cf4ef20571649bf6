/** Shows how far a file is read while work goes on with it, and nothing of what is read of it afterwards. */
import type { ImportSource } from '../core/import/import-source.ts';
import type { Progress } from './progress.ts';

export const bytesPerUnit = 1_000_000;

/** `progress` counts in units of `bytesPerUnit`; it is stopped when the work has ended, however it did. */
export async function showReading<T>(
  source: ImportSource,
  progress: Pick<Progress, 'update' | 'stop'>,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  let isOver = false;
  const shown: ImportSource = {
    name: source.name,
    bytes: source.bytes,
    async *open(start = 0) {
      let at = start;
      for await (const part of source.open(start)) {
        at += part.length;
        if (!isOver) progress.update(Math.floor(at / bytesPerUnit));
        yield part;
      }
    },
  };
  try {
    return await work(shown);
  } finally {
    isOver = true;
    progress.stop();
  }
}
