/** What the connectors of automation platforms send and read (wire/adalo.md §11.1 to §11.5), request by request. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestRequest } from '../../harness.ts';
import { openShop, type Shop } from './shop.ts';

const millisecondStamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('n8n (§11.1)', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    for (let index = 0; index < 250; index++) await shop.add(shop.items, { Name: `Item ${index + 1}` });
  });
  after(() => shop.app.close());
  /** No Content-Type unless there is a body. */
  const n8n = (method: string, path: string, body?: unknown) =>
    shop.call(method, path, {
      headers: { accept: 'application/json, text/plain, */*', 'user-agent': 'n8n' },
      ...(body === undefined ? {} : { body }),
    });

  test('Get Many with a limit takes that many items from `records`', async () => {
    const { status, json } = await n8n('GET', `${root}?limit=50`);
    assert.equal(status, 200);
    assert.equal(json.records.length, 50);
    const [item] = json.records;
    assert.ok(Number.isInteger(item.id));
    assert.deepEqual([typeof item.created_at, typeof item.updated_at], ['string', 'string']);
  });

  test('Get Many of all goes on while pages hold exactly 100, and sees every record once', async () => {
    const seen: number[] = [];
    for (let offset = 0; ; offset += 100) {
      const { json } = await n8n('GET', `${root}?limit=100&offset=${offset}`);
      seen.push(...json.records.map((record: { id: number }) => record.id));
      if (json.records.length < 100) break;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 250 }, (_, index) => index + 1),
    );
  });

  test('Get hands the whole body on; a missing row is 404', async () => {
    assert.equal((await n8n('GET', `${root}/7`)).json.id, 7);
    assert.equal((await n8n('GET', `${root}/7000`)).status, 404);
  });

  test('Create with listed fields sends all values as strings', async () => {
    const { status, json } = await n8n('POST', root, {
      Name: 'Lamp',
      Price: '19.9',
      'In Stock': 'true',
      'Ready On': '2024-03-01',
      'Last Sold': '2024-02-28T16:04:11',
      Category: '',
      Tags: '',
    });
    assert.equal(status, 200);
    assert.deepEqual(
      [json.Price, json['In Stock'], json['Ready On'], json['Last Sold'], json.Category],
      [19.9, true, '2024-03-01', '2024-02-28T16:04:11.000Z', []],
    );
  });

  test('Create from an incoming item ignores what is no property', async () => {
    const { status, json } = await n8n('POST', root, {
      Name: 'Lamp',
      Price: 1,
      id: 99,
      pairedItem: { item: 0 },
      extra: [1],
    });
    assert.equal(status, 200);
    assert.equal('extra' in json, false);
  });

  test('Create with nothing to send makes an empty record', async () => {
    const { status, json } = await n8n('POST', root);
    assert.equal(status, 200);
    assert.ok(Number.isInteger(json.id));
  });

  test('Update answers the whole item, Delete a status only', async () => {
    const updated = await n8n('PUT', `${root}/3`, { Price: '5' });
    assert.deepEqual([updated.status, updated.json.Name, updated.json.Price], [200, 'Item 3', 5]);
    const deleted = await n8n('DELETE', `${root}/3`);
    assert.ok([200, 204].includes(deleted.status));
  });

  test('a refused key is refused again when the call is sent a second time', async () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.equal((await shop.call('GET', `${root}?limit=1`, { key: 'nokeynokeynokeynokeynokey' })).status, 401);
    }
  });
});

describe('Pipedream (§11.2)', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    for (let index = 0; index < 3; index++) await shop.add(shop.items, { Name: `Item ${index + 1}` });
  });
  after(() => shop.app.close());
  const headers = { 'content-type': 'application/json' };
  const pipedream = (method: string, path: string, request: TestRequest = {}) =>
    shop.call(method, path, { ...request, headers });

  test('Get Records maps over `records`; a content type on GET does no harm', async () => {
    const { json } = await pipedream('GET', `${root}?limit=100&offset=0`);
    assert.equal(json.records.map((record: { id: number }) => record.id).length, 3);
  });

  test('New Record tells records apart by id and orders them by created_at', async () => {
    const { json } = await pipedream('GET', root);
    for (const record of json.records) assert.ok(Number.isInteger(record.id) && Date.parse(record.created_at) > 0);
  });

  test('Create and Update read `id`; an error carries a text to show', async () => {
    const created = await pipedream('POST', root, { body: { Name: 'x' } });
    assert.ok(Number.isInteger(created.json.id));
    const updated = await pipedream('PUT', `${root}/${created.json.id}`, { body: { Name: 'y' } });
    assert.equal(updated.json.id, created.json.id);
    const refused = await pipedream('POST', root, { body: { Price: 'cheap' } });
    assert.match(refused.json.error, /Price.*number/);
  });
});

describe('Make (§11.3)', () => {
  test('connects with one record, watches by time, reads bare objects', async () => {
    const shop = await openShop();
    try {
      const root = shop.path(shop.items);
      assert.equal((await shop.call('GET', `${root}?limit=1`)).status, 200);
      const made = await shop.add(shop.items, { Name: 'a' });
      await shop.call('PUT', `${root}/${made.id}`, { body: { Name: 'b' } });
      const { json } = await shop.call('GET', `${root}?limit=10&offset=0`);
      const [record] = json.records;
      assert.match(record.updated_at, millisecondStamp);
      assert.ok(record.updated_at > record.created_at);
    } finally {
      await shop.app.close();
    }
  });
});

describe('w6w (§11.4)', () => {
  let shop: Shop;
  before(async () => {
    shop = await openShop();
  });
  after(() => shop.app.close());

  /** Its own reading of the connection test. */
  const connect = async (key: string, appId: string) => {
    const { status, json } = await shop.call('GET', `/v0/apps/${appId}/collections/w6w-connectivity-check`, { key });
    if (status === 401 || /invalid access token/i.test(json?.error ?? '')) return 'key rejected';
    return status === 403 ? 'no permission' : 'connected';
  };

  test('its connection test tells a good key from a bad one and from a wrong app', async () => {
    assert.equal(await connect(shop.app.keys.app, shop.app.appId), 'connected');
    assert.equal(await connect('nokeynokeynokeynokeynokey', shop.app.appId), 'key rejected');
    assert.equal(await connect(shop.app.keys.app, 'anotherApp'), 'no permission');
  });

  test('its connection test finds the plan without API', async () => {
    const poor = await openShop({ plan: 'free' });
    try {
      const path = `/v0/apps/${poor.app.appId}/collections/w6w-connectivity-check`;
      const { status, json } = await poor.call('GET', path);
      assert.equal(status, 403);
      assert.doesNotMatch(json.error, /invalid access token/i);
    } finally {
      await poor.app.close();
    }
  });

  test('every JSON answer says that it is JSON', async () => {
    const root = shop.path(shop.items);
    const made = await shop.add(shop.items, { Name: 'a' });
    for (const answer of [
      await shop.call('GET', `${root}?offset=0&limit=10&filterKey=Name&filterValue=a`),
      await shop.call('GET', `${root}/${made.id}`),
      await shop.call('POST', root, { body: {} }),
      await shop.call('PUT', `${root}/${made.id}`, { body: {} }),
      await shop.call('GET', `${root}/4242`),
      await shop.call('GET', root, { key: 'x' }),
    ]) {
      assert.match(String(answer.headers['content-type']), /application\/json/);
      assert.notEqual(answer.json, undefined);
    }
  });
});

describe('runline (§11.5)', () => {
  test('pages until one is short; every 2xx but 204 is JSON; an empty set of fields is a POST without body', async () => {
    const shop = await openShop();
    try {
      const root = shop.path(shop.items);
      const headers = { 'content-type': 'application/json' };
      for (let index = 0; index < 101; index++) await shop.call('POST', root, { headers });
      let total = 0;
      for (let offset = 0; ; offset += 100) {
        const { json } = await shop.call('GET', `${root}?limit=100&offset=${offset}`, { headers });
        total += json.records.length;
        if (json.records.length < 100) break;
      }
      assert.equal(total, 101);
      assert.equal((await shop.call('DELETE', `${root}/1`, { headers })).status, 204);
    } finally {
      await shop.app.close();
    }
  });
});
