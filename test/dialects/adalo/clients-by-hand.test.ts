/** What hand-written clients send and read (wire/adalo.md §11.6), each with what it breaks on. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, type Shop } from './shop.ts';

type Row = Record<string, unknown> & { id: number; created_at: string; updated_at: string };

describe('hand-written clients (§11.6)', () => {
  let shop: Shop;
  let items: string;
  let users: string;
  before(async () => {
    shop = await openShop();
    items = shop.path(shop.items);
    users = shop.path(shop.users);
    for (const Name of ['Furniture', 'Lamps']) await shop.add(shop.categories, { Name });
    for (const Name of ['a', 'b', 'c']) await shop.add(shop.tags, { Name });
    for (let index = 0; index < 250; index++) await shop.add(shop.items, { Name: `Item ${index + 1}`, Category: 1 });
  });
  after(() => shop.app.close());

  const rows = async (path: string) => (await shop.call('GET', path)).json.records as Row[];

  test('Discovita: list, look up, create, look up again, get, update, delete', async () => {
    const page = (await shop.call('GET', `${items}?offset=0&limit=2`)).json;
    assert.equal(page.records.length, 2);
    assert.ok(Number.isInteger(page.offset));
    const lookup = `${users}?filterKey=Email&filterValue=${encodeURIComponent('ada@example.test')}&limit=1`;
    assert.deepEqual((await shop.call('GET', lookup)).json, { records: [] });
    const posted = await shop.call('POST', users, {
      body: { Email: 'ada@example.test', Username: 'ada', 'Full Name': 'Ada L', Password: 'pw-123456' },
    });
    assert.ok(posted.status >= 200 && posted.status < 300);
    const [found] = await rows(lookup);
    assert.ok(found && Number.isInteger(found.id));
    const got = await shop.call('GET', `${users}/${found.id}`);
    assert.deepEqual(got.json, found);
    const put = await shop.call('PUT', `${users}/${found.id}`, { body: { 'Full Name': 'Ada Lovelace' } });
    assert.equal(put.json['Full Name'], 'Ada Lovelace');
    assert.equal((await shop.call('DELETE', `${users}/${found.id}`)).status, 204);
    assert.deepEqual((await shop.call('GET', lookup)).json, { records: [] });
  });

  test('lastseal: pages of 100 until one is empty; three rate-limit headers on each; stamps by a fixed pattern', async () => {
    let total = 0;
    for (let offset = 0; ; offset += 100) {
      const { json, headers } = await shop.call('GET', `${items}?limit=100&offset=${offset}`);
      for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
        assert.match(String(headers[name]), /^\d+$/, name);
      }
      if (json.records.length === 0) break;
      for (const record of json.records) assert.match(record.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      total += json.records.length;
    }
    assert.equal(total, (await rows(items)).length);
  });

  test('thakoreh and Bloom: follow `offset` while the answer has it', async () => {
    for (const start of [items, `${items}?limit=100`]) {
      const seen = new Set<number>();
      let url = start;
      let pages = 0;
      for (;;) {
        const { json } = await shop.call('GET', url);
        pages += 1;
        for (const record of json.records) seen.add(record.id);
        if (!('offset' in json)) break;
        assert.ok(Number.isInteger(json.offset) && json.offset > 0);
        url = `${start}${start.includes('?') ? '&' : '?'}offset=${json.offset}`;
        assert.ok(pages < 10, 'the last page still names an offset');
      }
      assert.equal(seen.size, (await rows(items)).length);
    }
  });

  test('Bloom: parallel PUTs of one field each clear nothing else; DELETE is exactly 204', async () => {
    const all = await rows(`${items}?limit=40`);
    const answers = await Promise.all(
      all.map((record) => shop.call('PUT', `${items}/${record.id}`, { body: { Price: record.id } })),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    for (const record of await rows(`${items}?limit=40`)) {
      assert.deepEqual([record.Price, record.Name, record.Category], [record.id, `Item ${record.id}`, [1]]);
    }
    assert.equal((await shop.call('DELETE', `${items}/250`)).status, 204);
  });

  test('Hunicoin: whole records back with "", 0 and [] for empties, copies, re-pointed links, read-only keys echoed', async () => {
    const made = await shop.add(shop.items, { Name: 'coin', Price: 5, Tags: [1, 2], 'Ready On': '2024-03-01' });
    const whole = (await shop.call('GET', `${items}/${made.id}`)).json;
    const emptied = await shop.call('PUT', `${items}/${made.id}`, {
      body: {
        ...whole,
        Name: '',
        Price: 0,
        Tags: [],
        Category: [],
        'Ready On': '',
        'Last Sold': '',
        Place: '',
        Notes: '',
      },
    });
    assert.equal(emptied.status, 200, emptied.text);
    assert.deepEqual(
      [emptied.json.Name, emptied.json.Price, emptied.json.Tags, emptied.json['Ready On']],
      ['', 0, [], null],
    );
    const copy = await shop.call('POST', items, { body: whole });
    assert.notEqual(copy.json.id, made.id);
    assert.deepEqual(copy.json.Tags, [1, 2]);
    const repointed = await shop.call('PUT', `${items}/${copy.json.id}`, { body: { ...copy.json, Tags: [3] } });
    assert.deepEqual(repointed.json.Tags, [3]);
    assert.equal(repointed.json.id, copy.json.id);
    assert.equal(repointed.json.created_at.slice(-1), 'Z');
    assert.ok([200, 204].includes((await shop.call('DELETE', `${items}/${made.id}`)).status));
  });

  test('Coach Edge: looks up a raw e-mail address with a plus, then puts one field and wants exactly 200', async () => {
    const made = await shop.add(shop.users, { Email: 'coach+edge@example.test', Username: 'coach' });
    const [found] = await rows(`${users}?filterKey=Email&filterValue=coach+edge@example.test`);
    assert.equal(found?.id, made.id);
    const put = await shop.call('PUT', `${users}/${made.id}`, { body: { 'Full Name': 'Coach' } });
    assert.equal(put.status, 200);
    assert.equal(put.json.Username, 'coach');
  });

  test('NAV sync: posts a bare relation id, a day and sums as text; every success is JSON', async () => {
    const post = await shop.call('POST', items, {
      body: { Name: 'Invoice', Category: 2, 'Ready On': '2024-05-02', Price: '1250.50' },
    });
    assert.deepEqual([post.json.Category, post.json['Ready On'], post.json.Price], [[2], '2024-05-02', 1250.5]);
    const put = await shop.call('PUT', `${items}/${post.json.id}`, { body: { Price: '1' } });
    assert.equal(typeof put.json, 'object');
    let offset = 0;
    for (;;) {
      const page = await rows(`${items}?limit=100&offset=${offset}`);
      offset += page.length;
      if (page.length < 100) break;
    }
    assert.equal(offset, (await rows(items)).length);
  });

  test('AdaloExtensionPack: reads 404 as "no such record"', async () => {
    const { status } = await shop.call('GET', `${items}/987654`);
    assert.equal(status, 404);
  });

  test('image downloader and gym: limits of 1000 and more are served, up to 1000 records a page', async () => {
    const total = (await rows(items)).length;
    assert.equal((await rows(`${items}?limit=1000&offset=0`)).length, total);
    assert.equal((await rows(`${items}?limit=1100&offset=100`)).length, total - 100);
    assert.equal((await rows(`${items}?limit=2000&offset=1000`)).length, 0);
  });

  test('GetSuited: joins by the first id of a relation, and updates with PATCH', async () => {
    const categories = await rows(shop.path(shop.categories));
    const [item] = await rows(`${items}?limit=1`);
    const link = (item?.Category as number[] | undefined)?.[0];
    assert.ok(categories.some((category) => category.id === link));
    const { status, json } = await shop.call('PATCH', `${items}/${item?.id}`, { body: { Notes: 'sent' } });
    assert.deepEqual([status, json.Notes, json.Name], [200, 'sent', item?.Name]);
  });

  test('be-foo: paths without /v0, a bare list, and error texts compared in lower case', async () => {
    const legacy = items.replace('/v0', '');
    const list = await shop.call('GET', legacy);
    assert.ok(Array.isArray(list.json));
    const made = await shop.call('POST', legacy, { body: { Name: 'old' } });
    assert.equal((await shop.call('GET', `${legacy}/${made.json.id}`)).json.Name, 'old');
    assert.equal((await shop.call('PUT', `${legacy}/${made.json.id}`, { body: { Name: 'older' } })).json.Name, 'older');
    assert.equal((await shop.call('DELETE', `${legacy}/${made.json.id}`)).status, 204);
    assert.equal((await shop.call('DELETE', `${legacy}/${made.json.id}`)).status, 204);
    const wrongApp = await shop.call('GET', legacy.replace(shop.app.appId, 'other'));
    assert.equal(wrongApp.json.error.toLowerCase(), 'access token / app mismatch');
  });

  test('vet map: lists through /records', async () => {
    assert.ok((await rows(`${items}/records?limit=3`)).length === 3);
  });

  test('time-slot script: booleans as text', async () => {
    assert.equal((await shop.add(shop.items, { 'In Stock': 'false' }))['In Stock'], false);
  });
});
