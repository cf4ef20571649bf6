import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRecordSlugs, slugLength } from './slug.ts';

const slugs = createRecordSlugs(Buffer.alloc(16, 7));
const tableNumber = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const recordId = fc.oneof(
  fc.integer({ min: 1, max: 1000 }),
  fc.maxSafeNat().filter((id) => id > 0),
);

test('a slug has 22 base62 characters and comes back as the record it was made from', () => {
  fc.assert(
    fc.property(tableNumber, recordId, (table, id) => {
      const slug = slugs.encode(table, id);
      assert.match(slug, new RegExp(`^[0-9A-Za-z]{${slugLength}}$`));
      assert.deepEqual(slugs.decode(slug), { tableNumber: table, recordId: id });
      assert.equal(slugs.decodeIn(table, slug), id);
    }),
  );
});

test('an altered slug names nothing', () => {
  fc.assert(
    fc.property(
      tableNumber,
      recordId,
      fc.nat(slugLength - 1),
      fc.constantFrom(...'0Az9-'),
      (table, id, at, character) => {
        const slug = slugs.encode(table, id);
        const altered = slug.slice(0, at) + character + slug.slice(at + 1);
        if (altered !== slug) assert.equal(slugs.decode(altered), null);
      },
    ),
  );
});

test('a slug of another table, another instance or another length names nothing', () => {
  const slug = slugs.encode(3, 41);
  assert.equal(slugs.decodeIn(4, slug), null);
  assert.equal(createRecordSlugs(Buffer.alloc(16, 8)).decode(slug), null);
  for (const text of ['', slug.slice(1), `${slug}0`, '1', 'z'.repeat(22)]) assert.equal(slugs.decode(text), null);
});

test('neighbouring records have unrelated slugs', () => {
  const a = slugs.encode(1, 1);
  const b = slugs.encode(1, 2);
  assert.ok([...a].filter((character, i) => character === b[i]).length < 8);
});
