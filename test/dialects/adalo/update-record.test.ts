import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, type Shop } from './shop.ts';

describe('PUT and PATCH a record', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    for (const Name of ['Furniture', 'Lamps']) await shop.add(shop.categories, { Name });
    for (const Name of ['a', 'b', 'c']) await shop.add(shop.tags, { Name });
  });
  after(() => shop.app.close());

  const whole = {
    Name: 'Desk',
    Price: 10,
    'In Stock': true,
    'Ready On': '2024-03-01',
    Category: [1],
    Tags: [1, 2],
    Notes: 'n',
  };

  for (const method of ['PUT', 'PATCH']) {
    test(`200: ${method} changes what it names, keeps the rest and answers the whole record`, async () => {
      const made = await shop.add(shop.items, whole);
      const { status, json } = await shop.call(method, `${root}/${made.id}`, { body: { Price: '11' } });
      assert.equal(status, 200);
      assert.deepEqual(json, { ...made, Price: 11, updated_at: json.updated_at });
      assert.ok(json.updated_at > String(made.updated_at));
      assert.deepEqual((await shop.call('GET', `${root}/${made.id}`)).json, json);
    });

    test(`200: ${method} without a body changes nothing but updated_at`, async () => {
      const made = await shop.add(shop.items, whole);
      const { status, json } = await shop.call(method, `${root}/${made.id}`);
      assert.equal(status, 200);
      assert.deepEqual({ ...json, updated_at: '' }, { ...made, updated_at: '' });
      assert.notEqual(json.updated_at, String(made.updated_at));
    });
  }

  test('200: a whole record echoed back changes nothing, read-only keys included', async () => {
    const made = await shop.add(shop.items, { ...whole, Place: { fullAddress: 'x', latitude: 1, longitude: 2 } });
    const { status, json } = await shop.call('PUT', `${root}/${made.id}`, { body: made });
    assert.equal(status, 200);
    assert.deepEqual({ ...json, updated_at: '' }, { ...made, updated_at: '' });
    const other = await shop.call('PUT', `${root}/${made.id}`, { body: { ...made, id: 12345, created_at: 0 } });
    assert.deepEqual([other.status, other.json.id], [200, made.id]);
  });

  test('200: null and "" clear, a list replaces the links, [] and null remove them', async () => {
    const made = await shop.add(shop.items, whole);
    const put = async (body: unknown) => (await shop.call('PUT', `${root}/${made.id}`, { body })).json;
    assert.deepEqual((await put({ Tags: [3] })).Tags, [3]);
    assert.deepEqual((await put({ Tags: 2 })).Tags, [2]);
    assert.deepEqual((await put({ Category: [2] })).Category, [2]);
    assert.deepEqual((await put({ Tags: [] })).Tags, []);
    assert.deepEqual((await put({ Category: null })).Category, []);
    const cleared = await put({ Name: '', Price: '', 'Ready On': '', Notes: null, 'In Stock': null });
    assert.deepEqual(
      [cleared.Name, cleared.Price, cleared['Ready On'], cleared.Notes, cleared['In Stock']],
      ['', null, null, null, null],
    );
  });

  test('links written from one side are read on the other', async () => {
    const one = await shop.add(shop.items, { Tags: [3] });
    const two = await shop.add(shop.items, {});
    const tag = `${shop.path(shop.tags)}/3`;
    assert.ok((await shop.call('GET', tag)).json.Items.includes(one.id));
    const { json } = await shop.call('PUT', tag, { body: { Items: [two.id] } });
    assert.deepEqual(json.Items, [two.id]);
    assert.deepEqual((await shop.call('GET', `${root}/${one.id}`)).json.Tags, []);
    assert.deepEqual((await shop.call('GET', `${root}/${two.id}`)).json.Tags, [3]);
  });

  test('parallel PUTs of different properties lose nothing', async () => {
    const made = await shop.add(shop.items, {});
    const bodies = [
      { Name: 'Desk' },
      { Price: 3 },
      { 'In Stock': true },
      { 'Ready On': '2024-03-01' },
      { 'Last Sold': '2024-02-28T16:04:11.000Z' },
      { Category: [1] },
      { Tags: [1, 2, 3] },
      { Notes: 'n' },
      { 'Today\'s "score", true?': 9 },
    ];
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => bodies)
        .flat()
        .map((body) => shop.call('PUT', `${root}/${made.id}`, { body })),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    const { json } = await shop.call('GET', `${root}/${made.id}`);
    for (const body of bodies) for (const [key, value] of Object.entries(body)) assert.deepEqual(json[key], value, key);
  });

  test('400: a wrong value or body changes nothing', async () => {
    const made = await shop.add(shop.items, whole);
    for (const [body, error] of [
      [{ Name: 'changed', Price: 'cheap' }, /^Invalid value for property "Price"/],
      [{ Name: 'changed', Tags: [1, 99] }, /^Invalid value for property "Tags"/],
      [{ Name: 'changed', Category: [1, 2] }, /^Invalid value for property "Category"/],
      ['[1]', /^Invalid JSON$/],
      ['{"Name":', /^Invalid JSON$/],
    ] as const) {
      const { status, json } = await shop.call('PUT', `${root}/${made.id}`, { body });
      assert.equal(status, 400);
      assert.match(json.error, error);
    }
    assert.deepEqual((await shop.call('GET', `${root}/${made.id}`)).json, made);
  });

  test('404: an unknown record, told before anything about the body', async () => {
    for (const id of ['4242', 'abc', 'records', '0']) {
      for (const body of [{ Price: 1 }, { Price: 'cheap' }, '{broken', '[]', undefined]) {
        const { status, json } = await shop.call('PUT', `${root}/${id}`, { body });
        assert.deepEqual([status, json], [404, { error: 'Not found' }], id);
      }
    }
  });
});
