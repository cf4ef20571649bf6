import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { createFakeClock, type FakeClock, type TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let clock: FakeClock;
let owner: string;
let table: TableSchema;
let path: string;

before(async () => {
  clock = createFakeClock();
  app = await startDocumentedApp({ clock });
  owner = app.keys.native;
  table = await app.makeTable([{ name: 'Name', type: 'text' }]);
  path = `/api/v1/tables/${table.id}/records`;
});
after(() => app.close());

const readAll = [{ table: '*', verbs: ['read'] }];
const make = (body: object, key = owner) => app.request('POST', `/api/v1/apps/${app.appId}/keys`, { key, body });
const made = async (body: object = {}) => {
  const { status, json, text } = await make({ kind: 'native', name: 'Key', scopes: readAll, ...body });
  assert.equal(status, 201, text);
  return json as { id: string; secret: string };
};
const opens = async (key: string, headers = {}) => (await app.request('GET', path, { key, headers })).status;

describe('creating a key', () => {
  test('201: answers the secret, which opens what its scopes say and nothing else', async () => {
    const { status, json, headers } = await make({ kind: 'native', name: 'Reader', scopes: readAll });
    assert.equal(status, 201);
    assert.match(json.secret, /^tsr_[0-9A-Za-z]{38}$/);
    assert.equal(headers.location, `/api/v1/keys/${json.id}`);
    assert.deepEqual(json.scopes, readAll);
    assert.equal(await opens(json.secret), 200);
    const write = await app.request('POST', path, { key: json.secret, body: { fields: { Name: 'x' } } });
    assert.equal(write.status, 403);
    assert.equal(write.json.code, 'scope_missing');
  });

  test('201: a pair has three secrets', async () => {
    const { status, json } = await make({ kind: 'pair', name: 'Integration' });
    assert.equal(status, 201);
    assert.equal(json.secret, undefined);
    const secrets = [json.secrets.api_key, json.secrets.secret_key, json.secrets.write_only_key];
    assert.equal(new Set(secrets).size, 3);
    for (const secret of secrets) assert.equal(await opens(secret), 401, 'it opens no native door');
  });

  test('the secret is in no later answer', async () => {
    const { id, secret } = await made();
    for (const at of [`/api/v1/keys/${id}`, `/api/v1/apps/${app.appId}/keys`, `/api/v1/apps/${app.appId}/audit`]) {
      const { status, text } = await app.request('GET', at, { key: owner });
      assert.equal(status, 200);
      assert.ok(!text.includes(secret), at);
    }
  });

  test('scopes name fields by name or id, and are kept by id', async () => {
    const id = table.fieldByName.get('Name')?.id ?? '';
    const { json } = await make({
      name: 'Masked',
      scopes: [{ table: table.id, verbs: ['read', 'update'], readable: ['Name'], writable: [id] }],
    });
    assert.deepEqual(json.scopes, [{ table: table.id, verbs: ['read', 'update'], readable: [id], writable: [id] }]);
  });

  test('gives no more than the one who asks has', async () => {
    const { secret } = await made({ scopes: [{ table: '*', verbs: ['read', 'manage'] }] });
    const wide = await make({ name: 'Wide', scopes: [{ table: '*', verbs: ['*'] }] }, secret);
    assert.equal(wide.status, 201, wide.text);
    assert.deepEqual(wide.json.scopes[0].verbs, ['read', 'manage']);
    const beyond = await make({ name: 'Beyond', scopes: [{ table: '*', verbs: ['delete'] }] }, secret);
    assert.equal(beyond.status, 403);
  });

  const refused = [
    { name: 'no name', body: { name: '' }, status: 400, field: 'name' },
    { name: 'no scopes', body: { scopes: [] }, status: 400, field: 'scopes' },
    {
      name: 'a verb that is none',
      body: { scopes: [{ table: '*', verbs: ['fly'] }] },
      status: 400,
      field: 'scopes.0.verbs.0',
    },
    { name: 'no verbs', body: { scopes: [{ table: '*', verbs: [] }] }, status: 400, field: 'scopes.0.verbs' },
    {
      name: 'a table that is none',
      body: { scopes: [{ table: 'x', verbs: ['read'] }] },
      status: 404,
      field: 'scopes[0].table',
    },
    {
      name: 'a field that is none',
      body: () => ({ scopes: [{ table: table.id, verbs: ['read'], readable: ['Nope'] }] }),
      status: 404,
      field: 'scopes[0].readable[0]',
    },
    { name: 'a time that is none', body: { expires_at: 'tomorrow' }, status: 400, field: 'expires_at' },
    { name: 'a time that has passed', body: { expires_at: '2020-01-01T00:00:00Z' }, status: 400, field: 'expires_at' },
    { name: 'an address that is none', body: { allow_list: ['here'] }, status: 400, field: 'allow_list[0]' },
    { name: 'an origin that is none', body: { allowed_origins: ['x/y'] }, status: 400, field: 'allowed_origins[0]' },
    { name: 'a limit below nothing', body: { limit: -1 }, status: 400, field: 'limit' },
    { name: 'a kind that is none', body: { kind: 'master' }, status: 400, field: 'kind' },
    { name: 'something unknown', body: { admin: true }, status: 400, field: 'admin' },
  ];
  for (const { name, body, status, field } of refused) {
    test(`${status}: ${name}`, async () => {
      const before = await app.core.store.count('keys', {});
      const base = { name: 'Key', scopes: readAll };
      const answer = await make({ ...base, ...(typeof body === 'function' ? body() : body) });
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.json.errors[0].field, field);
      assert.equal(await app.core.store.count('keys', {}), before);
    });
  }

  test('403: by a key that does not manage', async () => {
    const { secret } = await made();
    const { status, json } = await make({ name: 'x', scopes: readAll }, secret);
    assert.equal(status, 403);
    assert.equal(json.code, 'scope_missing');
  });
});

describe('a key that is bound', () => {
  test('expires to the second', async () => {
    const expiresAt = new Date(clock.now() + 60_000).toISOString();
    const { secret } = await made({ expires_at: expiresAt });
    assert.equal(await opens(secret), 200);
    clock.advance(59_999);
    assert.equal(await opens(secret), 200);
    clock.advance(1);
    const { status, json } = await app.request('GET', path, { key: secret });
    assert.equal(status, 401);
    assert.equal(json.code, 'key_expired');
  });

  test('opens from its addresses only', async () => {
    const { secret } = await made({ allow_list: ['203.0.113.0/24'] });
    assert.equal(await opens(secret), 403);
    const { secret: local } = await made({ allow_list: ['127.0.0.0/8'] });
    assert.equal(await opens(local), 200);
  });

  test('opens for its origins only, where a browser names one', async () => {
    const { secret } = await made({ allowed_origins: ['https://app.example.com'] });
    assert.equal(await opens(secret, { origin: 'https://app.example.com' }), 200);
    assert.equal(await opens(secret, { origin: 'https://evil.example' }), 403);
    assert.equal(await opens(secret), 200);
  });
});

describe('the life of a key takes effect on the very next request', () => {
  test('disabled, enabled, deleted', async () => {
    const { id, secret } = await made();
    assert.equal(await opens(secret), 200);
    const off = await app.request('POST', `/api/v1/keys/${id}/disable`, { key: owner });
    assert.equal(off.json.is_enabled, false);
    const refused = await app.request('GET', path, { key: secret });
    assert.equal(refused.status, 401);
    assert.equal(refused.json.code, 'key_disabled');
    await app.request('POST', `/api/v1/keys/${id}/enable`, { key: owner });
    assert.equal(await opens(secret), 200);
    const gone = await app.request('DELETE', `/api/v1/keys/${id}`, { key: owner });
    assert.equal(gone.status, 204);
    const unknown = await app.request('GET', path, { key: secret });
    assert.equal(unknown.json.code, 'credential_unknown');
    assert.equal((await app.request('GET', `/api/v1/keys/${id}`, { key: owner })).status, 404);
  });

  test('rotated at once, or with an overlap', async () => {
    const { id, secret } = await made();
    const rotated = await app.request('POST', `/api/v1/keys/${id}/rotate`, { key: owner });
    assert.equal(rotated.status, 200, rotated.text);
    assert.equal(await opens(secret), 401);
    assert.equal(await opens(rotated.json.secret), 200);
    const again = await app.request('POST', `/api/v1/keys/${id}/rotate`, { key: owner, body: { overlap_seconds: 60 } });
    assert.equal(await opens(rotated.json.secret), 200);
    assert.equal(await opens(again.json.secret), 200);
    clock.advance(60_000);
    assert.equal(await opens(rotated.json.secret), 401);
    assert.equal(await opens(again.json.secret), 200);
    const wrong = await app.request('POST', `/api/v1/keys/${id}/rotate`, {
      key: owner,
      body: { overlap_seconds: 1e9 },
    });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.errors[0].field, 'overlap_seconds');
  });

  test('changed scopes', async () => {
    const { id, secret } = await made();
    const { status, json } = await app.request('PATCH', `/api/v1/keys/${id}`, {
      key: owner,
      body: { name: 'Writer', scopes: [{ table: table.id, verbs: ['create'] }] },
    });
    assert.equal(status, 200);
    assert.equal(json.name, 'Writer');
    assert.equal(await opens(secret), 403);
    const write = await app.request('POST', path, { key: secret, body: { fields: { Name: 'x' } } });
    assert.equal(write.status, 201);
  });

  test('a limit of its own, and none', async () => {
    const { json } = await app.request('PATCH', `/api/v1/keys/${(await made()).id}`, {
      key: owner,
      body: { limit: 7 },
    });
    assert.equal(json.limit, 7);
    const back = await app.request('PATCH', `/api/v1/keys/${json.id}`, { key: owner, body: { limit: null } });
    assert.equal(back.json.limit, null);
  });
});

describe('revealing a key', () => {
  test('409: a native key was shown once', async () => {
    const { id } = await made();
    const { status, json } = await app.request('POST', `/api/v1/keys/${id}/reveal`, { key: owner });
    assert.equal(status, 409);
    assert.equal(json.code, 'not_revealable');
  });

  test('200: shows a pair again to who manages it, and the audit says so; 403 to others', async () => {
    const pair = await make({ kind: 'pair', name: 'Pair' });
    const at = `/api/v1/keys/${pair.json.id}/reveal`;
    const { secret } = await made();
    const refused = await app.request('POST', at, { key: secret });
    assert.equal(refused.status, 403);
    assert.ok(!refused.text.includes(pair.json.secrets.api_key));
    const { status, json } = await app.request('POST', at, { key: owner });
    assert.equal(status, 200);
    assert.deepEqual(json, { id: pair.json.id, secrets: pair.json.secrets });
    const audit = await app.request('GET', `/api/v1/apps/${app.appId}/audit?target=${pair.json.id}`, { key: owner });
    assert.equal(audit.json.data[0].action, 'key.reveal');
  });
});

describe('keys of others', () => {
  test('404: unknown and foreign ones alike, for every operation', async () => {
    const neighbour = await app.makeNeighbour();
    const { id } = await made();
    const operations = [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate'],
      ['POST', '/reveal'],
      ['POST', '/disable'],
      ['POST', '/enable'],
      ['GET', '/usage'],
    ] as const;
    for (const [method, end] of operations) {
      const ask = async (key: string, keyId: string) => {
        const body = method === 'PATCH' ? { body: { name: 'x' } } : {};
        return app.request(method, `/api/v1/keys/${keyId}${end}`, { key, ...body });
      };
      const foreign = await ask(neighbour.keys.native, id);
      const unknown = await ask(neighbour.keys.native, 'aaaaaaaaaaaaaaaa');
      assert.equal(foreign.status, 404, `${method} ${end}`);
      assert.deepEqual(foreign.json, unknown.json);
    }
    assert.equal((await app.request('GET', `/api/v1/keys/${id}`, { key: owner })).status, 200);
  });
});
