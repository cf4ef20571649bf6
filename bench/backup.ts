/** Reads while a large database is backed up, against the same reads alone. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { rawRequest } from './load.ts';
import { type Asked, percentile, sendOpenly } from './open-loop.ts';
import type { Line } from './report.ts';

interface Large {
  readonly url: string;
  readonly table: string;
  readonly key: string;
  readonly rows: number;
}

interface Made {
  readonly seconds: number;
  readonly bytes: number;
  readonly compressedBytes: number;
}

/** Far from what the server can do: what is measured is whether it is disturbed. */
const perSecond = 1_000;

export async function benchBackup(folder: string, isQuick: boolean): Promise<Line[]> {
  const args = [join(folder, 'large.db'), isQuick ? '100' : '1000', join(folder, 'backups')];
  const child = fork(new URL('./large-server.ts', import.meta.url), args);
  try {
    const large = await told<Large>(child);
    const request = (n: number): Asked => ({
      kind: 'get',
      status: 200,
      bytes: rawRequest('GET', `/api/v1/tables/${large.table}/records/${1 + ((n * 7919) % large.rows)}`, {
        Authorization: `Bearer ${large.key}`,
      }),
    });
    const load = { url: large.url, perSecond, connections: 64, request, isResting: true };
    await sendOpenly({ ...load, seconds: 2 });
    const earlier = await sendOpenly({ ...load, seconds: 8 });
    const making = told<Made>(child);
    child.send('backup');
    const beside: Awaited<ReturnType<typeof sendOpenly>>['admitted'][number][] = [];
    let made: Made | null = null;
    void making.then((one) => {
      made = one;
    });
    while (made === null) beside.push(...(await sendOpenly({ ...load, seconds: 1 })).admitted);
    const { seconds, bytes, compressedBytes } = await making;
    // Before and after it, since the machine may have become busier meanwhile.
    const later = await sendOpenly({ ...load, seconds: 8 });
    const alone = [...earlier.admitted, ...later.admitted];
    const [without, during] = [percentile(alone, 0.99), percentile(beside, 0.99)];
    return [
      {
        name: `p99 of reads while ${(bytes / 1e6).toFixed(0)} MB are backed up, against alone`,
        value: `${during.toFixed(2)} against ${without.toFixed(2)} ms (${percentile(earlier.admitted, 0.99).toFixed(2)} before, ${percentile(later.admitted, 0.99).toFixed(2)} after); p50 ${percentile(beside, 0.5).toFixed(2)} against ${percentile(alone, 0.5).toFixed(2)} ms`,
        ratio: during / without,
        most: 2,
      },
      {
        name: 'the backup itself, beside these reads',
        value: `${seconds.toFixed(1)} s, ${(compressedBytes / 1e6).toFixed(0)} MB compressed`,
      },
    ];
  } finally {
    child.send('stop');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`a bench process ended with ${code}`)));
  });
}
