import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createFakeClock, type FakeClock, type TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let clock: FakeClock;
let key: string;
before(async () => {
  clock = createFakeClock();
  app = await startDocumentedApp({ clock });
  key = app.keys.native;
});
after(() => app.close());

interface Change {
  readonly seq: number;
  readonly kind: string;
  readonly table_id: string;
  readonly record_id: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The whole feed from a point on, by pages of this size. */
async function feed(more = '', limit = 1000, by = key): Promise<Change[]> {
  const changes: Change[] = [];
  let cursor = '';
  for (;;) {
    const at = `/api/v1/apps/${app.appId}/changes?limit=${limit}${more}${cursor}`;
    const { status, json, text } = await app.request('GET', at, { key: by });
    assert.equal(status, 200, text);
    changes.push(...json.data);
    if (json.next === null) return changes;
    cursor = `&cursor=${json.next}`;
  }
}

describe('the feed of changes', () => {
  test('tells every change once and in order, whatever the size of its pages', async () => {
    const table = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Done', type: 'checkbox' },
      { name: 'Tags', type: 'multi_select', options: { choices: [{ name: 'a' }, { name: 'b' }] } },
      { name: 'Secret', type: 'password' },
    ]);
    const path = `/api/v1/tables/${table.id}/records`;
    const start = (await feed()).at(-1)?.seq ?? 0;
    const fields = { Name: 'Ada', Done: true, Tags: ['a'], Secret: 'hunter2' };
    const { json } = await app.request('POST', path, { key, body: { fields } });
    await app.request('PATCH', `${path}/${json.id}`, { key, body: { fields: { Done: false, Secret: 'hunter3' } } });
    await app.request('POST', `${path}/batch`, {
      key,
      body: { create: [{ fields: { Name: 'Bob' } }], delete: [json.id] },
    });
    const refused = await app.request('POST', path, { key, body: { fields: { Done: 'maybe' } } });
    assert.equal(refused.status, 422);
    const changes = await feed(`&after=${start}`);
    assert.deepEqual(
      changes.map(({ kind, record_id, fields: values }) => [kind, record_id, values]),
      [
        ['create', json.id, { Name: 'Ada', Done: true, Tags: ['a'] }],
        ['update', json.id, { Done: false }],
        ['create', json.id + 1, { Name: 'Bob' }],
        ['delete', json.id, {}],
      ],
    );
    assert.deepEqual(await feed(`&after=${start}`, 1), changes);
    assert.deepEqual(await feed(`&after=${start}`, 3), changes);
    assert.deepEqual(await feed(`&after=${changes[1]?.seq}`), changes.slice(2));
    const byId = await feed(`&after=${start}&keys=id`);
    assert.deepEqual(Object.keys(byId[1]?.fields ?? {}), [table.fieldByName.get('Done')?.id]);
  });

  test('holds no password, not even hashed, anywhere', async () => {
    const rows = await app.core.store.list('changes', {});
    assert.doesNotMatch(JSON.stringify(rows), /hunter|scrypt|argon|\$\w+\$/);
  });

  test('can be asked for one table; 404 for none, 403 for one that the key may not read', async () => {
    const [one, other] = [await app.makeTable([]), await app.makeTable([])];
    for (const table of [one, other]) {
      await app.request('POST', `/api/v1/tables/${table.id}/records`, { key, body: { fields: {} } });
    }
    const changes = await feed(`&table=${one.id}`);
    assert.deepEqual(
      changes.map((change) => change.table_id),
      [one.id],
    );
    const at = `/api/v1/apps/${app.appId}/changes`;
    assert.equal((await app.request('GET', `${at}?table=aaaaaaaaaaaaaaaa`, { key })).status, 404);
    const { secrets } = await app.makeKey({
      scopes: [
        { table: one.id, verbs: ['read'] },
        { table: other.id, verbs: ['create'] },
      ],
    });
    const bound = secrets.key ?? '';
    assert.deepEqual(
      (await feed('', 1000, bound)).map((change) => change.table_id),
      [one.id],
    );
    assert.equal((await app.request('GET', `${at}?table=${other.id}`, { key: bound })).status, 403);
    assert.equal((await app.request('GET', `${at}?after=x`, { key })).status, 400);
  });

  test('outlives a change of type: what no longer fits is left empty', async () => {
    const table = await app.makeTable([{ name: 'A', type: 'text' }]);
    const path = `/api/v1/tables/${table.id}`;
    await app.request('POST', `${path}/records`, { key, body: { fields: { A: 'not json {' } } });
    const body = { type: 'json', allow_loss: true };
    assert.equal((await app.request('POST', `${path}/fields/A/convert`, { key, body })).status, 200);
    const [change] = await feed(`&table=${table.id}`);
    assert.deepEqual(change?.fields, { A: null });
  });
});

describe('the audit', () => {
  test('tells who did what from where, latest first, page by page', async () => {
    const made = await app.request('POST', `/api/v1/apps/${app.appId}/tables`, { key, body: { name: 'Audited' } });
    await app.request('PATCH', `/api/v1/tables/${made.json.id}`, { key, body: { name: 'Audited 2' } });
    const at = `/api/v1/apps/${app.appId}/audit`;
    const { json } = await app.request('GET', `${at}?target=${made.json.id}`, { key });
    assert.deepEqual(
      json.data.map((one: { action: string }) => one.action),
      ['table.update', 'table.create'],
    );
    assert.equal(json.data[0].user_id, app.ownerId);
    assert.ok(json.data[0].key_id);
    assert.equal(json.data[0].address, '127.0.0.1');
    const all = (await app.request('GET', `${at}?limit=1000`, { key })).json.data;
    const first = await app.request('GET', `${at}?limit=2`, { key });
    const second = await app.request('GET', `${at}?limit=2&cursor=${first.json.next}`, { key });
    assert.deepEqual([...first.json.data, ...second.json.data], all.slice(0, 4));
    const none = await app.request('GET', `${at}?from=2100-01-01T00:00:00Z`, { key });
    assert.deepEqual(none.json.data, []);
    for (const query of ['cursor=x', 'from=yesterday', 'limit=0', 'who=me']) {
      assert.equal((await app.request('GET', `${at}?${query}`, { key })).status, 400, query);
    }
    const workspace = await app.request('GET', `/api/v1/workspaces/${app.workspaceId}/audit`, { key });
    assert.ok(workspace.json.data.length >= all.length);
  });

  test('403: for keys that do not manage', async () => {
    const { secrets } = await app.makeKey({ scopes: [{ table: '*', verbs: ['read'] }] });
    for (const path of ['audit', 'usage', 'keys']) {
      const { status } = await app.request('GET', `/api/v1/apps/${app.appId}/${path}`, { key: secrets.key ?? '' });
      assert.equal(status, 403, path);
    }
  });
});

describe('usage', () => {
  test('counts every call of a key once, by table, verb and status, under the verb of its route', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { secrets, key: made } = await app.makeKey({
      scopes: [{ table: table.id, verbs: ['read', 'create', 'update'] }],
    });
    const bound = secrets.key ?? '';
    const path = `/api/v1/tables/${table.id}/records`;
    const calls = [
      ['GET', path],
      ['GET', `${path}/1`],
      ['POST', path, { fields: { Name: 'x' } }],
      ['POST', path, { fields: { Nope: 'x' } }],
      ['POST', `${path}/query`, {}],
      ['PATCH', `${path}/1`, { fields: {} }],
      ['DELETE', `${path}/1`],
      ['GET', `/api/v1/tables/${table.id}`],
      ['GET', '/api/v1/verify'],
    ] as const;
    for (const [method, at, body] of calls) await app.request(method, at, { key: bound, ...(body && { body }) });
    await app.core.meter.flush();
    const { status, json } = await app.request('GET', `/api/v1/keys/${made.id}/usage`, { key });
    assert.equal(status, 200);
    const sums = json.data.map((sum: { table_id: string | null; verb: string; status: number; calls: number }) => {
      return `${sum.table_id === table.id ? 'table' : sum.table_id} ${sum.verb} ${sum.status} ${sum.calls}`;
    });
    assert.deepEqual(sums.toSorted(), [
      'null read 2 1',
      'table create 2 1',
      'table create 4 1',
      'table delete 4 1',
      'table read 2 3',
      'table read 4 1',
      'table update 2 1',
    ]);
  });

  test('adds up by what is asked for', async () => {
    await app.core.meter.flush();
    const at = `/api/v1/apps/${app.appId}/usage`;
    const total = await app.request('GET', `${at}?by=app`, { key });
    assert.equal(total.json.data.length, 1);
    const hours = await app.request('GET', `${at}?by=hour,verb`, { key });
    const sum = hours.json.data.reduce((all: number, one: { calls: number }) => all + one.calls, 0);
    assert.equal(sum, total.json.data[0].calls);
    assert.match(hours.json.data[0].at, /T09:00:00\.000Z$/);
    const earlier = await app.request('GET', `${at}?to=2026-01-01T00:00:00Z`, { key });
    assert.deepEqual(earlier.json.data, []);
    for (const query of ['by=colour', 'from=now', 'from=2026-03-05T00:00:00Z&to=2026-03-04T00:00:00Z', 'limit=1']) {
      assert.equal((await app.request('GET', `${at}?${query}`, { key })).status, 400, query);
    }
  });
});
