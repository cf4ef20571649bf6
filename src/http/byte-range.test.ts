import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRange } from './byte-range.ts';

test('a range lies within what is there, whatever the header says', () => {
  const part = fc.oneof(
    fc.nat({ max: 30 }).map(String),
    fc.constantFrom('', ' ', 'x', '-1', '9'.repeat(15), '9'.repeat(30)),
  );
  const header = fc.tuple(fc.constantFrom('bytes=', 'Bytes= ', 'lines=', ''), part, part);
  fc.assert(
    fc.property(header, fc.nat({ max: 20 }), ([unit, from, to], size) => {
      const range = readRange(`${unit}${from}-${to}`, size);
      if (typeof range === 'string') return;
      assert.ok(0 <= range.start && range.start <= range.end && range.end < size);
    }),
  );
});

test('nothing can be asked of an empty file', () => {
  assert.equal(readRange('bytes=0-', 0), 'none');
  assert.equal(readRange('bytes=-5', 0), 'none');
  assert.equal(readRange(undefined, 0), 'whole');
});
