import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { fieldTypeNames, type Json } from '../../../src/core/fields/field-type.ts';
import { deleteKey } from '../../../src/core/keys/delete-key.ts';
import { listKeys } from '../../../src/core/keys/list-keys.ts';
import type { Panel, PanelEndpoint } from '../../../src/dialects/adalo/panel.ts';
import { pythonOfJson } from '../../../src/dialects/adalo/panel-samples.ts';
import { openShop, type Shop } from './shop.ts';

const base = 'http://tessera.test';

describe('GET /api/v1/apps/{app}/docs/adalo (wire/adalo.md §9)', () => {
  let shop: Shop;
  let panel: Panel;
  before(async () => {
    shop = await openShop();
    const choices = [{ name: "It's" }] as unknown as Json;
    const options: Record<string, Record<string, Json>> = {
      formula: { expression: '1 + 1' },
      relation: { target: shop.tags.id },
      single_select: { choices },
      multi_select: { choices },
    };
    await shop.app.makeTable(
      fieldTypeNames.map((type) => ({ name: `A ${type}`, type, options: options[type] ?? {} })),
      'Everything',
    );
    panel = (await docs(shop.app.keys.native)).json;
  });
  after(() => shop.app.close());

  const docs = (key: string, app = shop.app.appId) =>
    shop.app.request('GET', `/api/v1/apps/${app}/docs/adalo`, { key });
  const collection = (name: string) => {
    const found = panel.collections.find((one) => one.name === name);
    assert.ok(found, name);
    return found;
  };
  const scopedKey = async (verbs: ('read' | 'manage')[], table = '*') =>
    (await shop.app.makeKey({ scopes: [{ table, verbs }] })).secrets.key ?? '';
  const appKeyId = async () =>
    (await listKeys(shop.app.core, systemActor, { appId: shop.app.appId })).find(({ kind }) => kind === 'app')?.id ??
    '';

  test('200: every collection with its five endpoints at complete URLs', () => {
    assert.deepEqual(
      panel.collections.map(({ name }) => name),
      ['Categories', 'Tags', 'Items', 'Users', 'Everything'],
    );
    const items = collection('Items');
    assert.equal(items.url, base + shop.path(shop.items));
    assert.deepEqual(
      items.endpoints.map(({ method, path, response }) => [method, path, response.status]),
      [
        ['GET', shop.path(shop.items), 200],
        ['POST', shop.path(shop.items), 200],
        ['GET', `${shop.path(shop.items)}/{ElementId}`, 200],
        ['PUT', `${shop.path(shop.items)}/{ElementId}`, 200],
        ['DELETE', `${shop.path(shop.items)}/{ElementId}`, 204],
      ],
    );
    assert.deepEqual(
      items.endpoints[0]?.parameters.map(({ name, example }) => [name, example]),
      [
        ['offset', 200],
        ['limit', 100],
        ['filterKey', 'Email'],
        ['filterValue', 'user%40example.com'],
      ],
    );
  });

  test('the properties stand in the order of the collection, with their types and samples', () => {
    assert.deepEqual(
      collection('Users').properties.map(({ name, type, sample }) => [name, type, sample]),
      [
        ['id', 'ID', 1],
        ['Email', 'Text', 'user@example.com'],
        ['Username', 'Text', 'string'],
        ['Full Name', 'Text', 'string'],
        ['Password', 'Password', 'string'],
        ['created_at', 'Date & Time', '2019-08-24T14:15:22.000Z'],
        ['updated_at', 'Date & Time', '2019-08-24T14:15:22.000Z'],
      ],
    );
    const [list] = collection('Users').endpoints;
    const body = list?.response.body as { records: Record<string, Json>[]; offset: number };
    assert.equal(body.offset, 100);
    assert.deepEqual(Object.keys(body.records[0] ?? {}), [
      'id',
      'Email',
      'Username',
      'Full Name',
      'created_at',
      'updated_at',
    ]);
  });

  test('a formula is a property of the type of its result, not to be written', () => {
    const everything = collection('Everything');
    const formula = everything.properties.find(({ name }) => name === 'A formula');
    assert.deepEqual([formula?.type, formula?.sample, formula?.is_read_only], ['Number', 0, true]);
    assert.ok(!('A formula' in (everything.endpoints[1]?.body ?? {})));
  });

  test('the key stands in headers and samples for who manages the app', () => {
    assert.equal(panel.key.state, 'shown');
    assert.equal(panel.key.secret, shop.app.keys.app);
    assert.equal(panel.headers[0]?.value, `Bearer ${shop.app.keys.app}`);
    for (const { endpoints } of panel.collections) {
      for (const { samples } of endpoints) {
        for (const code of [samples.curl, samples.javascript, samples.python]) {
          assert.ok(code.includes(shop.app.keys.app) && code.includes(base));
          assert.match(code, /Content-Type/);
        }
        // At the end, after "Bearer", where people are told to look for it; data alone may follow.
        assert.match(samples.curl, new RegExp(`Bearer ${shop.app.keys.app}'( \\\\\n {2}--data '.*)?$`, 's'));
      }
    }
  });

  test('each view that shows the key is in the audit', async () => {
    const id = await appKeyId();
    const entries = await shop.app.core.store.list('audit', { action: 'key.reveal', target: id });
    assert.ok(entries.length >= 1);
  });

  test('others see the same without the key', async () => {
    const { status, json, text } = await docs(await scopedKey(['read']));
    assert.equal(status, 200);
    assert.deepEqual([json.key.state, json.key.secret], ['hidden', null]);
    assert.ok(!text.includes(shop.app.keys.app));
    assert.match(json.collections[0].endpoints[0].samples.curl, /Bearer YOUR_API_KEY'/);
    // It may manage keys and read, but not write: the app's key can do more than it.
    const weak = await docs(await scopedKey(['read', 'manage']));
    assert.equal(weak.json.key.state, 'hidden');
    assert.ok(!weak.text.includes(shop.app.keys.app));
  });

  test('tables that the reader may not read are left out', async () => {
    const { json } = await docs(await scopedKey(['read'], shop.tags.id));
    assert.deepEqual(
      json.collections.map(({ name }: { name: string }) => name),
      ['Tags'],
    );
  });

  test('properties that the reader may not read are left out, and who may read less than the key sees no key', async () => {
    const name = shop.items.fieldByName.get('Name')?.id ?? '';
    const masked = await shop.app.makeKey({
      scopes: [
        { table: '*', verbs: ['manage'] },
        { table: shop.items.id, verbs: ['*'], readable: [name], writable: [name] },
      ],
    });
    const { json, text } = await docs(masked.secrets.key ?? '');
    assert.equal(json.key.state, 'hidden');
    assert.ok(!text.includes(shop.app.keys.app));
    const [items, ...others] = json.collections;
    assert.equal(others.length, 0);
    assert.deepEqual(
      items.properties.map((one: { name: string }) => one.name),
      ['id', 'Name', 'created_at', 'updated_at'],
    );
    assert.doesNotMatch(text, /Price|In Stock|Ready On/);
  });

  test('401 without a key, 404 for a foreign app and for a dialect that has no such page', async () => {
    assert.equal((await shop.app.request('GET', `/api/v1/apps/${shop.app.appId}/docs/adalo`)).status, 401);
    const neighbour = await shop.app.makeNeighbour();
    assert.equal((await docs(shop.app.keys.native, neighbour.app.id)).status, 404);
    const other = await shop.app.request('GET', `/api/v1/apps/${shop.app.appId}/docs/klingon`, {
      key: shop.app.keys.native,
    });
    assert.equal(other.status, 404);
  });

  /** What a shell makes of the cURL sample. */
  const shellArguments = (curl: string): string[] => {
    const out = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${curl}`], { encoding: 'utf8' });
    return out.split('\0').slice(0, -1);
  };

  const runCurl = (endpoint: PanelEndpoint, id: number) => {
    const args = shellArguments(endpoint.samples.curl);
    const url = args.find((one) => one.startsWith('http')) ?? '';
    const headers = Object.fromEntries(
      args.flatMap((one, index) =>
        args[index - 1] === '-H' ? [one.split(/: (.*)/s).slice(0, 2) as [string, string]] : [],
      ),
    );
    const data = args[args.indexOf('--data') + 1];
    const method = args.includes('-X') ? (args[args.indexOf('-X') + 1] ?? '') : 'GET';
    return shop.app.request(method, url.replace(base, '').replace('ElementId', String(id)), {
      headers,
      ...(args.includes('--data') ? { body: data } : {}),
    });
  };

  test('pasted into a shell, every sample is answered as the panel says', async () => {
    for (const { name, endpoints } of panel.collections) {
      let id = 0;
      for (const endpoint of endpoints) {
        const { status, json, text } = await runCurl(endpoint, id);
        assert.equal(status, endpoint.response.status, `${name}: ${endpoint.name}: ${text}`);
        if (endpoint.method === 'POST') id = json.id;
        const shape = endpoint.response.body as Record<string, Json> | null;
        if (shape !== null && !('records' in shape)) assert.deepEqual(Object.keys(json), Object.keys(shape));
      }
    }
  });

  test('the JavaScript samples run as they are', async () => {
    const [list, create] = collection('Items').endpoints;
    for (const endpoint of [create, list]) {
      const code = endpoint?.samples.javascript.replace(base, shop.app.url) ?? '';
      const calls: unknown[] = [];
      const run = new Function('console', `return (async () => { ${code} })();`) as (to: object) => Promise<void>;
      await run({ log: (...args: unknown[]) => calls.push(args) });
      assert.equal((calls[0] as unknown[])[0], 200);
    }
  });

  test('the Python samples hold the body as a literal', () => {
    const create = collection('Items').endpoints[1];
    assert.match(create?.samples.python ?? '', /requests\.post\(\n/);
    assert.match(create?.samples.python ?? '', /"In Stock": True,/);
    assert.match(create?.samples.python ?? '', /"Today's \\"score\\", true\?": 0,/);
    assert.equal(
      pythonOfJson({ a: [null, false, 1.5, "'"], b: {} }),
      '{\n    "a": [None, False, 1.5, "\'"],\n    "b": {},\n}',
    );
  });

  test('without a key the panel says how to get one', async () => {
    await deleteKey(shop.app.core, systemActor, await appKeyId());
    const { status, json } = await docs(shop.app.keys.native);
    assert.deepEqual([status, json.key.state, json.key.secret], [200, 'missing', null]);
    assert.match(json.key.note, /generate one/);
    assert.equal(json.collections.length, 5);
  });
});
