import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let key: string;
let at: string;
before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
  at = `/api/v1/workspaces/${app.workspaceId}`;
});
after(() => app.close());

describe('a workspace', () => {
  test('is made, read, changed and deleted by its owner', async () => {
    const made = await app.request('POST', '/api/v1/workspaces', { key, body: { name: 'New', description: 'One' } });
    assert.equal(made.status, 201);
    const place = made.headers.location ?? '';
    const read = await app.request('GET', place, { key });
    assert.deepEqual(read.json, made.json);
    const changed = await app.request('PATCH', place, { key, body: { name: 'Newer', limits: { native: 50 } } });
    assert.equal(changed.status, 200);
    assert.equal(changed.json.name, 'Newer');
    assert.deepEqual(changed.json.limits, { native: 50 });
    const reset = await app.request('PATCH', place, { key, body: { limits: { native: null }, plan_id: 'team' } });
    assert.deepEqual(reset.json.limits, {});
    assert.equal(reset.json.plan_id, 'team');
    assert.equal((await app.request('DELETE', place, { key })).status, 204);
    assert.equal((await app.request('GET', place, { key })).status, 404);
  });

  test('200: a list of those within reach', async () => {
    await app.makeNeighbour();
    const { json } = await app.request('GET', '/api/v1/workspaces', { key });
    assert.deepEqual(
      json.data.map((one: { id: string }) => one.id),
      [app.workspaceId],
    );
    const { secrets } = await app.makeKey({ scopes: [{ table: '*', verbs: ['read'] }] });
    const bound = await app.request('GET', '/api/v1/workspaces', { key: secrets.key ?? '' });
    assert.equal(bound.json.data.length, 1);
  });

  test('403: a key that is bound to an app neither makes nor changes one', async () => {
    const { secrets } = await app.makeKey();
    const bound = secrets.key ?? '';
    const answers = [
      await app.request('POST', '/api/v1/workspaces', { key: bound, body: { name: 'x' } }),
      await app.request('PATCH', at, { key: bound, body: { name: 'x' } }),
      await app.request('DELETE', at, { key: bound }),
      await app.request('GET', `${at}/members`, { key: bound }),
      await app.request('GET', `${at}/audit`, { key: bound }),
    ];
    for (const { status } of answers) assert.equal(status, 403);
  });

  test('404: a plan that is none; 400: a limit that is none', async () => {
    const plan = await app.request('PATCH', at, { key, body: { plan_id: 'gold' } });
    assert.equal(plan.status, 404);
    assert.equal(plan.json.code, 'plan_not_found');
    for (const limits of [{ native: -1 }, { native: 1.5 }, { other: 1 }]) {
      assert.equal((await app.request('PATCH', at, { key, body: { limits } })).status, 400);
    }
  });

  test('403: on a plan without API access its keys open nothing, from the next request on', async () => {
    const { workspace, keys } = await app.makeNeighbour();
    const place = `/api/v1/workspaces/${workspace.id}`;
    const { json } = await app.request('PATCH', place, { key: keys.native, body: { plan_id: 'free' } });
    assert.equal(json.plan_id, 'free');
    const { status, json: problem } = await app.request('GET', place, { key: keys.native });
    assert.equal(status, 403);
    assert.equal(problem.code, 'plan_excludes');
  });
});

describe('members', () => {
  const add = (email: string, role: string) =>
    app.request('POST', `${at}/members`, { key, body: { email, role, name: 'New' } });

  test('are added by e-mail address, change roles and leave', async () => {
    const { status, json } = await add(' Grace@Example.com ', 'viewer');
    assert.equal(status, 201);
    assert.equal(json.email, 'grace@example.com');
    const list = await app.request('GET', `${at}/members`, { key });
    assert.deepEqual(
      list.json.data.map((one: { email: string; role: string }) => [one.email, one.role]),
      [
        ['owner@example.com', 'owner'],
        ['grace@example.com', 'viewer'],
      ],
    );
    const place = `${at}/members/${json.id}`;
    const changed = await app.request('PATCH', place, { key, body: { role: 'editor' } });
    assert.equal(changed.json.role, 'editor');
    assert.equal((await app.request('DELETE', place, { key })).status, 204);
    assert.equal((await app.request('DELETE', place, { key })).status, 404);
  });

  test("a member's key may what the role allows now, and nothing once the member has left", async () => {
    const { json } = await add('mem@example.com', 'editor');
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { secrets } = await app.makeKey({ user_id: json.id });
    const member = secrets.key ?? '';
    const write = () =>
      app.request('POST', `/api/v1/tables/${table.id}/records`, { key: member, body: { fields: { Name: 'x' } } });
    assert.equal((await write()).status, 201);
    assert.equal((await app.request('DELETE', `/api/v1/tables/${table.id}`, { key: member })).status, 403);
    await app.request('PATCH', `${at}/members/${json.id}`, { key, body: { role: 'viewer' } });
    assert.equal((await write()).status, 403);
    assert.equal((await app.request('GET', `/api/v1/tables/${table.id}/records`, { key: member })).status, 200);
    await app.request('DELETE', `${at}/members/${json.id}`, { key });
    assert.equal((await write()).status, 401);
  });

  test('409: twice; 400: no address, no role; 409: a workspace keeps an owner', async () => {
    await add('twice@example.com', 'viewer');
    assert.equal((await add('twice@example.com', 'viewer')).status, 409);
    const wrong = await add('nobody', 'viewer');
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.errors[0].field, 'email');
    assert.equal((await add('a@example.com', 'king')).status, 400);
    const own = `${at}/members/${app.ownerId}`;
    const last = await app.request('PATCH', own, { key, body: { role: 'viewer' } });
    assert.equal(last.status, 409);
    assert.equal(last.json.code, 'last_owner');
    assert.equal((await app.request('DELETE', own, { key })).status, 409);
  });
});
