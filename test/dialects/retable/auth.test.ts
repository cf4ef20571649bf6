import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { updateApp } from '../../../src/core/apps/update-app.ts';
import { systemActor } from '../../../src/core/context.ts';
import { deleteKey } from '../../../src/core/keys/delete-key.ts';
import { disableKey } from '../../../src/core/keys/disable-key.ts';
import { enableKey } from '../../../src/core/keys/enable-key.ts';
import { rotateKey } from '../../../src/core/keys/rotate-key.ts';
import { readUsage } from '../../../src/core/usage/read-usage.ts';
import { addMember, removeMember, updateMember } from '../../../src/core/workspaces/members.ts';
import type { Role } from '../../../src/core/workspaces/roles.ts';
import type { TestResponse } from '../../harness.ts';
import { type Office, type OfficeTable, openOffice, v1, v2 } from './office.ts';

const missing = {
  statusCode: 401,
  message: 'API key is missing: send it in the header "ApiKey"',
  error: 'Unauthorized',
};
const invalid = { statusCode: 401, message: 'API key is not valid', error: 'Unauthorized' };
const locked = { statusCode: 423, message: 'API key is disabled', error: 'Locked' };

describe('who may call (wire/retable.md §2)', () => {
  let office: Office;
  let table: OfficeTable;
  /** A path of every route, with the methods that it knows. */
  let routes: readonly (readonly [method: string, path: string])[];
  before(async () => {
    office = await openOffice();
    table = await office.makeTable();
    const workspace = `/workspace/${office.app.workspaceId}`;
    routes = [
      ['GET', '/workspace'],
      ['POST', '/workspace'],
      ['GET', workspace],
      ['DELETE', workspace],
      ['GET', `${workspace}/project`],
      ['POST', `${workspace}/project`],
      ['GET', `/project/${table.projectId}`],
      ['DELETE', `/project/${table.projectId}`],
      ['GET', `/project/${table.projectId}/retable`],
      ['POST', `/project/${table.projectId}/retable`],
      ['GET', `/retable/${table.id}`],
      ['DELETE', `/retable/${table.id}`],
      ['POST', `/retable/${table.id}/column`],
      ['DELETE', `/retable/${table.id}/column`],
      ['GET', table.data],
      ['POST', table.data],
      ['PUT', table.data],
      ['DELETE', table.data],
      ['GET', `/retable/${table.id}/search?columnID=Name&term=x`],
      ['GET', '/nothing/at/all'],
      ['PATCH', '/workspace'],
    ];
  });
  after(() => office.app.close());

  const get = (headers: Record<string, string | string[]>) => office.app.request('GET', `${v1}/workspace`, { headers });
  const withKey = (key: string, path = '/workspace') =>
    office.app.request('GET', v1 + path, { headers: { ApiKey: key } });

  test('the key is read from ApiKey in any case, and from API-Key', async () => {
    const key = office.app.keys.personal;
    for (const name of ['ApiKey', 'apiKey', 'apikey', 'APIKEY', 'API-Key', 'api-key']) {
      assert.equal((await get({ [name]: key })).status, 200, name);
    }
    assert.equal((await get({ ApiKey: ` ${key} ` })).status, 200);
    assert.equal((await get({ ApiKey: '', 'API-Key': key })).status, 200);
  });

  test('no key, an empty one, or one in another place is 401 on every route of both versions', async () => {
    const key = office.app.keys.personal;
    for (const [method, path] of routes) {
      const answer = await office.app.request(method, v1 + path);
      assert.deepEqual([answer.status, answer.json], [401, missing], `${method} ${path}`);
    }
    for (const headers of [
      { ApiKey: '' },
      { Authorization: `Bearer ${key}` },
      { Authorization: `apiKey ${key}` },
      { 'X-Api-Key': key },
    ]) {
      const answer = await get(headers);
      assert.deepEqual([answer.status, answer.json], [401, missing]);
    }
    const second = await office.app.request('GET', `${v2}/retable/${table.id}/data`);
    assert.deepEqual([second.status, second.json], [401, missing]);
    assert.equal((await office.app.request('GET', `${v1}/workspace?ApiKey=${key}`)).status, 401);
  });

  test('an unknown key is 401 on every route, before anything else is looked at', async () => {
    for (const [method, path] of routes) {
      const headers = { ApiKey: `RTBLv1-${'x'.repeat(25)}`, 'Content-Type': 'application/json' };
      const answer = await office.app.request(method, v1 + path, { headers, body: '{not json' });
      assert.deepEqual([answer.status, answer.json], [401, invalid], `${method} ${path}`);
    }
  });

  test('keys of other kinds are unknown here', async () => {
    const { native, app, pair } = office.app.keys;
    for (const key of [native, app, pair.key, pair.secret, pair.writeOnly]) {
      const answer = await withKey(key);
      assert.deepEqual([answer.status, answer.json], [401, invalid]);
    }
  });

  test('every key is RTBLv1- and 25 letters', async () => {
    assert.match(office.app.keys.personal, /^RTBLv1-[A-Za-z]{25}$/);
  });

  test('a disabled key is 423 on every route and works again when it is enabled', async () => {
    const { key, secrets } = await office.app.makeKey({ kind: 'personal' });
    const secret = secrets.key ?? '';
    await disableKey(office.app.core, systemActor, key.id);
    for (const [method, path] of routes) {
      const answer = await office.app.request(method, v1 + path, { headers: { ApiKey: secret } });
      assert.deepEqual([answer.status, answer.json], [423, locked], `${method} ${path}`);
    }
    assert.equal((await withKey(`${secret}x`)).status, 401);
    await enableKey(office.app.core, systemActor, key.id);
    assert.equal((await withKey(secret)).status, 200);
    await deleteKey(office.app.core, systemActor, key.id);
  });

  test('calls with a disabled key are counted under it, by day and status, and do not count as use', async () => {
    const { core } = office.app;
    const { key, secrets } = await office.app.makeKey({ kind: 'personal' });
    await withKey(secrets.key ?? '');
    await disableKey(core, systemActor, key.id);
    await withKey(secrets.key ?? '');
    await withKey(secrets.key ?? '');
    await core.meter.flush();
    const now = core.clock.now();
    const sums = await readUsage(core, systemActor, {
      keyId: key.id,
      from: now - 60_000,
      to: now + 60_000,
      by: ['day', 'status'],
    });
    assert.deepEqual(
      sums.map(({ status, calls }) => [status, calls]),
      [
        [2, 1],
        [423, 2],
      ],
    );
    const [row] = await core.store.list('key_secrets', { key_id: key.id });
    assert.equal(row?.use_count, 1);
    await deleteKey(core, systemActor, key.id);
  });

  test('a deleted key and the old value of a regenerated one are 401', async () => {
    const { key, secrets } = await office.app.makeKey({ kind: 'personal', name: 'Sync' });
    const rotated = await rotateKey(office.app.core, systemActor, key.id);
    assert.deepEqual((await withKey(secrets.key ?? '')).json, invalid);
    assert.equal((await withKey(rotated.secrets.key ?? '')).status, 200);
    assert.equal(rotated.key.name, 'Sync');
    await deleteKey(office.app.core, systemActor, key.id);
    assert.deepEqual((await withKey(rotated.secrets.key ?? '')).json, invalid);
  });

  test('a third key of one user in one workspace is refused, and a deleted one frees its place', async () => {
    const { key } = await office.app.makeKey({ kind: 'personal' });
    await assert.rejects(office.app.makeKey({ kind: 'personal' }), { code: 'plan_limit_reached' });
    await deleteKey(office.app.core, systemActor, key.id);
    const again = await office.app.makeKey({ kind: 'personal' });
    await deleteKey(office.app.core, systemActor, again.key.id);
  });

  test('what belongs to others is not there', async () => {
    const neighbour = await office.app.makeNeighbour();
    const own = await withKey(neighbour.keys.personal);
    assert.deepEqual(
      own.json.data.workspaces.map((one: { id: string }) => one.id),
      [neighbour.workspace.id],
    );
    for (const [method, path] of routes) {
      if (path === '/workspace') continue;
      const answer = await office.app.request(method, v1 + path, { headers: { ApiKey: neighbour.keys.personal } });
      assert.equal(answer.status, 404, `${method} ${path} answered ${answer.text}`);
    }
  });

  test('a project whose API is switched off is 403', async () => {
    const other = await office.makeTable();
    await updateApp(office.app.core, systemActor, other.projectId, { is_api_enabled: false });
    assert.equal((await office.call('GET', other.data)).status, 403);
    assert.equal((await office.call('GET', table.data)).status, 200);
  });

  describe('a key carries the rights of its user, as they are now', () => {
    let userId: string;
    let secret: string;
    const as = (method: string, path: string, body?: unknown) =>
      office.app.request(method, v1 + path, { headers: { ApiKey: secret }, ...(body === undefined ? {} : { body }) });
    const insert = (): Promise<TestResponse> => as('POST', table.data, { data: [{ columns: [] }] });
    const become = (role: Role) => updateMember(office.app.core, systemActor, office.app.workspaceId, userId, role);
    before(async () => {
      const { core, workspaceId } = office.app;
      const member = await addMember(core, systemActor, workspaceId, { email: 'cleo@example.com', role: 'editor' });
      userId = member.user.id;
      const made = await office.app.makeKey({ kind: 'personal', user_id: userId });
      secret = made.secrets.key ?? '';
    });

    test('a viewer reads and is refused every write with 403, before 404 and 400', async () => {
      await become('viewer');
      for (const [method, path] of routes) {
        const own = path === '/workspace' || path.startsWith('/nothing');
        if (own) continue;
        const { status } = await as(method, path, method === 'GET' ? undefined : '{not json');
        assert.equal(status, method === 'GET' ? 200 : 403, `${method} ${path}`);
      }
    });

    test('an editor writes rows and is refused columns, tables and projects', async () => {
      await become('editor');
      assert.equal((await insert()).status, 201);
      const columns = { columns: [{ title: 'X', type: 'text' }] };
      assert.equal((await as('POST', `/retable/${table.id}/column`, columns)).status, 403);
      assert.equal((await as('POST', `/project/${table.projectId}/retable`)).status, 403);
      assert.equal((await as('DELETE', `/project/${table.projectId}`)).status, 403);
      assert.equal((await as('DELETE', `/workspace/${office.app.workspaceId}`)).status, 403);
    });

    test('a role that is lost is lost for the very next request, and with the membership the key is unknown', async () => {
      await become('editor');
      assert.equal((await insert()).status, 201);
      await become('viewer');
      assert.equal((await insert()).status, 403);
      await become('admin');
      assert.equal((await insert()).status, 201);
      await removeMember(office.app.core, systemActor, office.app.workspaceId, userId);
      const gone = await insert();
      assert.deepEqual([gone.status, gone.json], [401, invalid]);
    });
  });

  describe('while a hundred requests are in flight', () => {
    /** Sends 100 calls, changes the key while they run, and answers what the first call after the change gets. */
    async function during(change: (keyId: string) => Promise<unknown>): Promise<TestResponse> {
      const { key, secrets } = await office.app.makeKey({ kind: 'personal' });
      const secret = secrets.key ?? '';
      const flying = Array.from({ length: 100 }, () => withKey(secret, table.data));
      await flying[0];
      await change(key.id);
      const next = await withKey(secret, table.data);
      const statuses = new Set((await Promise.all(flying)).map(({ status }) => status));
      for (const status of statuses) assert.ok(status === 200 || status === next.status, `${status}`);
      await deleteKey(office.app.core, systemActor, key.id).catch(() => undefined);
      return next;
    }

    test('disabling is seen by the very next request', async () => {
      const next = await during((id) => disableKey(office.app.core, systemActor, id));
      assert.deepEqual([next.status, next.json], [423, locked]);
    });

    test('regenerating is seen by the very next request', async () => {
      const next = await during((id) => rotateKey(office.app.core, systemActor, id));
      assert.deepEqual([next.status, next.json], [401, invalid]);
    });

    test('deleting is seen by the very next request', async () => {
      const next = await during((id) => deleteKey(office.app.core, systemActor, id));
      assert.deepEqual([next.status, next.json], [401, invalid]);
    });
  });
});

test('a plan without API access is 403, and does not say so to a key that is none', async () => {
  const office = await openOffice({ plan: 'free' });
  try {
    const refused = await office.call('GET', '/workspace');
    assert.equal(refused.status, 403);
    assert.deepEqual(refused.json, {
      statusCode: 403,
      message: 'The plan of the workspace does not include API access',
      error: 'Forbidden',
    });
    const { status } = await office.app.request('GET', `${v1}/workspace`, { headers: { ApiKey: 'RTBLv1-none' } });
    assert.equal(status, 401);
  } finally {
    await office.app.close();
  }
});
