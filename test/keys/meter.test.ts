/** Counts of calls: none is lost, whatever happens to a flush, and each is found again where it belongs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey } from '../../src/core/keys/create-key.ts';
import { deleteKey } from '../../src/core/keys/delete-key.ts';
import { getKey } from '../../src/core/keys/get-key.ts';
import { createMeter } from '../../src/core/usage/meter.ts';
import { readUsage, type UsageQuery } from '../../src/core/usage/read-usage.ts';
import { address, openKeyFixture, person, readAll } from './key-fixture.ts';

const minute = 60_000;

test('calls are counted by key, table, verb, status class and minute', async (t) => {
  const { core, clock, owner, workspaceId, appId } = await openKeyFixture(t);
  const { key } = await createKey(core, owner, { kind: 'native', name: 'n', app_id: appId, scopes: readAll });
  const from = Math.floor(clock.now() / minute) * minute;
  const count = (tableId: string, verb: string, status: number) =>
    core.meter.count(key.id, workspaceId, appId, tableId, verb, status);
  for (const status of [200, 201, 204, 304, 400, 404, 401, 423, 429, 429, 500, 503]) count('t1', 'read', status);
  count('t1', 'create', 201);
  count('', 'manage', 200);
  clock.advance(minute);
  count('t1', 'read', 200);
  await core.meter.flush();
  count('t1', 'read', 200);
  await core.meter.flush();

  const query = (more: Partial<UsageQuery>) => readUsage(core, owner, { appId, from, to: from + 2 * minute, ...more });
  const line = { key_id: key.id, table_id: 't1', verb: 'read' };
  assert.deepEqual(await query({}), [
    { key_id: key.id, table_id: '', verb: 'manage', status: 2, calls: 1 },
    { ...line, verb: 'create', status: 2, calls: 1 },
    { ...line, status: 2, calls: 6 },
    { ...line, status: 4, calls: 2 },
    { ...line, status: 5, calls: 2 },
    { ...line, status: 401, calls: 1 },
    { ...line, status: 423, calls: 1 },
    { ...line, status: 429, calls: 2 },
  ]);
  assert.deepEqual(await query({ by: ['minute'] }), [
    { at: from, calls: 14 },
    { at: from + minute, calls: 2 },
  ]);
  assert.deepEqual(await query({ by: ['app'], from: from + minute }), [{ app_id: appId, calls: 2 }]);
  assert.deepEqual(await query({ by: [], to: from + minute }), [{ calls: 14 }]);
  assert.deepEqual(await query({ by: [], keyId: key.id }), [{ calls: 16 }]);
  assert.deepEqual(await query({ by: [], to: from }), []);
});

test('usage is for managers, within bounds', async (t) => {
  const { core, owner, appId, workspaceId, addUser, clock } = await openKeyFixture(t);
  const to = clock.now();
  const viewer = person(await addUser(workspaceId, 'viewer'), { [workspaceId]: 'viewer' });
  await assert.rejects(readUsage(core, viewer, { appId, from: to - minute, to }), { code: 'role_insufficient' });
  await assert.rejects(readUsage(core, person('x', {}), { appId, from: to - minute, to }), { code: 'app_not_found' });
  await assert.rejects(readUsage(core, owner, { keyId: 'x', from: to - minute, to }), { code: 'key_not_found' });
  for (const [from, end] of [
    [to, 0],
    [0, to],
    [Number.NaN, to],
    [0, Number.POSITIVE_INFINITY],
  ] as const) {
    await assert.rejects(readUsage(core, owner, { appId, from, to: end }), { code: 'parameter_invalid' });
  }
});

test('what is counted during a flush, or held by a failed one, is written by the next', async (t) => {
  const { core, clock, owner, workspaceId, appId } = await openKeyFixture(t);
  const { key } = await createKey(core, owner, { kind: 'native', name: 'n', app_id: appId, scopes: readAll });
  const [secret] = await core.store.list('key_secrets', { key_id: key.id });
  assert.ok(secret);
  let isBroken = true;
  const meter = createMeter(
    {
      ...core.store,
      write: (work) =>
        core.store.write(async (tx) => {
          const result = await work(tx);
          // The transaction is whole and then fails: the worst moment.
          if (isBroken) throw new Error('disk');
          return result;
        }),
    },
    clock,
  );
  const call = () => {
    meter.count(key.id, workspaceId, appId, 't', 'read', 200);
    meter.touch(secret.hash, address);
  };
  const from = clock.now() - minute;
  const total = async () =>
    (await readUsage(core, owner, { appId, from, to: from + 10 * minute, by: [] }))[0]?.calls ?? 0;

  call();
  const failing = meter.flush();
  call();
  await assert.rejects(failing, { message: 'disk' });
  clock.advance(minute);
  call();
  assert.equal(await total(), 0);
  isBroken = false;
  const flushes = [meter.flush(), meter.flush()];
  call();
  await Promise.all(flushes);
  await meter.flush();
  assert.equal(await total(), 4);
  const view = await getKey(core, owner, key.id);
  assert.deepEqual([view.use_count, view.last_used_at, view.last_used_address], [4, clock.now(), address]);
});

test('a flush with nothing to write does not touch the store, and does not bring a deleted key back', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, appId } = fixture;
  const { key } = await createKey(core, owner, { kind: 'native', name: 'n', app_id: appId, scopes: readAll });
  const [secret] = await core.store.list('key_secrets', { key_id: key.id });
  await core.meter.flush();
  const before = fixture.traffic.writes;
  await core.meter.flush();
  assert.equal(fixture.traffic.writes, before);
  core.meter.touch(secret?.hash ?? '', address);
  await deleteKey(core, owner, key.id);
  await core.meter.flush();
  assert.equal(await core.store.count('key_secrets', {}), 0);
});
