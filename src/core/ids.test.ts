import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  base62Length,
  decodeBase62,
  encodeBase62,
  newId,
  newLogId,
  randomBase62,
  randomLetters,
  randomLowerAlphanumeric,
} from './ids.ts';

test('an id is 16 base62 characters and does not repeat', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const id = newId();
    assert.match(id, /^[0-9A-Za-z]{16}$/);
    seen.add(id);
  }
  assert.equal(seen.size, 20_000);
});

test('ids of a log are in the order of their time, and do not repeat within a millisecond', () => {
  const time = fc.integer({ min: 0, max: Date.UTC(2080, 0, 1) });
  fc.assert(
    fc.property(time, time, (a, b) => {
      const [first, second] = [newLogId(a), newLogId(b)];
      assert.match(first, /^[0-9A-Za-z]{16}$/);
      if (a !== b) assert.equal(first < second, a < b);
    }),
  );
  assert.equal(new Set(Array.from({ length: 20_000 }, () => newLogId(1_800_000_000_000))).size, 20_000);
});

test('random texts have the asked length and alphabet', () => {
  fc.assert(
    fc.property(fc.nat(300), (length) => {
      assert.match(randomBase62(length), new RegExp(`^[0-9A-Za-z]{${length}}$`));
      assert.match(randomLetters(length), new RegExp(`^[A-Za-z]{${length}}$`));
      assert.match(randomLowerAlphanumeric(length), new RegExp(`^[0-9a-z]{${length}}$`));
    }),
  );
});

test('no character of the alphabet is likelier than another', () => {
  const counts = new Map<string, number>();
  for (const character of randomBase62(310_000)) counts.set(character, (counts.get(character) ?? 0) + 1);
  assert.equal(counts.size, 62);
  // 5000 expected, standard deviation 70: eight of them are out of the question unless there is a bias.
  for (const [character, count] of counts) assert.ok(Math.abs(count - 5000) < 560, `${character}: ${count}`);
});

test('any bytes come back from base62, and the length depends on their count alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = encodeBase62(bytes);
      assert.equal(text.length, base62Length(bytes.length));
      assert.match(text, /^[0-9A-Za-z]*$/);
      assert.deepEqual(decodeBase62(text, bytes.length), bytes);
    }),
  );
});

test('every accepted base62 text is the encoding of exactly one value', () => {
  const character = fc.constantFrom(...'019AZaz-_ é');
  fc.assert(
    fc.property(fc.array(character, { minLength: 21, maxLength: 23 }), (characters) => {
      const text = characters.join('');
      const bytes = decodeBase62(text, 16);
      if (bytes !== null) assert.equal(encodeBase62(bytes), text);
    }),
  );
  assert.equal(decodeBase62('z'.repeat(22), 16), null, 'beyond 128 bits');
});
