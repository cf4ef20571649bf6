import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { updateField } from '../../../src/core/fields/update-field.ts';
import { batchRecords } from '../../../src/core/records/batch-records.ts';
import { createFakeClock } from '../../harness.ts';
import { openShop, type Shop } from './shop.ts';

type Row = Record<string, unknown> & { id: number };

describe('GET collection: pages (wire/adalo.md §4)', () => {
  const total = 250;
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    const name = shop.items.fieldByName.get('Name');
    const price = shop.items.fieldByName.get('Price');
    assert.ok(name && price);
    await batchRecords(shop.app.core, systemActor, shop.items, {
      create: Array.from({ length: total }, (_, index) => [
        [name, `Item ${index + 1}`],
        [price, index % 10],
      ]),
      update: [],
      delete: [],
    });
  });
  after(() => shop.app.close());

  const list = async (query: string) => {
    const { status, json, text } = await shop.call('GET', `${root}${query}`);
    assert.equal(status, 200, text);
    return json as { records: Row[]; offset?: number };
  };
  const ids = (records: readonly Row[]) => records.map((record) => record.id);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test('without parameters: everything, ascending by id, and no offset key', async () => {
    const page = await list('');
    assert.deepEqual(ids(page.records), range(1, total));
    assert.deepEqual(Object.keys(page), ['records']);
  });

  test('offset names the next page while more remain, and is absent on the last', async () => {
    for (const [query, from, to, next] of [
      ['?limit=100', 1, 100, 100],
      ['?limit=100&offset=0', 1, 100, 100],
      ['?limit=100&offset=100', 101, 200, 200],
      ['?limit=100&offset=200', 201, 250, undefined],
      ['?offset=150&limit=100', 151, 250, undefined],
      ['?offset=149&limit=100', 150, 249, 249],
      ['?limit=250', 1, 250, undefined],
      ['?limit=249', 1, 249, 249],
      ['?limit=1&offset=249', 250, 250, undefined],
    ] as const) {
      const page = await list(query);
      assert.deepEqual(ids(page.records), range(from, to), query);
      assert.equal('offset' in page, next !== undefined, query);
      assert.equal(page.offset, next, query);
    }
  });

  test('past the end: no records and no offset', async () => {
    for (const query of [
      '?offset=250',
      '?offset=251&limit=10',
      '?offset=999999999999999',
      `?offset=${'9'.repeat(400)}`,
    ]) {
      assert.deepEqual(await list(query), { records: [] }, query);
    }
  });

  test('a limit beyond 1000 is clamped and bad values mean the default', async () => {
    for (const query of [
      '?limit=1000',
      '?limit=1250',
      '?limit=999999999999999999999',
      '?limit=-5',
      '?limit=abc',
      '?limit=',
      '?limit=0',
      '?limit=1.5',
      '?limit=1e2',
      '?offset=-1',
      '?offset=abc',
      '?offset=',
      '?offset=NaN&limit=null',
    ]) {
      assert.deepEqual(ids((await list(query)).records), range(1, total), query);
    }
  });

  test('unknown parameters are ignored', async () => {
    const page = await list('?filters[Name]=x&appID=1&collectionID=2&sort=-Name&__proto__=1&limit=2');
    assert.deepEqual(ids(page.records), [1, 2]);
  });

  test('a filter is applied before offset and limit', async () => {
    const page = await list('?filterKey=Price&filterValue=5&limit=10&offset=10');
    assert.deepEqual(
      ids(page.records),
      range(11, 20).map((index) => (index - 1) * 10 + 6),
    );
    assert.equal(page.offset, 20);
    assert.equal('offset' in (await list('?filterKey=Price&filterValue=5&limit=25')), false);
    assert.deepEqual(ids((await list('?filterKey=Name&filterValue=Item%2042&limit=1')).records), [42]);
  });

  test('/records lists too; the form without /v0 answers the bare list', async () => {
    assert.deepEqual(await list('/records?limit=2'), await list('?limit=2'));
    const legacy = root.replace('/v0', '');
    const bare = await shop.call('GET', `${legacy}?limit=2&offset=3`);
    assert.deepEqual(ids(bare.json), [4, 5]);
    assert.equal((await shop.call('GET', `${legacy}/4`)).json.Name, 'Item 4');
  });

  test('deleted records leave no gap in the pages', async () => {
    for (const id of [7, 100, 101]) await shop.call('DELETE', `${root}/${id}`);
    const seen: number[] = [];
    let offset: number | undefined = 0;
    while (offset !== undefined) {
      const page: { records: Row[]; offset?: number } = await list(`?limit=100&offset=${offset}`);
      seen.push(...ids(page.records));
      offset = page.offset;
    }
    assert.deepEqual(
      seen,
      range(1, total).filter((id) => ![7, 100, 101].includes(id)),
    );
  });
});

describe('GET collection: records and filters', () => {
  let shop: Shop;
  let root: string;
  let desk: Row;
  before(async () => {
    shop = await openShop({ clock: createFakeClock(Date.UTC(2024, 0, 9, 8, 30, 0, 0)) });
    root = shop.path(shop.items);
    const category = await shop.add(shop.categories, { Name: 'Furniture' });
    const tags = [await shop.add(shop.tags, { Name: 'oak' }), await shop.add(shop.tags, { Name: 'new' })];
    desk = await shop.add(shop.items, {
      Name: 'Oak desk',
      Price: 240.5,
      'In Stock': true,
      'Ready On': '2024-03-01',
      'Last Sold': '2024-02-28T16:04:11.000Z',
      Category: [category.id],
      Tags: tags.map((tag) => tag.id),
      'Today\'s "score", true?': 7,
      Place: { fullAddress: '1 Main St', latitude: 1.5, longitude: -2 },
    });
    await shop.add(shop.items, { Name: 'Pine shelf', Notes: '', 'In Stock': false, Price: '5' });
    await shop.add(shop.users, { Email: 'Ada+test@Example.com', Username: 'ada l', Password: 'secret' });
  });
  after(() => shop.app.close());

  const filtered = async (table: 'items' | 'users', key: string, value: string) => {
    const query = `?filterKey=${encodeURIComponent(key)}&filterValue=${encodeURIComponent(value)}`;
    const { status, json, text } = await shop.call('GET', shop.path(shop[table]) + query);
    assert.equal(status, 200, text);
    assert.deepEqual(Object.keys(json), ['records']);
    return json.records.map((record: Row) => record.id);
  };

  test('a record is keyed by display names in the order of the table, with null and [] for what is empty', async () => {
    const { json, headers } = await shop.call('GET', root);
    assert.match(String(headers['content-type']), /^application\/json/);
    const stamps = { created_at: '2024-01-09T08:30:00.000Z', updated_at: '2024-01-09T08:30:00.000Z' };
    assert.deepEqual(json.records[0], {
      id: 1,
      Name: 'Oak desk',
      Price: 240.5,
      'In Stock': true,
      'Ready On': '2024-03-01',
      'Last Sold': '2024-02-28T16:04:11.000Z',
      Category: [1],
      Tags: [1, 2],
      Notes: null,
      'Today\'s "score", true?': 7,
      Place: {
        fullAddress: '1 Main St',
        name: null,
        coordinates: { latitude: 1.5, longitude: -2 },
        addressElements: {},
      },
      ...stamps,
    });
    assert.deepEqual(json.records[1], {
      id: 2,
      Name: 'Pine shelf',
      Price: 5,
      'In Stock': false,
      'Ready On': null,
      'Last Sold': null,
      Category: [],
      Tags: [],
      Notes: '',
      'Today\'s "score", true?': null,
      Place: null,
      ...stamps,
    });
    assert.deepEqual(Object.keys(json.records[0]), [
      'id',
      ...shop.items.fields.map((field) => field.name),
      'created_at',
      'updated_at',
    ]);
  });

  for (const [key, value, expected] of [
    ['Name', 'Oak desk', [1]],
    ['Name', 'oak desk', []],
    ['Name', 'Oak', []],
    ['Price', '240.5', [1]],
    ['Price', '240.50', [1]],
    ['Price', '5.0', [2]],
    ['Price', 'cheap', []],
    ['In Stock', 'true', [1]],
    ['In Stock', 'false', [2]],
    ['In Stock', 'maybe', []],
    ['Ready On', '2024-03-01', [1]],
    ['Ready On', '2024-03-01T23:10:00Z', [1]],
    ['Ready On', '2024-03-02', []],
    ['Last Sold', '2024-02-28T16:04:11.000Z', [1]],
    ['Last Sold', '2024-02-28T17:04:11+01:00', [1]],
    ['Last Sold', '2024-02-28T16:04:11.001Z', []],
    ['Notes', '', [2]],
    ['Today\'s "score", true?', '7', [1]],
    ['id', '2', [2]],
    ['id', 'x', []],
    ['created_at', '2024-01-09T08:30:00.000Z', [1, 2]],
    ['updated_at', '2024-01-09', []],
    ['created_by', '', []],
    ['Category', '1', []],
    ['Tags', '1', []],
    ['Place', '1 Main St', []],
    ['No such property', 'x', []],
    ['constructor', 'x', []],
    ['__proto__', 'x', []],
  ] as const) {
    test(`filter ${key} = "${value}" finds ${JSON.stringify(expected)}`, async () => {
      assert.deepEqual(await filtered('items', key, value), expected);
    });
  }

  test('one of the two parameters alone is no filter', async () => {
    for (const query of ['?filterKey=Name', '?filterValue=Oak%20desk', '?filterKey=&filterValue=x']) {
      assert.equal((await shop.call('GET', root + query)).json.records.length, 2, query);
    }
  });

  test('e-mail addresses are found whatever their case, encoded or raw, and with a bare plus', async () => {
    const users = shop.path(shop.users);
    for (const value of [
      'Ada%2Btest%40Example.com',
      'ada%2Btest%40example.com',
      'ada%2Btest@example.com',
      'ada+test@example.com',
      'ada+test%40example.com',
    ]) {
      const { json } = await shop.call('GET', `${users}?filterKey=Email&filterValue=${value}`);
      assert.equal(json.records.length, 1, value);
      assert.equal(json.records[0].Email, 'Ada+test@Example.com');
    }
    const spaced = await shop.call('GET', `${users}?filterKey=Username&filterValue=ada+l&limit=1`);
    assert.equal(spaced.json.records.length, 1, 'a plus still means a space where it does');
  });

  test('passwords are neither shown nor found', async () => {
    const { json, text } = await shop.call('GET', shop.path(shop.users));
    assert.deepEqual(Object.keys(json.records[0]), [
      'id',
      'Email',
      'Username',
      'Full Name',
      'created_at',
      'updated_at',
    ]);
    assert.doesNotMatch(text, /secret|scrypt|\$/);
    for (const value of ['secret', '']) assert.deepEqual(await filtered('users', 'Password', value), []);
  });

  test('both sides of a relation list the ids', async () => {
    const { json } = await shop.call('GET', shop.path(shop.tags));
    assert.deepEqual(
      json.records.map((record: Row) => record.Items),
      [[desk.id], [desk.id]],
    );
    assert.deepEqual((await shop.call('GET', `${shop.path(shop.categories)}/1`)).json.Items, [desk.id]);
  });

  test('a renamed property changes its key with the next answer', async () => {
    const table = await shop.app.makeTable([{ name: 'Old', type: 'text' }]);
    await shop.add(table, { Old: 'x' });
    const field = table.fields[0];
    assert.ok(field);
    await updateField(shop.app.core, systemActor, table, field, { name: 'New' });
    const { json } = await shop.call('GET', `${shop.path(table)}/1`);
    assert.equal(json.New, 'x');
    assert.equal('Old' in json, false);
  });
});
