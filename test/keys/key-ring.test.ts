/** What a presented secret opens: at first use, from memory, and after every kind of change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createKey } from '../../src/core/keys/create-key.ts';
import { deleteKey } from '../../src/core/keys/delete-key.ts';
import { describeKey } from '../../src/core/keys/describe-key.ts';
import { disableKey } from '../../src/core/keys/disable-key.ts';
import { enableKey } from '../../src/core/keys/enable-key.ts';
import { issueToken } from '../../src/core/keys/issue-token.ts';
import type { VerifiedKey } from '../../src/core/keys/key-ring.ts';
import { rotateKey } from '../../src/core/keys/rotate-key.ts';
import { keyKinds } from '../../src/core/keys/scopes.ts';
import { newSecret, partsOf } from '../../src/core/keys/secret-format.ts';
import { updateKey } from '../../src/core/keys/update-key.ts';
import { updatePlan } from '../../src/core/limits/update-plan.ts';
import { verbBits } from '../../src/core/workspaces/roles.ts';
import { address, doAll, type KeyFixture, openKeyFixture, plainOf, readAll } from './key-fixture.ts';

async function nativeKey(fixture: KeyFixture, traits: object = {}) {
  const { core, owner, appId } = fixture;
  const { key, secrets } = await createKey(core, owner, {
    kind: 'native',
    name: 'n',
    app_id: appId,
    scopes: readAll,
    ...traits,
  });
  return { id: key.id, secret: plainOf(secrets) };
}

/** Refusals come at once from memory and later from the store: one way to await both. */
async function verify(
  fixture: KeyFixture,
  secret: string,
  kind: VerifiedKey['key']['kind'] = 'native',
  from = address,
) {
  return fixture.core.keyRing.verify(secret, kind, ['key', 'write_only'], from);
}

test('the second use of a secret reaches neither the store nor a promise, known or unknown', async (t) => {
  const fixture = await openKeyFixture(t);
  const { secret } = await nativeKey(fixture);
  const first = await verify(fixture, secret);
  const stranger = newSecret('native', 'key');
  await assert.rejects(verify(fixture, stranger), { code: 'credential_unknown' });
  const before = { ...fixture.traffic };
  for (let i = 0; i < 20; i++) {
    assert.equal(fixture.core.keyRing.verify(secret, 'native', ['key'], address), first);
    assert.throws(() => fixture.core.keyRing.verify(stranger, 'native', ['key'], address), {
      code: 'credential_unknown',
    });
  }
  assert.deepEqual(fixture.traffic, before);
});

test('a mistyped native secret is refused without a look-up, as any other unknown one', async (t) => {
  const fixture = await openKeyFixture(t);
  const { secret } = await nativeKey(fixture);
  const before = { ...fixture.traffic };
  const mistyped = secret.slice(0, 10) + (secret[10] === 'a' ? 'b' : 'a') + secret.slice(11);
  for (const text of [mistyped, '', 'tsr_', 'x'.repeat(10_000), `${secret} `]) {
    assert.throws(() => fixture.core.keyRing.verify(text, 'native', ['key'], address), { code: 'credential_unknown' });
  }
  assert.deepEqual(fixture.traffic, before);
});

test('simultaneous first uses load the key once', async (t) => {
  const fixture = await openKeyFixture(t);
  const { secret } = await nativeKey(fixture);
  const before = fixture.traffic.reads;
  const one = await Promise.all(Array.from({ length: 50 }, () => verify(fixture, secret)));
  assert.equal(new Set(one).size, 1);
  assert.ok(fixture.traffic.reads - before < 15);
});

test('a key of one kind opens no door of another kind, and a part opens only what it is for', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, appId, workspaceId } = fixture;
  for (const kind of keyKinds) {
    const place = kind === 'personal' ? { workspace_id: workspaceId } : { app_id: appId };
    const scopes = kind === 'native' ? { scopes: readAll } : {};
    const { secrets } = await createKey(core, owner, { kind, name: kind, ...place, ...scopes });
    for (const part of partsOf[kind]) {
      for (const door of keyKinds) {
        for (const asked of ['key', 'secret', 'write_only'] as const) {
          const attempt = async () => core.keyRing.verify(plainOf(secrets, part), door, [asked], address);
          fixture.clock.advance(1000);
          if (door === kind && asked === part) assert.equal((await attempt()).secret.part, part);
          else await assert.rejects(attempt, { code: 'credential_unknown' });
        }
      }
    }
  }
});

test('disabling, enabling, rotating, deleting take effect on the very next call', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner } = fixture;
  const { id, secret } = await nativeKey(fixture);
  await verify(fixture, secret);
  await disableKey(core, owner, id);
  await assert.rejects(verify(fixture, secret), { code: 'key_disabled' });
  await enableKey(core, owner, id);
  await verify(fixture, secret);
  const rotated = await rotateKey(core, owner, id);
  await assert.rejects(verify(fixture, secret), { code: 'credential_unknown' });
  await verify(fixture, plainOf(rotated.secrets));
  await deleteKey(core, owner, id);
  await assert.rejects(verify(fixture, plainOf(rotated.secrets)), { code: 'credential_unknown' });
});

test('what was loaded while a key was being changed is not kept', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner } = fixture;
  const { id, secret } = await nativeKey(fixture);
  for (let i = 0; i < 20; i++) {
    const disabled = disableKey(core, owner, id);
    // Loads that begin before, during and after the commit.
    const loads: Promise<unknown>[] = [];
    let isOver = false;
    void disabled.then(() => {
      isOver = true;
    });
    while (!isOver) {
      core.keyRing.drop(null);
      loads.push(verify(fixture, secret).catch(() => null));
      await new Promise(setImmediate);
    }
    await disabled;
    await assert.rejects(verify(fixture, secret), { code: 'key_disabled' });
    await Promise.all(loads);
    await assert.rejects(verify(fixture, secret), { code: 'key_disabled' });
    await enableKey(core, owner, id);
  }
});

test('the old secret works through the overlap and not a millisecond longer', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, clock } = fixture;
  const { id, secret } = await nativeKey(fixture);
  await verify(fixture, secret);
  core.meter.touch((await verify(fixture, secret)).secret.hash, address);
  await core.meter.flush();
  const seenAt = clock.now();
  clock.advance(500);
  const first = await rotateKey(core, owner, id, { overlap_seconds: 60 });
  assert.deepEqual(first.previous, { expires_at: clock.now() + 60_000, last_used_at: seenAt });
  assert.equal(describeKey(await verify(fixture, secret)).secret_expires_at, clock.now() + 60_000);
  await verify(fixture, plainOf(first.secrets));

  clock.advance(30_000);
  const second = await rotateKey(core, owner, id, { overlap_seconds: 86_400 });
  clock.advance(29_999);
  for (const one of [secret, plainOf(first.secrets), plainOf(second.secrets)]) await verify(fixture, one);
  clock.advance(1);
  await assert.rejects(verify(fixture, secret), { code: 'credential_unknown' });
  for (const one of [plainOf(first.secrets), plainOf(second.secrets)]) await verify(fixture, one);

  await rotateKey(core, owner, id);
  for (const one of [secret, plainOf(first.secrets), plainOf(second.secrets)]) {
    await assert.rejects(verify(fixture, one), { code: 'credential_unknown' });
  }
});

test('an expired key is refused from its expiry on', async (t) => {
  const fixture = await openKeyFixture(t);
  const { secret } = await nativeKey(fixture, { expires_at: fixture.clock.now() + 1000 });
  await verify(fixture, secret);
  fixture.clock.advance(999);
  await verify(fixture, secret);
  fixture.clock.advance(1);
  await assert.rejects(verify(fixture, secret), { code: 'key_expired' });
});

test('a key with an allow-list opens from its addresses only, and tells others nothing about its state', async (t) => {
  const fixture = await openKeyFixture(t);
  const { id, secret } = await nativeKey(fixture, { allow_list: ['192.0.2.0/24', '2001:db8::/32'] });
  for (const from of ['192.0.2.9', '::ffff:192.0.2.9', '2001:db8::1']) await verify(fixture, secret, 'native', from);
  await assert.rejects(verify(fixture, secret), { code: 'address_not_allowed' });
  await disableKey(fixture.core, fixture.owner, id);
  await assert.rejects(verify(fixture, secret), { code: 'address_not_allowed' });
  await assert.rejects(verify(fixture, secret, 'native', '192.0.2.9'), { code: 'key_disabled' });
});

test('a key loses what its user loses: role, membership, account', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, workspaceId, appId } = fixture;
  const userId = await fixture.addUser(workspaceId, 'admin');
  const input = { kind: 'native', name: 'n', app_id: appId, scopes: doAll, user_id: userId } as const;
  const { secrets } = await createKey(core, systemActor, input);
  const secret = plainOf(secrets);
  const bits = async () => (await verify(fixture, secret)).actor.verbs(workspaceId, appId);
  assert.equal(await bits(), 255);
  await fixture.setRole(userId, 'viewer');
  assert.equal(await bits(), verbBits.read);
  await fixture.setRole(userId, 'editor');
  assert.equal(await bits(), 15);

  await core.store.write((tx) => tx.update('users', { id: userId }, { is_disabled: 1 }));
  core.events.emit('keys.changed', { keyId: null });
  await assert.rejects(verify(fixture, secret), { code: 'credential_unknown' });
  await core.store.write((tx) => tx.update('users', { id: userId }, { is_disabled: 0 }));
  core.events.emit('keys.changed', { keyId: null });
  await verify(fixture, secret);

  await core.store.write((tx) => tx.remove('memberships', { user_id: userId }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  await assert.rejects(verify(fixture, secret), { code: 'credential_unknown' });
});

test('a plan without API access and an app that is closed refuse every key', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, workspaceId, appId } = fixture;
  const { secret } = await nativeKey(fixture);
  await verify(fixture, secret);
  await core.store.write((tx) => tx.update('apps', { id: appId }, { is_api_enabled: 0 }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  await assert.rejects(verify(fixture, secret), { code: 'api_disabled' });
  await core.store.write((tx) => tx.update('workspaces', { id: workspaceId }, { plan_id: 'free' }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  await assert.rejects(verify(fixture, secret), { code: 'plan_excludes' });
});

test('limits come from key, app, workspace and plan, and change at run time', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const { key, secrets } = await createKey(core, owner, { kind: 'app', name: 'a', app_id: appId });
  const limit = async () => (await verify(fixture, plainOf(secrets), 'app')).limit;
  assert.deepEqual(await limit(), { subject: `app:${appId}`, perSecond: 5 });
  await updatePlan(core, systemActor, 'business', { limits: { app: 6 } });
  assert.equal((await limit()).perSecond, 6);
  await core.store.write((tx) => tx.update('workspaces', { id: workspaceId }, { limits: { app: 7 } }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  assert.equal((await limit()).perSecond, 7);
  await core.store.write((tx) => tx.update('apps', { id: appId }, { limits: { app: 8 } }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  assert.equal((await limit()).perSecond, 8);
  await updateKey(core, owner, key.id, { limit_per_second: 0 });
  assert.equal((await limit()).perSecond, 0);
});

test('scopes grant what they name and nothing else', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const table = await fixture.addTable(appId, ['f1', 'f2']);
  const other = await fixture.addTable(appId);
  const scopes = [
    { table, verbs: ['read', 'update'], readable: ['f1', 'f2'], writable: ['f1'] },
    { table: other, verbs: ['create'] },
  ] as const;
  const { secrets } = await createKey(core, owner, { kind: 'native', name: 'n', app_id: appId, scopes });
  const { actor } = await verify(fixture, plainOf(secrets));
  const on = (id: string) => actor.grant({ id, appId, workspaceId });
  assert.deepEqual(on(table), { verbs: 5, readable: new Set(['f1', 'f2']), writable: new Set(['f1']) });
  assert.equal(on(table), on(table), 'kept per table');
  assert.equal(on(other).verbs, verbBits.create);
  assert.equal(on('unheard of').verbs, 0);
  assert.equal(actor.verbs(workspaceId, appId), 0, 'no verb over the whole app');
  assert.equal(actor.verbs(workspaceId, null), 0);
});

test('a key reaches no table outside its app and workspace, whatever its scopes', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  for (const kind of ['native', 'app', 'pair'] as const) {
    const scopes = kind === 'native' ? { scopes: doAll } : {};
    const { secrets } = await createKey(core, owner, { kind, name: kind, app_id: appId, ...scopes });
    const { actor } = await verify(fixture, plainOf(secrets), kind);
    assert.equal(actor.grant({ id: 'inside', appId, workspaceId }).verbs, 255);
    assert.equal(actor.grant({ id: 'neighbour', appId: 'another app', workspaceId }).verbs, 0);
    assert.equal(actor.grant({ id: 'foreign', appId, workspaceId: 'elsewhere' }).verbs, 0);
    assert.equal(actor.verbs(workspaceId, 'another app'), 0);
    assert.equal(actor.verbs(workspaceId, null), 0);
    assert.equal(actor.verbs('elsewhere', appId), 0);
  }
});

test('a personal key acts with its user’s role in every workspace of the user whose plan has an API, closed apps apart', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, ownerId, workspaceId, appId } = fixture;
  const { secrets } = await createKey(core, owner, { kind: 'personal', name: 'p', workspace_id: workspaceId });
  const actorNow = async () => (await verify(fixture, plainOf(secrets), 'personal')).actor;
  assert.equal((await actorNow()).workspaceId, null);
  const friend = await fixture.addUser(workspaceId, 'viewer');
  const theirs = await fixture.addWorkspace(friend);
  assert.equal((await actorNow()).isMember(theirs), false);
  await core.store.write((tx) =>
    tx.insert('memberships', { workspace_id: theirs, user_id: ownerId, role: 'viewer', created_at: 0 }),
  );
  core.events.emit('catalog.changed', { workspaceId: theirs, tableId: null });
  assert.equal((await actorNow()).verbs(theirs, 'any app'), verbBits.read);
  assert.equal((await actorNow()).verbs(workspaceId, appId), 255);

  await core.store.write((tx) => tx.update('workspaces', { id: theirs }, { plan_id: 'free' }));
  core.events.emit('catalog.changed', { workspaceId: theirs, tableId: null });
  assert.equal((await actorNow()).isMember(theirs), false);
  await core.store.write((tx) => tx.update('apps', { id: appId }, { is_api_enabled: 0 }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  assert.equal((await actorNow()).grant({ id: 't', appId, workspaceId }).verbs, 0);
  assert.equal((await actorNow()).verbs(workspaceId, appId), 0);
});

test('a write-only secret creates and updates, and reads nothing, not even through what it writes', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, workspaceId, appId } = fixture;
  const { secrets } = await createKey(core, owner, { kind: 'pair', name: 'p', app_id: appId });
  const { actor } = await verify(fixture, plainOf(secrets, 'write_only'), 'pair');
  const grant = actor.grant({ id: 't', appId, workspaceId });
  assert.deepEqual(grant, { verbs: verbBits.create | verbBits.update, readable: new Set(), writable: null });
  assert.equal(actor.verbs(workspaceId, appId), verbBits.create | verbBits.update);
});

test('tokens live their time, with their pair, and die with its secrets', async (t) => {
  const fixture = await openKeyFixture(t);
  const { core, owner, appId, clock } = fixture;
  const created = await createKey(core, owner, { kind: 'pair', name: 'p', app_id: appId });
  const stranger = await createKey(core, owner, { kind: 'pair', name: 'q', app_id: appId });
  const [apiKey, secret] = [plainOf(created.secrets), plainOf(created.secrets, 'secret')];
  const mint = async (one: string) => issueToken(core, await core.keyRing.verify(one, 'pair', ['secret'], address));
  const use = async (token: string, withKey: string) => core.keyRing.verifyToken(token, withKey, address);

  const { token, expiresAt } = await mint(secret);
  assert.ok(expiresAt - clock.now() >= 30_000 && expiresAt - clock.now() < 31_000);
  assert.equal((await use(token, apiKey)).key.id, created.key.id);
  for (const wrong of [plainOf(stranger.secrets), secret, plainOf(created.secrets, 'write_only'), 'x']) {
    await assert.rejects(use(token, wrong), { code: 'credential_unknown' });
  }
  await assert.rejects(use('x.y.z', apiKey), { code: 'credential_unknown' });
  await assert.rejects(use(apiKey, apiKey), { code: 'credential_unknown' });
  const before = { ...fixture.traffic };
  await core.keyRing.verifyToken(token, apiKey, address);
  assert.deepEqual(fixture.traffic, before);
  clock.advance(expiresAt - clock.now() - 1);
  await use(token, apiKey);
  clock.advance(1);
  await assert.rejects(use(token, apiKey), { code: 'token_expired' });

  await updateKey(core, owner, created.key.id, { settings: { token_ttl_seconds: 300 } });
  const long = await mint(secret);
  assert.ok(long.expiresAt - clock.now() >= 300_000);
  await disableKey(core, owner, created.key.id);
  await assert.rejects(use(long.token, apiKey), { code: 'key_disabled' });
  await enableKey(core, owner, created.key.id);
  await use(long.token, apiKey);

  const overlapped = await rotateKey(core, owner, created.key.id, { overlap_seconds: 10 });
  await use(long.token, apiKey);
  await use(long.token, plainOf(overlapped.secrets));
  const fresh = await mint(plainOf(overlapped.secrets, 'secret'));
  clock.advance(10_000);
  await assert.rejects(use(long.token, plainOf(overlapped.secrets)), { code: 'credential_unknown' });
  await use(fresh.token, plainOf(overlapped.secrets));
  const last = await rotateKey(core, owner, created.key.id);
  await assert.rejects(use(fresh.token, plainOf(last.secrets)), { code: 'credential_unknown' });
});

test('failures over budget are slowed down per address, while a valid key from there still works', async (t) => {
  const fixture = await openKeyFixture(t);
  const { secret } = await nativeKey(fixture);
  const codes = new Map<string, number>();
  for (let i = 0; i < 80; i++) {
    const code = await verify(fixture, newSecret('native', 'key')).catch((error: { code: string }) => error.code);
    codes.set(String(code), (codes.get(String(code)) ?? 0) + 1);
  }
  assert.deepEqual(
    [...codes],
    [
      ['credential_unknown', 60],
      ['attempts_limited', 20],
    ],
  );
  await verify(fixture, secret);
  await assert.rejects(verify(fixture, 'x', 'native', '203.0.113.1'), { code: 'credential_unknown' });
});
