/** Who may do what with keys, what each operation answers, stores and writes to the audit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAudit } from '../../src/core/audit/list-audit.ts';
import { type Actor, systemActor } from '../../src/core/context.ts';
import { createKey, type KeyInput } from '../../src/core/keys/create-key.ts';
import { deleteKey } from '../../src/core/keys/delete-key.ts';
import { describeKey } from '../../src/core/keys/describe-key.ts';
import { disableKey } from '../../src/core/keys/disable-key.ts';
import { enableKey } from '../../src/core/keys/enable-key.ts';
import { getKey } from '../../src/core/keys/get-key.ts';
import { actorAt } from '../../src/core/keys/key-actor.ts';
import { listKeys } from '../../src/core/keys/list-keys.ts';
import { removeExpiredSecrets } from '../../src/core/keys/remove-expired-secrets.ts';
import { revealKey } from '../../src/core/keys/reveal-key.ts';
import { rotateKey } from '../../src/core/keys/rotate-key.ts';
import { keyKinds } from '../../src/core/keys/scopes.ts';
import { updateKey } from '../../src/core/keys/update-key.ts';
import { updatePlan } from '../../src/core/limits/update-plan.ts';
import { address, doAll, type KeyFixture, openKeyFixture, person, plainOf, readAll } from './key-fixture.ts';

const fresh = { isFreshSession: true };

async function actorOf(fixture: KeyFixture, input: Omit<KeyInput, 'kind' | 'name'>): Promise<Actor> {
  const { secrets } = await createKey(fixture.core, fixture.owner, { kind: 'native', name: 'actor', ...input });
  return (await fixture.core.keyRing.verify(plainOf(secrets), 'native', ['key'], address)).actor;
}

/** Everything that one may try with a key that is there. */
function attempts(fixture: KeyFixture, actor: Actor, id: string): Record<string, () => Promise<unknown>> {
  const { core } = fixture;
  return {
    get: () => getKey(core, actor, id),
    update: () => updateKey(core, actor, id, { name: 'mine' }),
    rotate: () => rotateKey(core, actor, id),
    reveal: () => revealKey(core, actor, id, fresh),
    disable: () => disableKey(core, actor, id),
    enable: () => enableKey(core, actor, id),
    delete: () => deleteKey(core, actor, id),
  };
}

test('no secret is stored in plain text, and lists and single keys carry none', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const plain: string[] = [];
  for (const kind of keyKinds) {
    fixture.clock.advance(1);
    const place = kind === 'personal' ? { workspace_id: workspaceId } : { app_id: appId };
    const scopes = kind === 'native' ? { scopes: readAll } : {};
    const created = await createKey(core, owner, { kind, name: kind, ...place, ...scopes });
    plain.push(...Object.values(created.secrets));
    const stored = await core.store.list('key_secrets', { key_id: created.key.id });
    assert.deepEqual(
      stored.map((row) => row.sealed === null),
      stored.map(() => kind === 'native'),
    );
    assert.deepEqual(await getKey(core, owner, created.key.id), created.key);
  }
  assert.equal(plain.length, 6);
  const everything = JSON.stringify([
    await core.store.list('key_secrets', {}),
    await core.store.list('keys', {}),
    await core.store.list('audit', {}),
    await listKeys(core, owner, { workspaceId }),
  ]);
  for (const secret of plain) assert.equal(everything.includes(secret), false);
  const views = await listKeys(core, owner, { workspaceId });
  assert.deepEqual(
    views.map((view) => view.kind),
    [...keyKinds],
  );
  assert.deepEqual(Object.keys(views[0]?.secrets[0] ?? {}).sort(), [
    'created_at',
    'expires_at',
    'generation',
    'hint',
    'last_used_address',
    'last_used_at',
    'part',
    'use_count',
  ]);
  assert.deepEqual(
    (await listKeys(core, owner, { appId })).map((view) => view.kind),
    ['app', 'pair', 'native'],
  );
  assert.deepEqual(
    (await listKeys(core, owner, { isOwn: true })).map((view) => view.kind),
    ['personal'],
  );
});

test('kinds that are shown again give back exactly their current secrets, to a fresh session, under audit', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  for (const kind of ['app', 'pair', 'personal'] as const) {
    const place = kind === 'personal' ? { workspace_id: workspaceId } : { app_id: appId };
    const { key, secrets } = await createKey(core, owner, { kind, name: kind, ...place });
    assert.deepEqual(await revealKey(core, owner, key.id, fresh), secrets);
    await assert.rejects(revealKey(core, owner, key.id, { isFreshSession: false }), { code: 'session_stale' });
    const rotated = await rotateKey(core, owner, key.id, { overlap_seconds: 60 });
    assert.deepEqual(await revealKey(core, owner, key.id, fresh), rotated.secrets);
    const { data } = await listAudit(core, owner, { workspaceId, target: key.id });
    assert.deepEqual(
      data.map((row) => row.action),
      ['key.reveal', 'key.rotate', 'key.reveal', 'key.create'],
    );
    assert.deepEqual(
      data.map((row) => [row.user_id, row.address]),
      data.map(() => [fixture.ownerId, address]),
    );
  }
  const native = await createKey(core, owner, { kind: 'native', name: 'n', app_id: appId, scopes: readAll });
  await assert.rejects(revealKey(core, owner, native.key.id, fresh), { code: 'not_revealable' });
});

test('keys of others do not exist for anybody else, and members without the right are told so', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const { key } = await createKey(core, owner, { kind: 'pair', name: 'p', app_id: appId });
  const editor = person(await fixture.addUser(workspaceId, 'editor'), { [workspaceId]: 'editor' });
  const outsiderId = await fixture.addUser(workspaceId, 'viewer');
  const outsider = person(outsiderId, { [await fixture.addWorkspace(outsiderId)]: 'owner' });
  for (const [name, attempt] of Object.entries(attempts(fixture, outsider, key.id))) {
    await assert.rejects(attempt, { code: 'key_not_found' }, name);
  }
  for (const [name, attempt] of Object.entries(attempts(fixture, outsider, 'unheard of'))) {
    await assert.rejects(attempt, { code: 'key_not_found' }, name);
  }
  for (const [name, attempt] of Object.entries(attempts(fixture, editor, key.id))) {
    await assert.rejects(attempt, { code: 'role_insufficient' }, name);
  }
  const input = { kind: 'pair', name: 'p', app_id: appId } as const;
  await assert.rejects(createKey(core, outsider, input), { code: 'app_not_found' });
  await assert.rejects(createKey(core, editor, input), { code: 'role_insufficient' });
  assert.equal((await getKey(core, owner, key.id)).name, 'p');
});

test('managers see and stop the personal keys of members, but never hold them', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId } = fixture;
  const viewer = person(await fixture.addUser(workspaceId, 'viewer'), { [workspaceId]: 'viewer' });
  const { key } = await createKey(core, viewer, { kind: 'personal', name: 'mine', workspace_id: workspaceId });
  const byOwner = attempts(fixture, owner, key.id);
  for (const name of ['update', 'rotate', 'reveal'])
    await assert.rejects(async () => byOwner[name]?.(), { code: 'key_not_found' });
  for (const name of ['get', 'disable', 'enable']) await byOwner[name]?.();
  const byUser = attempts(fixture, viewer, key.id);
  for (const name of ['get', 'update', 'rotate', 'reveal', 'disable', 'enable', 'delete']) await byUser[name]?.();
});

test('a user has as many personal keys as the plan says, also when they are made at once', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId } = fixture;
  const make = (actor = owner) => createKey(core, actor, { kind: 'personal', name: 'p', workspace_id: workspaceId });
  const results = await Promise.allSettled([make(), make(), make(), make()]);
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  await assert.rejects(make(), { code: 'plan_limit_reached' });
  const friend = person(await fixture.addUser(workspaceId, 'viewer'), { [workspaceId]: 'viewer' });
  await make(friend);
  const [first] = await listKeys(core, owner, { isOwn: true });
  await deleteKey(core, owner, first?.id ?? '');
  await make();
  await updatePlan(core, systemActor, 'business', { personal_keys_per_user: 3 });
  await make();
  await assert.rejects(make(), { code: 'plan_limit_reached' });
});

test('an app has one app key, and a plan without API access no key at all', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const make = () => createKey(core, owner, { kind: 'app', name: 'a', app_id: appId });
  const { key } = await make();
  await assert.rejects(make(), { code: 'plan_limit_reached' });
  await deleteKey(core, owner, key.id);
  await make();
  await core.store.write((tx) => tx.update('workspaces', { id: workspaceId }, { plan_id: 'free' }));
  await assert.rejects(createKey(core, owner, { kind: 'pair', name: 'p', app_id: appId }), { code: 'plan_excludes' });
});

test('a key that manages keys hands out no more than it holds', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const table = await fixture.addTable(appId, ['f1', 'f2']);
  const other = await fixture.addTable(appId);
  const manager = await actorOf(fixture, {
    app_id: appId,
    scopes: [
      { table: '*', verbs: ['manage'] },
      { table, verbs: ['read', 'create'], readable: ['f1'] },
    ],
  });
  const native = { kind: 'native', name: 'n', app_id: appId } as const;

  const wide = await createKey(core, manager, { ...native, scopes: [{ table, verbs: ['*'] }] });
  assert.deepEqual(wide.key.scopes, [{ table, verbs: ['read', 'create', 'manage'], readable: ['f1'] }]);
  assert.equal(wide.key.user_id, fixture.ownerId);
  const masked = await createKey(core, manager, {
    ...native,
    scopes: [{ table, verbs: ['read'], readable: ['f2', 'f1'] }],
  });
  assert.deepEqual(masked.key.scopes, [{ table, verbs: ['read'], readable: ['f1'] }]);
  const everywhere = await createKey(core, manager, { ...native, scopes: doAll });
  assert.deepEqual(everywhere.key.scopes, [{ table: '*', verbs: ['manage'] }]);
  await assert.rejects(createKey(core, manager, { ...native, scopes: [{ table: other, verbs: ['read'] }] }), {
    code: 'scope_missing',
  });

  for (const kind of ['app', 'pair'] as const) {
    await assert.rejects(createKey(core, manager, { kind, name: kind, app_id: appId }), { code: 'scope_missing' });
    const { key } = await createKey(core, owner, { kind, name: kind, app_id: appId });
    await assert.rejects(rotateKey(core, manager, key.id), { code: 'scope_missing' });
    await assert.rejects(revealKey(core, manager, key.id, fresh), { code: 'scope_missing' });
    await disableKey(core, manager, key.id);
  }
  await assert.rejects(createKey(core, manager, { kind: 'personal', name: 'p', workspace_id: workspaceId }), {
    code: 'scope_missing',
  });
  const broad = await createKey(core, owner, { ...native, scopes: [{ table, verbs: ['read'] }] });
  await assert.rejects(rotateKey(core, manager, broad.key.id), { code: 'scope_missing' });
  const narrow = await createKey(core, owner, { ...native, scopes: [{ table, verbs: ['read'], readable: ['f1'] }] });
  await rotateKey(core, manager, narrow.key.id);
  const updated = await updateKey(core, manager, narrow.key.id, { scopes: [{ table, verbs: ['read', 'delete'] }] });
  assert.deepEqual(updated.scopes, [{ table, verbs: ['read'], readable: ['f1'] }]);
});

test('a key without an app may make every kind of key that its user may, a key of an app nothing beyond the app', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const whole = await actorOf(fixture, { workspace_id: workspaceId, scopes: doAll });
  await createKey(core, whole, { kind: 'app', name: 'a', app_id: appId });
  await createKey(core, whole, { kind: 'personal', name: 'p', workspace_id: workspaceId });
  await createKey(core, whole, {
    kind: 'native',
    name: 'n',
    workspace_id: workspaceId,
    scopes: [{ app: appId, table: '*', verbs: ['read'] }],
  });
  assert.deepEqual((await listKeys(core, whole, { isOwn: true })).map((key) => key.kind).sort(), [
    'native',
    'native',
    'personal',
  ]);
  // An app's key, however much it may do there, makes nothing that reaches beyond the app.
  const ofApp = await actorOf(fixture, { app_id: appId, scopes: doAll });
  for (const kind of ['native', 'personal'] as const) {
    await assert.rejects(
      createKey(core, ofApp, {
        kind,
        name: 'p',
        workspace_id: workspaceId,
        ...(kind === 'native' ? { scopes: doAll } : {}),
      }),
      { code: 'scope_missing' },
    );
  }
  await createKey(core, owner, { kind: 'personal', name: 'p', workspace_id: workspaceId });
});

test('bad input is refused by its field and stores nothing', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId, clock } = fixture;
  const elsewhere = await fixture.addApp(await fixture.addWorkspace(fixture.ownerId));
  const foreignTable = await fixture.addTable(elsewhere);
  const table = await fixture.addTable(appId, ['f1']);
  const good: KeyInput = { kind: 'native', name: 'n', app_id: appId, scopes: readAll };
  const cases: { input: object; code?: string; field: string }[] = [
    { input: { kind: 'x' }, field: 'kind' },
    { input: { kind: '__proto__' }, field: 'kind' },
    { input: { name: ' ' }, code: 'name_invalid', field: 'name' },
    { input: { name: 'x'.repeat(256) }, code: 'name_invalid', field: 'name' },
    { input: { scopes: [] }, field: 'scopes' },
    { input: { kind: 'pair' }, field: 'scopes' },
    { input: { kind: 'pair', app_id: null, scopes: [] }, field: 'app_id' },
    { input: { app_id: null }, field: 'app_id' },
    { input: { kind: 'personal', app_id: null, scopes: [] }, field: 'workspace_id' },
    { input: { user_id: 'somebody else' }, field: 'user_id' },
    { input: { scopes: [{ table: '*', verbs: ['fly'] }] }, field: 'scopes[0].verbs' },
    { input: { scopes: [{ table: '*', verbs: ['constructor'] }] }, field: 'scopes[0].verbs' },
    { input: { scopes: [{ table: '*', verbs: [] }] }, field: 'scopes[0].verbs' },
    {
      input: { scopes: [...readAll, { table: foreignTable, verbs: ['read'] }] },
      code: 'table_not_found',
      field: 'scopes[1].table',
    },
    {
      input: { scopes: [{ app: elsewhere, table: '*', verbs: ['read'] }] },
      code: 'app_not_found',
      field: 'scopes[0].app',
    },
    {
      input: { app_id: null, workspace_id: workspaceId, scopes: [{ app: elsewhere, table: '*', verbs: ['read'] }] },
      code: 'app_not_found',
      field: 'scopes[0].app',
    },
    {
      input: { app_id: null, workspace_id: workspaceId, scopes: [{ table: foreignTable, verbs: ['read'] }] },
      code: 'table_not_found',
      field: 'scopes[0].table',
    },
    {
      input: { scopes: [{ table, verbs: ['read'], readable: ['f1', 'f9'] }] },
      code: 'field_not_found',
      field: 'scopes[0].readable[1]',
    },
    { input: { scopes: [{ table: '*', verbs: ['read'], writable: ['f1'] }] }, field: 'scopes[0].writable' },
    { input: { expires_at: clock.now() }, field: 'expires_at' },
    { input: { expires_at: 1e300 }, field: 'expires_at' },
    { input: { allow_list: ['localhost'] }, field: 'allow_list[0]' },
    { input: { allowed_origins: ['https://a.example', 'https://a.example/path'] }, field: 'allowed_origins[1]' },
    { input: { allowed_origins: ['file:///x'] }, field: 'allowed_origins[0]' },
    { input: { limit_per_second: -1 }, field: 'limit' },
    { input: { limit_per_second: 1.5 }, field: 'limit' },
    { input: { settings: { token_ttl_seconds: 1 } }, field: 'settings.token_ttl_seconds' },
  ];
  for (const { input, code = 'body_invalid', field } of cases) {
    await assert.rejects(
      createKey(core, owner, { ...good, ...input }),
      (error: { code: string; issues: { field: string }[] }) => {
        assert.deepEqual([error.code, error.issues[0]?.field], [code, field], JSON.stringify(input));
        return true;
      },
      JSON.stringify(input),
    );
  }
  for (const seconds of [-1, 0.5, 30 * 86_400 + 1, Number.NaN]) {
    await assert.rejects(rotateKey(core, owner, 'any', { overlap_seconds: seconds }), { code: 'body_invalid' });
  }
  assert.equal(await core.store.count('keys', {}), 0);
  assert.equal(await core.store.count('key_secrets', {}), 0);
  assert.equal(await core.store.count('audit', {}), 0);
});

test('the server makes keys for a member, and for nobody else', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, workspaceId, appId, ownerId } = fixture;
  const viewer = await fixture.addUser(workspaceId, 'viewer');
  const input = { kind: 'personal', name: 'p', workspace_id: workspaceId } as const;
  assert.equal((await createKey(core, systemActor, { ...input, user_id: viewer })).key.user_id, viewer);
  assert.equal((await createKey(core, systemActor, input)).key.user_id, ownerId);
  const stranger = await fixture.addUser(await fixture.addWorkspace(viewer), 'owner');
  await assert.rejects(createKey(core, systemActor, { ...input, user_id: stranger }), { code: 'member_not_found' });
  await assert.rejects(createKey(core, systemActor, { kind: 'app', name: 'a', app_id: appId }), {
    code: 'member_not_found',
  });
});

test('switching twice is one change, and updates tell the audit what changed', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, appId } = fixture;
  const { key } = await createKey(core, owner, { kind: 'native', name: 'n', app_id: appId, scopes: readAll });
  await disableKey(core, owner, key.id);
  assert.equal((await disableKey(core, owner, key.id)).is_enabled, 0);
  const patch = {
    name: 'm',
    limit_per_second: 3,
    allow_list: [' 192.0.2.1 '],
    allowed_origins: ['https://A.example/'],
  };
  const updated = await updateKey(core, owner, key.id, patch);
  assert.deepEqual(
    [updated.name, updated.limit_per_second, updated.allow_list, updated.allowed_origins],
    ['m', 3, ['192.0.2.1'], ['https://a.example']],
  );
  const { allow_list, allowed_origins } = updated;
  const { data } = await listAudit(core, owner, { appId, target: key.id });
  assert.deepEqual(
    data.map((row) => [row.action, row.detail]),
    [
      ['key.update', { name: 'm', limit_per_second: 3, allow_list, allowed_origins }],
      ['key.disable', {}],
      ['key.create', { kind: 'native', name: 'n', user_id: fixture.ownerId }],
    ],
  );
});

test('the audit reads page by page without gaps or repeats, and to managers only', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const { key } = await createKey(core, owner, { kind: 'pair', name: 'p', app_id: appId });
  for (let i = 0; i < 9; i++) await rotateKey(core, owner, key.id);
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const page = await listAudit(core, owner, { appId, limit: 3, ...(cursor === null ? {} : { cursor }) });
    seen.push(...page.data.map((row) => row.seq));
    cursor = page.next;
  } while (cursor !== null);
  assert.equal(seen.length, 10);
  assert.deepEqual(
    seen,
    [...new Set(seen)].sort((a, b) => b - a),
  );
  for (const bad of ['0', '-1', 'x', '1e3', ''])
    await assert.rejects(listAudit(core, owner, { appId, cursor: bad }), { code: 'cursor_invalid' });
  for (const limit of [0, 1001, 1.5])
    await assert.rejects(listAudit(core, owner, { appId, limit }), { code: 'parameter_invalid' });
  const editor = person(await fixture.addUser(workspaceId, 'editor'), { [workspaceId]: 'editor' });
  await assert.rejects(listAudit(core, editor, { appId }), { code: 'role_insufficient' });
  await assert.rejects(listAudit(core, person('x', {}), { appId }), { code: 'app_not_found' });
});

test('secrets past their overlap are cleared away, current ones never', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, appId, clock } = fixture;
  const { key } = await createKey(core, owner, { kind: 'pair', name: 'p', app_id: appId });
  await rotateKey(core, owner, key.id, { overlap_seconds: 60 });
  assert.equal(await removeExpiredSecrets(core), 0);
  clock.advance(60_000);
  assert.equal(await removeExpiredSecrets(core), 3);
  assert.equal((await getKey(core, owner, key.id)).secrets.length, 3);
});

test('a key is told what it is and may do', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, ownerId, workspaceId, appId } = fixture;
  const { key, secrets } = await createKey(core, owner, {
    kind: 'native',
    name: 'n',
    app_id: appId,
    scopes: readAll,
    limit_per_second: 7,
  });
  const verified = await core.keyRing.verify(plainOf(secrets), 'native', ['key'], address);
  assert.deepEqual(describeKey(verified), {
    id: key.id,
    kind: 'native',
    part: 'key',
    name: 'n',
    user_id: ownerId,
    workspace: { id: workspaceId, name: 'Workspace' },
    app: { id: appId, name: 'App' },
    verbs: ['read'],
    scopes: [{ table: '*', verbs: ['read'] }],
    role: 'owner',
    expires_at: null,
    limit_per_second: 7,
    allow_list: [],
    secret_expires_at: null,
  });
  assert.equal(verified.actor.address, null);
  assert.equal(actorAt(verified.actor, address).address, address);
  assert.equal(actorAt(verified.actor, address).verbs(workspaceId, appId), 1);
});

test('plans belong to the operator', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner } = fixture;
  await assert.rejects(updatePlan(core, owner, 'business', { api_access: false }), { code: 'role_insufficient' });
  await assert.rejects(updatePlan(core, systemActor, 'gold', {}), { code: 'plan_not_found' });
  await assert.rejects(updatePlan(core, systemActor, 'team', { personal_keys_per_user: -1 }), { code: 'body_invalid' });
  const plan = await updatePlan(core, systemActor, 'team', { name: 'Crew', limits: { native: 0 } });
  assert.deepEqual(
    [plan.name, plan.features.limits.native, plan.features.limits.app, plan.features.api_access],
    ['Crew', 0, 5, true],
  );
});
