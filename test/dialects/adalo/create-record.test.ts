import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, type Shop } from './shop.ts';

describe('POST a record', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    await shop.add(shop.categories, { Name: 'Furniture' });
    await shop.add(shop.categories, { Name: 'Lamps' });
    await shop.add(shop.tags, { Name: 'new' });
  });
  after(() => shop.app.close());

  const count = async () => (await shop.call('GET', root)).json.records.length as number;
  const create = (body: unknown) => shop.call('POST', root, { body });

  test('200: the whole record, unwrapped, with its id and stamps; strings are read as the types of the properties', async () => {
    const { status, json } = await create({ Name: 'Lamp', Price: '19.9', 'In Stock': 'true', Category: [1] });
    assert.equal(status, 200);
    assert.match(json.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(json.updated_at, json.created_at);
    const { id, created_at, updated_at } = json;
    assert.ok(Number.isInteger(id));
    assert.deepEqual(json, {
      id,
      Name: 'Lamp',
      Price: 19.9,
      'In Stock': true,
      'Ready On': null,
      'Last Sold': null,
      Category: [1],
      Tags: [],
      Notes: null,
      'Today\'s "score", true?': null,
      Place: null,
      created_at,
      updated_at,
    });
    assert.deepEqual((await shop.call('GET', `${root}/${id}`)).json, json);
  });

  for (const [what, body, expected] of [
    ['numbers and booleans for a text', { Name: 12, Notes: true }, { Name: '12', Notes: 'true' }],
    ['a numeric text', { Price: ' 1e2 ' }, { Price: 100 }],
    [
      'an instant without milliseconds',
      { 'Last Sold': '2024-05-02T10:00:00Z' },
      { 'Last Sold': '2024-05-02T10:00:00.000Z' },
    ],
    [
      'an instant with an offset',
      { 'Last Sold': '2024-05-02T10:00:00+02:00' },
      { 'Last Sold': '2024-05-02T08:00:00.000Z' },
    ],
    ['an instant without seconds', { 'Last Sold': '2024-05-02T10:00' }, { 'Last Sold': '2024-05-02T10:00:00.000Z' }],
    ['a date with a time, cut to its day', { 'Ready On': '2024-05-02T23:30:00.000Z' }, { 'Ready On': '2024-05-02' }],
    ['a bare id for a relationship', { Category: 2 }, { Category: [2] }],
    ['ids as text', { Category: ['2'], Tags: '1' }, { Category: [2], Tags: [1] }],
    [
      'an address for a location',
      { Place: '1 Main St' },
      {
        Place: {
          fullAddress: '1 Main St',
          name: null,
          coordinates: { latitude: null, longitude: null },
          addressElements: {},
        },
      },
    ],
    [
      'coordinates for a location',
      { Place: { latitude: 1, longitude: 2 } },
      { Place: { fullAddress: null, name: null, coordinates: { latitude: 1, longitude: 2 }, addressElements: {} } },
    ],
    [
      'empty texts, which clear all but texts',
      { Name: '', Price: '', 'Ready On': '', 'Last Sold': '', Category: '', Tags: '', 'In Stock': '', Place: '' },
      {
        Name: '',
        Price: null,
        'Ready On': null,
        'Last Sold': null,
        Category: [],
        Tags: [],
        'In Stock': null,
        Place: null,
      },
    ],
    [
      'null, which clears',
      { Name: null, Price: null, Category: null, Tags: null, Place: null },
      { Name: null, Price: null, Category: [], Tags: [], Place: null },
    ],
    ['unknown keys, which are ignored', { Nonsense: 1, toString: 'x', name: 'lower' }, { Name: null }],
    ['odd property names', { 'Today\'s "score", true?': '3' }, { 'Today\'s "score", true?': 3 }],
  ] as const) {
    test(`200: ${what}`, async () => {
      const { status, json, text } = await create(body);
      assert.equal(status, 200, text);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(json[key], value, key);
      assert.equal('Nonsense' in json, false);
    });
  }

  test('200: id and stamps in the body are ignored', async () => {
    const { status, json } = await create({ id: 999, created_at: 'x', updated_at: null, Name: 'n' });
    assert.equal(status, 200);
    assert.ok(json.id < 999 && json.created_at > '2024');
  });

  test('200: no body makes an empty record, with and without a content type', async () => {
    for (const request of [
      {},
      { headers: { 'content-type': 'application/json' } },
      { body: '' },
      { body: '{}' },
      { body: ' \n' },
    ]) {
      const { status, json } = await shop.call('POST', root, request);
      assert.equal(status, 200);
      assert.deepEqual([json.Name, json.Tags], [null, []]);
    }
  });

  test('200: the body is read as JSON whatever its content type says', async () => {
    for (const type of [
      undefined,
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-8',
      'no type at all',
    ]) {
      const { status, json } = await shop.call('POST', root, {
        body: '{"Name":"Zoë ☕"}',
        ...(type === undefined ? {} : { headers: { 'content-type': type } }),
      });
      assert.deepEqual([status, json.Name], [200, 'Zoë ☕'], String(type));
    }
  });

  test('200: a byte order mark before the JSON is no part of it', async () => {
    const { status, json } = await shop.call('POST', root, { body: Buffer.from('\uFEFF{"Name":"marked"}') });
    assert.deepEqual([status, json.Name], [200, 'marked']);
  });

  test('400: malformed JSON and JSON that is no object; nothing is stored', async () => {
    const before = await count();
    for (const body of [
      '{',
      '{"Name":}',
      'Name=x',
      '[]',
      '[{"Name":"x"}]',
      '"x"',
      '1',
      'null',
      'true',
      '{"Name":"x"}}',
      '\u{FEFF}x',
    ]) {
      const { status, json } = await shop.call('POST', root, { body });
      assert.deepEqual([status, json], [400, { error: 'Invalid JSON' }], body);
    }
    assert.equal(await count(), before);
  });

  test('400: a value that cannot be one of its property, named with what was expected; nothing is stored', async () => {
    const before = await count();
    for (const [name, value] of [
      ['Name', { a: 1 }],
      ['Name', ['x']],
      ['Name', '\ud800'],
      ['Price', 'cheap'],
      ['Price', 2 ** 60],
      ['Price', [1]],
      ['In Stock', 'maybe'],
      ['Ready On', '2024-02-30'],
      ['Ready On', 'tomorrow'],
      ['Last Sold', '32'],
      ['Category', [1, 2]],
      ['Category', [99]],
      ['Category', ['x']],
      ['Tags', [1, 77]],
      ['Tags', { id: 1 }],
      ['Place', { street: 'x' }],
      ['Today\'s "score", true?', 'x'],
    ] as const) {
      const { status, json } = await create({ [name]: value });
      assert.equal(status, 400, name);
      assert.ok(json.error.startsWith(`Invalid value for property "${name}"`), json.error);
      assert.deepEqual(Object.keys(json), ['error']);
    }
    assert.equal(await count(), before);
  });

  test('400: deep nesting and prototype names do no harm', async () => {
    const deep = `{"Name":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    assert.equal((await shop.call('POST', root, { body: deep })).status, 400);
    const { status, json } = await shop.call('POST', root, {
      body: '{"__proto__":{"Name":"evil"},"constructor":{"prototype":{"a":1}},"Name":"fine"}',
    });
    assert.deepEqual([status, json.Name], [200, 'fine']);
  });

  test('413: a body beyond the limit of the server', async () => {
    const small = await openShop({ env: { TESSERA_BODY_MIB_MAX: '1' } });
    try {
      const { status, json } = await small.call('POST', small.path(small.items), {
        body: JSON.stringify({ Name: 'x'.repeat(1_100_000) }),
      });
      assert.equal(status, 413);
      assert.equal(typeof json.error, 'string');
    } finally {
      await small.app.close();
    }
  });

  test('a required property names itself when it is missing', async () => {
    const table = await shop.app.makeTable([{ name: 'Order #', type: 'text', required: true }]);
    const { status, json } = await shop.call('POST', shop.path(table), { body: {} });
    assert.deepEqual([status, json], [400, { error: 'Property "Order #" must have a value' }]);
  });

  test('a created record is found by a filter at once', async () => {
    await create({ Name: 'just made' });
    const { json } = await shop.call('GET', `${root}?filterKey=Name&filterValue=just%20made`);
    assert.equal(json.records.length, 1);
  });
});
