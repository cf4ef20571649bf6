import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type FieldTypeName, fieldTypeNames, type Json } from '../../../src/core/fields/field-type.ts';
import { fieldTypes } from '../../../src/core/fields/index.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { openShop, type Shop } from './shop.ts';

interface Case {
  readonly options?: Record<string, Json>;
  /** What a client writes, and what it reads afterwards (the same unless given). */
  readonly write: Json;
  readonly read?: Json;
  /** A filter value that finds the record; null: filters never find it. */
  readonly filter: string | null;
}

const choices = [{ name: 'Red' }, { name: 'Deep, blue' }] as unknown as Json;

describe('every field type goes out and comes back', () => {
  let shop: Shop;
  let table: TableSchema;
  let path: string;
  let cases: Record<FieldTypeName, Case>;

  before(async () => {
    shop = await openShop();
    await shop.add(shop.tags, { Name: 'new' });
    const owner = shop.app.ownerId;
    cases = {
      text: { write: 'Zoë "☕" \\ \n', filter: 'Zoë "☕" \\ \n' },
      long_text: { write: 'a\nb', filter: 'a\nb' },
      rich_text: { write: '<p>a</p>', filter: '<p>a</p>' },
      email: { write: 'Ada@example.test', filter: 'ada@example.test' },
      url: { write: 'https://example.test/?a=1&b=2', filter: 'https://example.test/?a=1&b=2' },
      phone: { write: '+1 555 123 4567', filter: '+1 555 123 4567' },
      number: { write: -0.125, filter: '-0.125' },
      percent: { write: 12.5, filter: '12.5' },
      currency: { write: 19.99, filter: '19.99' },
      rating: { write: 4, filter: '4' },
      duration: { write: 90, filter: '90' },
      autonumber: { write: 77, read: 1, filter: '1' },
      checkbox: { write: true, filter: 'true' },
      date: { write: '2024-03-01', filter: '2024-03-01' },
      datetime: { write: '2024-02-28T16:04:11.123Z', filter: '2024-02-28T17:04:11.123+01:00' },
      time: { write: '09:07:00', filter: '09:07' },
      single_select: { options: { choices }, write: 'Deep, blue', filter: 'Deep, blue' },
      multi_select: { options: { choices }, write: ['Deep, blue', 'Red'], filter: 'Red' },
      location: {
        write: {
          fullAddress: 'x',
          name: 'y',
          coordinates: { latitude: 1, longitude: 2 },
          addressElements: { city: 'z' },
        },
        filter: null,
      },
      file: {
        write: { url: 'https://example.test/a.pdf', filename: 'a.pdf', size: 7 },
        filter: null,
      },
      image: {
        write: { url: 'https://example.test/a.jpg', filename: 'a.jpg', size: 7, width: 3, height: 2 },
        filter: null,
      },
      relation: { options: { target: shop.tags.id }, write: [1], filter: null },
      user: { write: owner, filter: owner },
      color: { write: '#112233', filter: '#112233' },
      json: { write: { a: [1, null, { b: 'c' }] }, filter: null },
      password: { write: 'hunter22', filter: null },
      formula: { options: { expression: '1 + 1' }, write: 3, filter: '2' },
      created_at: { write: 'ignored', filter: null },
      updated_at: { write: 'ignored', filter: null },
      created_by: { write: 'ignored', filter: null },
      updated_by: { write: 'ignored', filter: null },
    };
    table = await shop.app.makeTable(
      fieldTypeNames.map((type) => ({ name: `A ${type}`, type, options: cases[type].options ?? {} })),
    );
    path = shop.path(table);
  });
  after(() => shop.app.close());

  const valuesOf = (pick: (type: FieldTypeName) => Json) =>
    Object.fromEntries(fieldTypeNames.map((type) => [`A ${type}`, pick(type)]));
  const isWritable = (type: FieldTypeName) => !fieldTypes[type].isReadOnly && !fieldTypes[type].isHidden;

  test('written with POST, read by id and in the list, echoed back with PUT', async () => {
    const posted = await shop.call('POST', path, { body: valuesOf((type) => cases[type].write) });
    assert.equal(posted.status, 200, posted.text);
    for (const type of fieldTypeNames.filter(isWritable)) {
      assert.deepEqual(posted.json[`A ${type}`], cases[type].read ?? cases[type].write, type);
    }
    assert.equal(posted.json['A autonumber'], 1);
    assert.equal(posted.json['A created_at'], posted.json.created_at);
    assert.equal(posted.json['A updated_at'], posted.json.updated_at);
    assert.ok('A created_by' in posted.json && 'A updated_by' in posted.json);
    assert.equal('A password' in posted.json, false);
    assert.deepEqual((await shop.call('GET', `${path}/1`)).json, posted.json);
    assert.deepEqual((await shop.call('GET', path)).json.records, [posted.json]);

    const put = await shop.call('PUT', `${path}/1`, { body: posted.json });
    assert.equal(put.status, 200, put.text);
    const { updated_at, 'A updated_at': changed } = put.json;
    assert.deepEqual(put.json, { ...posted.json, updated_at, 'A updated_at': changed });
  });

  for (const type of fieldTypeNames) {
    test(`a filter by ${type}`, async () => {
      const { filter } = cases[type];
      const value = filter ?? (typeof cases[type].write === 'string' ? cases[type].write : '1');
      const query = `?filterKey=${encodeURIComponent(`A ${type}`)}&filterValue=${encodeURIComponent(value as string)}`;
      const { status, json, text } = await shop.call('GET', path + query);
      assert.equal(status, 200, text);
      assert.equal(json.records.length, filter === null ? 0 : 1);
    });
  }

  test('null and "" clear every type', async () => {
    for (const empty of [null, '']) {
      await shop.call('PUT', `${path}/1`, { body: valuesOf((type) => cases[type].write) });
      const { status, json, text } = await shop.call('PUT', `${path}/1`, { body: valuesOf(() => empty) });
      assert.equal(status, 200, text);
      for (const type of fieldTypeNames.filter(isWritable)) {
        const isPlainText = type === 'text' || type === 'long_text' || type === 'rich_text';
        const expected = type === 'relation' ? [] : isPlainText ? empty : null;
        assert.deepEqual(json[`A ${type}`], expected, type);
      }
    }
  });

  test('properties named like the built-in keys do not get in their way', async () => {
    const odd = await shop.app.makeTable([
      { name: 'id', type: 'text' },
      { name: 'created_at', type: 'text' },
      { name: 'ID', type: 'text' },
    ]);
    const { json } = await shop.call('POST', shop.path(odd), { body: { id: 'mine', created_at: 'x', ID: 'kept' } });
    assert.deepEqual([json.id, json.ID], [1, 'kept']);
    assert.match(json.created_at, /Z$/);
    const found = await shop.call('GET', `${shop.path(odd)}?filterKey=id&filterValue=1`);
    assert.equal(found.json.records.length, 1);
  });
});
