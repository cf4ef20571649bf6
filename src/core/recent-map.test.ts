import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRecentMap } from './recent-map.ts';

test('it never holds more than its bound and always the latest half', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.array(fc.nat(40), { maxLength: 200 }), (entriesMax, keys) => {
      const map = createRecentMap<number, { key: number }>(entriesMax);
      const latest: number[] = [];
      for (const key of keys) {
        if (map.get(key) === undefined) map.set(key, { key });
        if (latest.includes(key)) latest.splice(latest.indexOf(key), 1);
        latest.unshift(key);
        assert.ok(map.size() <= Math.floor(entriesMax / 2) * 2);
        for (const recent of latest.slice(0, Math.floor(entriesMax / 2))) assert.equal(map.get(recent)?.key, recent);
        // Reading all of them in that order leaves the newest last used.
        for (const recent of latest.slice(0, Math.floor(entriesMax / 2)).reverse()) map.get(recent);
      }
    }),
  );
});

test('an entry not used between two turns is forgotten, a used one is kept', () => {
  const map = createRecentMap<string, { n: number }>(Number.POSITIVE_INFINITY);
  map.set('idle', { n: 1 });
  map.set('used', { n: 2 });
  map.turn();
  assert.equal(map.get('used')?.n, 2);
  map.turn();
  assert.equal(map.get('idle'), undefined);
  assert.equal(map.get('used')?.n, 2);
  map.deleteWhere((value) => value.n === 2);
  assert.equal(map.size(), 0);
});
