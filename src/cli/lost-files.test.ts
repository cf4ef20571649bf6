import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ListedStorage, noStorage, storageKey } from '../core/files/storage.ts';
import { lostFiles } from './lost-files.ts';

function storageWith(sizes: Readonly<Record<string, number>>): ListedStorage {
  const known = new Map(Object.entries(sizes).map(([id, size]) => [storageKey(id), size]));
  return { ...noStorage, size: async (key) => known.get(key) ?? null, list: async () => [] };
}

test('a file is lost when its content is absent or of another length', async () => {
  const files = [
    { id: 'aaaaaaaaaaaaaaaa', size: 3 },
    { id: 'bbbbbbbbbbbbbbbb', size: 3 },
    { id: 'cccccccccccccccc', size: 0 },
  ];
  const storage = storageWith({ aaaaaaaaaaaaaaaa: 3, bbbbbbbbbbbbbbbb: 2 });
  const found = await lostFiles(storage, async function* () {
    yield files.slice(0, 2);
    yield files.slice(2);
  });
  assert.deepEqual(found, { count: 3, lost: ['bbbbbbbbbbbbbbbb', 'cccccccccccccccc'] });
});

test('a file that is deleted while it is looked for is not lost', async () => {
  let reads = 0;
  const found = await lostFiles(storageWith({}), async function* () {
    reads += 1;
    if (reads === 1) yield [{ id: 'aaaaaaaaaaaaaaaa', size: 1 }];
  });
  assert.deepEqual(found, { count: 1, lost: [] });
});
