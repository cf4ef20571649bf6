import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ImportSource, sourceOfBytes } from '../core/import/import-source.ts';
import { showReading } from './show-reading.ts';

const source = sourceOfBytes('big.csv', new Uint8Array(3_000_000));

function createWatch() {
  const seen: (number | 'stop')[] = [];
  return { seen, update: (done: number) => void seen.push(done), stop: () => void seen.push('stop') };
}

async function readAll({ open }: ImportSource, start?: number): Promise<number> {
  let bytes = 0;
  for await (const part of open(start)) bytes += part.length;
  return bytes;
}

test('how far a file is read is shown to its end, and nothing after the work', async () => {
  const watch = createWatch();
  const shown = await showReading(source, watch, async (one) => {
    assert.equal(await readAll(one), 3_000_000);
    return one;
  });
  const told = watch.seen.length;
  assert.deepEqual([watch.seen[0], ...watch.seen.slice(-2)], [0, 3, 'stop']);
  assert.deepEqual(watch.seen.slice(0, -1), watch.seen.slice(0, -1).toSorted());
  assert.equal(await readAll(shown, 1_000_000), 2_000_000);
  assert.equal(watch.seen.length, told);
});

test('where the work fails, the terminal is left as it was', async () => {
  const watch = createWatch();
  await assert.rejects(
    showReading(source, watch, async () => {
      throw new Error('no CSV');
    }),
    /no CSV/,
  );
  assert.deepEqual(watch.seen, ['stop']);
});
