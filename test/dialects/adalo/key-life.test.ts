/** The life of an app's key as Adalo's help tells it (wire/adalo.md §10), through the native API and on the command line. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type InitJson, type Json, makePlace, type Place, type Running } from '../../cli/tessera.ts';
import { openShop, type Shop } from './shop.ts';

describe('through the native API', () => {
  let shop: Shop;
  before(async () => {
    shop = await openShop();
  });
  after(() => shop.app.close());

  test('one key per app: shown again, regenerated, deleted, generated; the old one dies with the very next request', async () => {
    const native = async (method: string, path: string, body?: object) => {
      const answer = await shop.app.request(method, `/api/v1${path}`, {
        key: shop.app.keys.native,
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, json: answer.json };
    };
    const opens = async (key: string) => (await shop.app.request('GET', shop.path(shop.items), { key })).status;
    const generate = () => native('POST', `/apps/${shop.app.appId}/keys`, { kind: 'app', name: 'API key' });
    const first = shop.app.keys.app;
    const { data } = (await native('GET', `/apps/${shop.app.appId}/keys`)).json;
    const { id } = data.find((key: Json) => key.kind === 'app');

    assert.ok((await generate()).status >= 400, 'there is one already');
    const revealed = await native('POST', `/keys/${id}/reveal`);
    assert.deepEqual([revealed.status, revealed.json.secret], [200, first]);

    const rotated = (await native('POST', `/keys/${id}/rotate`)).json.secret;
    assert.match(rotated, /^[0-9a-z]{25}$/);
    assert.deepEqual([await opens(first), await opens(rotated)], [401, 200]);

    assert.equal((await native('DELETE', `/keys/${id}`)).status, 204);
    assert.equal(await opens(rotated), 401);
    const again = await generate();
    assert.equal(again.status, 201);
    assert.equal(await opens(again.json.secret), 200);
  });
});

describe('on the command line', () => {
  let place: Place;
  let made: InitJson;
  let server: Running;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
    server = await place.serve();
  });
  after(async () => {
    await server.stop();
    await place.remove();
  });

  test('regenerated, deleted and generated against a running server', async () => {
    const run = async (...args: string[]): Promise<Json> => {
      const through = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
      const { code, stdout, stderr } = await place.run(['key', ...args, '--json'], through);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const opens = async (key: string) => {
      const url = `${server.url}/v0/apps/${made.app.id}/collections/${made.tables[0]?.id}?limit=1`;
      return (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).status;
    };
    const { id } = (await run('list')).keys.find((key: Json) => key.kind === 'app');
    const { secret } = await run('rotate', id);
    assert.deepEqual([await opens(made.keys.adalo), await opens(secret)], [401, 200]);
    await run('delete', id);
    assert.equal(await opens(secret), 401);
    const generated = await run('create', '--kind', 'app', '--name', 'Adalo');
    assert.equal(await opens(generated.secret), 200);
    assert.equal((await run('reveal', generated.id)).secret, generated.secret);
  });
});
