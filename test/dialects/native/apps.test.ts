import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let key: string;
before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
});
after(() => app.close());

describe('an app', () => {
  const list = () => `/api/v1/workspaces/${app.workspaceId}/apps`;

  test('is made, listed, read, changed and deleted', async () => {
    const made = await app.request('POST', list(), { key, body: { name: 'Shop', color: '#898cff' } });
    assert.equal(made.status, 201);
    const place = made.headers.location ?? '';
    assert.deepEqual((await app.request('GET', place, { key })).json, made.json);
    const listed = await app.request('GET', list(), { key });
    assert.deepEqual(
      listed.json.data.map((one: { name: string }) => one.name),
      ['App', 'Shop'],
    );
    const changed = await app.request('PATCH', place, { key, body: { name: 'Store', description: null } });
    assert.equal(changed.json.name, 'Store');
    await app.request('POST', `${place}/tables`, { key, body: { name: 'T' } });
    assert.equal((await app.request('DELETE', place, { key })).status, 204);
    assert.equal((await app.request('GET', place, { key })).status, 404);
    assert.equal((await app.request('GET', `${place}/tables`, { key })).status, 404);
  });

  test('400: wrong names and colours', async () => {
    for (const body of [
      { name: '' },
      { name: ' ' },
      { name: 'a\u0000b' },
      { name: '__proto__' },
      { name: 'x', color: 'red' },
      {},
    ]) {
      assert.equal((await app.request('POST', list(), { key, body })).status, 400, JSON.stringify(body));
    }
  });

  test('switched off, refuses its keys at once; switched on, admits them again', async () => {
    const { json } = await app.request('POST', list(), { key, body: { name: 'Closed' } });
    const place = `/api/v1/apps/${json.id}`;
    const made = await app.request('POST', `${place}/keys`, {
      key,
      body: { name: 'k', scopes: [{ table: '*', verbs: ['read'] }] },
    });
    const see = () => app.request('GET', place, { key: made.json.secret });
    assert.equal((await see()).status, 200);
    await app.request('PATCH', place, { key, body: { is_api_enabled: false } });
    const closed = await see();
    assert.equal(closed.status, 403);
    assert.equal(closed.json.code, 'api_disabled');
    await app.request('PATCH', place, { key, body: { is_api_enabled: true } });
    assert.equal((await see()).status, 200);
  });

  test('a key of one app sees nothing of another in the same workspace', async () => {
    const other = await app.request('POST', list(), { key, body: { name: 'Other' } });
    const table = await app.request('POST', `/api/v1/apps/${other.json.id}/tables`, { key, body: { name: 'T' } });
    const { secrets } = await app.makeKey();
    const bound = secrets.key ?? '';
    for (const path of [
      `/api/v1/apps/${other.json.id}`,
      `/api/v1/apps/${other.json.id}/tables`,
      `/api/v1/apps/${other.json.id}/keys`,
      `/api/v1/apps/${other.json.id}/changes`,
      `/api/v1/apps/${other.json.id}/openapi.json`,
      `/api/v1/tables/${table.json.id}`,
      `/api/v1/tables/${table.json.id}/records`,
    ]) {
      assert.equal((await app.request('GET', path, { key: bound })).status, 404, path);
    }
    const listed = await app.request('GET', list(), { key: bound });
    assert.deepEqual(
      listed.json.data.map((one: { id: string }) => one.id),
      [app.appId],
    );
  });
});
