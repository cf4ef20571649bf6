import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSubmissionCodes } from './submission-code.ts';

const codes = createSubmissionCodes(Buffer.alloc(16, 7));
const others = createSubmissionCodes(Buffer.alloc(16, 8));
const tableNumber = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const recordId = fc.integer({ min: 1, max: 2 ** 48 - 1 });

test('a submission code is 20 lower-case characters and leads back to its record in its table alone', () => {
  fc.assert(
    fc.property(tableNumber, recordId, (table, id) => {
      const code = codes.encode(table, id);
      assert.match(code, /^[0-9a-z]{20}$/);
      assert.equal(codes.decodeIn(table, code), id);
      assert.equal(codes.decodeIn(table === 1 ? 2 : table - 1, code), null);
      assert.equal(others.decodeIn(table, code), null);
    }),
  );
});

test('a code that was changed in one place leads nowhere', () => {
  fc.assert(
    fc.property(tableNumber, recordId, fc.integer({ min: 0, max: 19 }), (table, id, at) => {
      const code = codes.encode(table, id);
      const changed = code.slice(0, at) + (code[at] === 'a' ? 'b' : 'a') + code.slice(at + 1);
      assert.equal(codes.decodeIn(table, changed), null);
    }),
  );
});

test('codes of neighbouring records have nothing in common', () => {
  const seen = new Set<string>();
  for (let id = 1; id <= 2000; id += 1) seen.add(codes.encode(1, id).slice(0, 6));
  assert.ok(seen.size > 1990, `${seen.size} different beginnings`);
});

test('a tracking code leads back to its record, whatever else is tried leads nowhere', () => {
  fc.assert(
    fc.property(tableNumber, recordId, (table, id) => {
      const code = codes.track(table, id);
      assert.match(code, /^[0-9A-Z]{6,15}$/);
      assert.equal(codes.untrackIn(table, code), id);
    }),
  );
  fc.assert(
    fc.property(tableNumber, fc.string(), (table, text) => {
      const id = codes.untrackIn(table, text);
      assert.ok(id === null || codes.track(table, id) === text);
      const second = codes.decodeIn(table, text);
      assert.ok(second === null || codes.encode(table, second) === text);
    }),
  );
});

test('many codes at once are those of each record', () => {
  fc.assert(
    fc.property(tableNumber, fc.array(recordId), (table, ids) => {
      assert.deepEqual(
        codes.encodeAll(table, ids),
        ids.map((id) => codes.encode(table, id)),
      );
    }),
  );
});
