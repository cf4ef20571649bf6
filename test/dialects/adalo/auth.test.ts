import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { updateApp } from '../../../src/core/apps/update-app.ts';
import { systemActor } from '../../../src/core/context.ts';
import { createKey } from '../../../src/core/keys/create-key.ts';
import { deleteKey } from '../../../src/core/keys/delete-key.ts';
import { listKeys } from '../../../src/core/keys/list-keys.ts';
import { rotateKey } from '../../../src/core/keys/rotate-key.ts';
import { openShop, type Shop } from './shop.ts';

describe('who may call (wire/adalo.md §2)', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    await shop.add(shop.items, { Name: 'Oak desk' });
  });
  after(() => shop.app.close());

  const noToken = { error: 'No access token provided' };
  const badToken = { error: 'Invalid access token' };
  const mismatch = { error: 'Access token / app mismatch' };
  const strange = 'z'.repeat(25);

  test('every form of a missing token is 400, before the app or the collection is looked at', async () => {
    const headers = ['', 'Bearer', 'Bearer ', 'Basic abc', shop.app.keys.app, `Token ${shop.app.keys.app}`];
    for (const path of [root, `${root}/1`, '/v0/apps/no-such-app/collections/no-such-table']) {
      const without = await shop.app.request('GET', path);
      assert.deepEqual([without.status, without.json], [400, noToken], path);
      for (const authorization of headers) {
        const { status, json } = await shop.app.request('GET', path, { headers: { authorization } });
        assert.deepEqual([status, json], [400, noToken], `${path} with "${authorization}"`);
      }
    }
  });

  test('odd spacing and case of the scheme are accepted', async () => {
    for (const authorization of [`bearer ${shop.app.keys.app}`, `BEARER   ${shop.app.keys.app}  `]) {
      assert.equal((await shop.app.request('GET', root, { headers: { authorization } })).status, 200, authorization);
    }
  });

  test('an unknown token is 401 on every route, also with a wrong app or collection', async () => {
    for (const [method, path] of [
      ['GET', root],
      ['POST', root],
      ['GET', `${root}/1`],
      ['PUT', `${root}/1`],
      ['PATCH', `${root}/1`],
      ['DELETE', `${root}/1`],
      ['GET', `${root}/records`],
      ['GET', '/v0/apps/no-such-app/collections/no-such-table'],
    ] as const) {
      const { status, json, headers } = await shop.app.request(method, path, { key: strange });
      assert.deepEqual([status, json], [401, badToken], `${method} ${path}`);
      assert.equal(headers['x-ratelimit-limit'], undefined);
    }
  });

  test('keys of other kinds are unknown here', async () => {
    const { native, personal, pair } = shop.app.keys;
    for (const key of [native, personal, pair.key, pair.secret, pair.writeOnly]) {
      const { status, json } = await shop.app.request('GET', root, { key });
      assert.deepEqual([status, json], [401, badToken]);
    }
  });

  test('a valid token at another app, or at one that does not exist, is 403 before the collection is looked at', async () => {
    const neighbour = await shop.app.makeNeighbour();
    for (const appId of [neighbour.app.id, 'no-such-app', '2f0c8a52-9f6e-4c55-8a2b-6a1f3f2e7a10']) {
      for (const collection of [shop.items.id, 'no-such-table']) {
        const { status, json } = await shop.call('GET', `/v0/apps/${appId}/collections/${collection}`);
        assert.deepEqual([status, json], [403, mismatch]);
      }
    }
    const { status } = await shop.app.request('GET', root, { key: neighbour.keys.app });
    assert.equal(status, 403);
  });

  test('an unknown collection is 404, also a foreign one and one that is no table at all', async () => {
    const neighbour = await shop.app.makeNeighbour();
    for (const collection of [
      'w6w-connectivity-check',
      't_0123456789abcdef0123456789abcdef',
      neighbour.app.id,
      '%20',
    ]) {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', ''],
        ['GET', '/1'],
        ['PUT', '/1'],
        ['DELETE', '/1'],
      ] as const) {
        const url = `/v0/apps/${shop.app.appId}/collections/${collection}${path}`;
        const { status, json } = await shop.call(method, url, method === 'GET' ? {} : { body: '{broken' });
        assert.deepEqual([status, json], [404, { error: 'Collection not found' }], `${method} ${url}`);
      }
    }
  });

  test('percent-encoded segments name the same things', async () => {
    const encode = (id: string) => [...id].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
    const url = `/v0/apps/${encode(shop.app.appId)}/collections/${encode(shop.items.id)}/%31`;
    assert.equal((await shop.call('GET', url)).status, 200);
  });

  test('what is no route is 404 in plain text, with and without a key', async () => {
    const cases = [
      ['GET', '/v0'],
      ['GET', '/v0/'],
      ['GET', '/v0/apps'],
      ['GET', `/v0/apps/${shop.app.appId}`],
      ['GET', `/v0/apps/${shop.app.appId}/collections`],
      ['GET', `${root}/1/more`],
      ['GET', `/v1x/../v0/nothing`.replace('/v1x/..', '')],
      ['POST', `${root}/1`],
      ['POST', `${root}/records`],
      ['PUT', root],
      ['PATCH', root],
      ['DELETE', root],
      ['GET', '/notifications'],
      ['GET', `/apps/${shop.app.appId}`],
    ] as const;
    for (const [method, path] of cases) {
      for (const key of [undefined, strange, shop.app.keys.app]) {
        const { status, text, headers } = await shop.app.request(method, path, key === undefined ? {} : { key });
        assert.deepEqual([status, text], [404, 'Not Found'], `${method} ${path}`);
        assert.match(String(headers['content-type']), /^text\/plain/, `${method} ${path}`);
      }
    }
  });

  test('a path that cannot be decoded is no route', async () => {
    const { status, text } = await shop.call('GET', `${root}/%zz`);
    assert.deepEqual([status, text], [404, 'Not Found']);
  });

  test('HEAD is answered as GET, without a body', async () => {
    const { status, text, headers } = await shop.call('HEAD', root);
    assert.deepEqual([status, text], [200, '']);
    assert.match(String(headers['content-type']), /json/);
    assert.equal((await shop.app.request('HEAD', root)).status, 400);
  });
});

describe('the life of the key (wire/adalo.md §10)', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
  });
  after(() => shop.app.close());
  const keyIdOf = async () => {
    const keys = await listKeys(shop.app.core, systemActor, { appId: shop.app.appId });
    return keys.find((key) => key.kind === 'app')?.id ?? '';
  };
  const statusWith = async (key: string | undefined) =>
    (await shop.app.request('GET', root, { key: key ?? '' })).status;

  test('a regenerated key replaces the old one with the very next request', async () => {
    const old = shop.app.keys.app;
    assert.equal(await statusWith(old), 200);
    const { secrets } = await rotateKey(shop.app.core, systemActor, await keyIdOf());
    assert.equal(await statusWith(old), 401);
    assert.equal(await statusWith(secrets.key), 200);
    assert.match(String(secrets.key), /^[0-9a-z]{25}$/);
  });

  test('an app has one key; a deleted one is dead at once and a new one can be made', async () => {
    const make = () => createKey(shop.app.core, systemActor, { kind: 'app', name: 'App key', app_id: shop.app.appId });
    await assert.rejects(make(), { code: 'plan_limit_reached' });
    const { secrets } = await rotateKey(shop.app.core, systemActor, await keyIdOf());
    await deleteKey(shop.app.core, systemActor, await keyIdOf());
    assert.equal(await statusWith(secrets.key), 401);
    assert.equal(await statusWith((await make()).secrets.key), 200);
  });

  test('an app whose API is switched off answers 403 with a text', async () => {
    const { secrets } = await rotateKey(shop.app.core, systemActor, await keyIdOf());
    const key = secrets.key ?? '';
    await updateApp(shop.app.core, systemActor, shop.app.appId, { is_api_enabled: false });
    const { status, json } = await shop.app.request('GET', root, { key });
    assert.equal(status, 403);
    assert.equal(typeof json.error, 'string');
    await updateApp(shop.app.core, systemActor, shop.app.appId, { is_api_enabled: true });
    assert.equal(await statusWith(key), 200);
  });
});

describe('the plan (wire/adalo.md §10)', () => {
  for (const [plan, status] of [
    ['free', 403],
    ['team', 200],
    ['business', 200],
  ] as const) {
    test(`a workspace on ${plan} is answered ${status}`, async () => {
      const shop = await openShop({ plan });
      try {
        const answer = await shop.call('GET', shop.path(shop.items));
        assert.equal(answer.status, status, answer.text);
        if (status === 403) assert.match(answer.json.error, /plan/);
        const body = { appId: shop.app.appId, audience: { id: 1 }, notification: { titleText: 'a', bodyText: 'b' } };
        const notified = await shop.call('POST', '/notifications', { body });
        assert.equal(notified.status, status === 403 ? 403 : 404, notified.text);
      } finally {
        await shop.app.close();
      }
    });
  }
});
