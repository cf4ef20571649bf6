import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
before(async () => {
  app = await startDocumentedApp();
});
after(() => app.close());

describe('/me', () => {
  test('200: the user behind a key of its own, with its workspaces', async () => {
    const { status, json } = await app.request('GET', '/api/v1/me', { key: app.keys.native });
    assert.equal(status, 200);
    assert.equal(json.id, app.ownerId);
    assert.equal(json.email, 'owner@example.com');
    assert.deepEqual(json.workspaces, [{ id: app.workspaceId, name: 'Workspace', role: 'owner' }]);
  });

  test('200: a key of an app that does not manage it learns no name and no address', async () => {
    const { secrets } = await app.makeKey({ scopes: [{ table: '*', verbs: ['read'] }] });
    const { json, text } = await app.request('GET', '/api/v1/me', { key: secrets.key ?? '' });
    assert.equal(json.email, null);
    assert.ok(!text.includes('owner@example.com'));
  });
});

describe('/me/keys', () => {
  test('201: personal keys as many as the plan allows, then 403', async () => {
    const make = () => app.request('POST', '/api/v1/me/keys', { key: app.keys.native, body: { name: 'Mine' } });
    const first = await make();
    assert.equal(first.status, 201, first.text);
    assert.equal(first.json.kind, 'personal');
    assert.match(first.json.secret, /^RTBLv1-/);
    const beyond = await make();
    assert.equal(beyond.status, 403);
    assert.equal(beyond.json.code, 'plan_limit_reached');
    const { json } = await app.request('GET', '/api/v1/me/keys', { key: app.keys.native });
    const kinds = json.data.map((key: { kind: string }) => key.kind);
    assert.equal(kinds.filter((kind: string) => kind === 'personal').length, 2);
    assert.ok(kinds.every((kind: string) => kind === 'personal' || kind === 'native'));
  });

  test('201: a native key of the user reaches every workspace of the user', async () => {
    const { json } = await app.request('POST', '/api/v1/me/keys', {
      key: app.keys.native,
      body: { kind: 'native', name: 'All', scopes: [{ table: '*', verbs: ['*'] }] },
    });
    assert.match(json.secret, /^tsr_/);
    const made = await app.request('POST', '/api/v1/workspaces', { key: json.secret, body: { name: 'Second' } });
    assert.equal(made.status, 201, made.text);
    const list = await app.request('GET', '/api/v1/workspaces', { key: json.secret });
    assert.deepEqual(
      list.json.data.map((one: { name: string }) => one.name),
      ['Workspace', 'Second'],
    );
  });

  test('403: not for a key that is bound to an app', async () => {
    const { secrets } = await app.makeKey();
    const key = secrets.key ?? '';
    assert.equal((await app.request('GET', '/api/v1/me/keys', { key })).status, 403);
    assert.equal((await app.request('POST', '/api/v1/me/keys', { key, body: { name: 'x' } })).status, 403);
  });
});

describe('/verify', () => {
  test('200: what the key is and may do', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { secrets, key } = await app.makeKey({
      name: 'Scoped',
      scopes: [{ table: table.id, verbs: ['read'] }],
      limit_per_second: 3,
      allow_list: ['127.0.0.1'],
    });
    const { status, json } = await app.request('GET', '/api/v1/verify', { key: secrets.key ?? '' });
    assert.equal(status, 200);
    assert.equal(json.id, key.id);
    assert.equal(json.name, 'Scoped');
    assert.deepEqual(json.app, { id: app.appId, name: 'App' });
    assert.deepEqual(json.scopes, [{ table: table.id, verbs: ['read'] }]);
    assert.deepEqual(json.verbs, []);
    assert.equal(json.limit, 3);
    assert.deepEqual(json.allow_list, ['127.0.0.1']);
  });

  test('401: what is no native key, whatever is wrong with it', async () => {
    const { native, personal, pair } = app.keys;
    const mistyped = `${native.slice(0, -1)}${native.endsWith('a') ? 'b' : 'a'}`;
    for (const key of [mistyped, 'tsr_short', personal, pair.key, app.keys.app, 'x'.repeat(5000)]) {
      const { status, json, headers } = await app.request('GET', '/api/v1/verify', { key });
      assert.equal(status, 401);
      assert.equal(json.code, 'credential_unknown');
      assert.match(String(headers['www-authenticate']), /^Bearer/);
    }
    const none = await app.request('GET', '/api/v1/verify');
    assert.equal(none.json.code, 'credential_missing');
    const basic = await app.request('GET', '/api/v1/verify', { headers: { authorization: 'Basic eDp5' } });
    assert.equal(basic.json.code, 'credential_malformed');
  });
});

describe('/plans and /errors', () => {
  test('plans are shown to every key and changed by none', async () => {
    const { json } = await app.request('GET', '/api/v1/plans', { key: app.keys.native });
    assert.deepEqual(
      json.data.map((plan: { id: string }) => plan.id),
      ['free', 'team', 'business'],
    );
    const { status } = await app.request('PATCH', '/api/v1/plans/free', {
      key: app.keys.native,
      body: { api_access: true },
    });
    assert.equal(status, 403);
  });

  test('the type of every problem leads to what its code means, without a key', async () => {
    const { json: problem } = await app.request('GET', '/api/v1/verify');
    const { status, json } = await app.request('GET', problem.type);
    assert.equal(status, 200);
    assert.deepEqual(json, {
      code: problem.code,
      status: problem.status,
      meaning: problem.title,
      type: problem.type,
    });
    const list = await app.request('GET', '/api/v1/errors');
    for (const one of list.json.data) assert.equal((await app.request('GET', one.type)).status, 200, one.code);
    assert.equal((await app.request('GET', '/api/v1/errors/constructor')).status, 404);
  });
});
