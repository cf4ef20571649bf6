import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { openShop, type Shop } from './shop.ts';

describe('whatever a client sends', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    await shop.add(shop.tags, { Name: 'a' });
    for (const Name of ['a', 'b', 'c']) await shop.add(shop.items, { Name, Price: 1, 'In Stock': true, Tags: [1] });
  });
  after(() => shop.app.close());

  const propertyName = () =>
    fc.oneof(
      fc.constantFrom('id', 'created_at', 'updated_at', '__proto__', 'constructor', ...shop.items.fieldByName.keys()),
      fc.string({ unit: 'binary' }),
    );
  const encoded = (text: string) => encodeURIComponent(text.toWellFormed());

  test('a list is 200 for any parameters', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constant('1'),
    );
    await fc.assert(
      fc.asyncProperty(text, text, propertyName(), text, async (offset, limit, key, value) => {
        const query = `offset=${encoded(offset)}&limit=${encoded(limit)}&filterKey=${encoded(key)}&filterValue=${encoded(value)}`;
        const { status, json } = await shop.call('GET', `${root}?${query}`);
        assert.equal(status, 200);
        assert.ok(Array.isArray(json.records));
      }),
      { numRuns: 300 },
    );
  });

  test('a list is 200 for any raw query', async () => {
    const raw = fc.string({ unit: fc.constantFrom(...'&=+%?[]filterKeyValue0a/~'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(raw, async (query) => {
        assert.equal((await shop.call('GET', `${root}?${query}`)).status, 200);
      }),
      { numRuns: 200 },
    );
  });

  test('a body of any JSON is stored whole or refused with a text, and what was answered is read again', async () => {
    const object = fc.dictionary(propertyName(), fc.jsonValue(), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 5, arbitrary: object }, fc.jsonValue()), async (body) => {
        const { status, json } = await shop.call('POST', root, { body: JSON.stringify(body) });
        assert.ok(status === 200 || status === 400, String(status));
        if (status === 400) return assert.equal(typeof json.error, 'string');
        assert.deepEqual((await shop.call('GET', `${root}/${json.id}`)).json, json);
      }),
      { numRuns: 300 },
    );
  });
});
