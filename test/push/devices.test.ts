import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createFakeClock, type FakeClock, startTestApp } from '../harness.ts';
import { until } from '../webhooks/receiver.ts';
import { openPushApp, type PushApp } from './push-app.ts';

describe('devices', () => {
  let push: PushApp;
  let clock: FakeClock;
  const root = () => `/api/v1/apps/${push.app.appId}`;
  const devices = async () => (await push.call('GET', `${root()}/push/devices`)).data;

  before(async () => {
    clock = createFakeClock();
    push = await openPushApp({ clock });
  });
  after(() => push.close());
  beforeEach(async () => {
    for (const { id } of await devices()) await push.call('DELETE', `${root()}/push/devices/${id}`);
    push.service.pushed.length = 0;
  });

  test('are registered with a token of the app’s server, by its own user only', async () => {
    const device = push.service.makeDevice('laptop');
    const made = await push.call('POST', `${root()}/push/tokens`, { audience: { email: 'ADA@example.test' } });
    assert.equal(made.user_id, push.ada);
    assert.match(made.demo_url, /^http:\/\/tessera\.test\/push\/demo#app=/);
    const answer = await push.register(made.token, device);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.user_id, push.ada);
    assert.ok(!answer.text.includes(device.subscription.keys.auth));
    const list = await push.app.request('GET', `${root()}/push/devices`, { key: push.app.keys.native });
    assert.ok(!list.text.includes(device.subscription.endpoint));
  });

  test('a token of another app, a made-up one, an altered one and an expired one are refused', async () => {
    const device = push.service.makeDevice();
    const token = await push.tokenFor({ id: push.ada });
    const neighbour = await push.app.makeNeighbour();
    const foreign = await push.app.request('POST', `/api/v1/apps/${neighbour.app.id}/push/subscriptions`, {
      body: { token, subscription: device.subscription },
    });
    assert.equal(foreign.status, 401);
    const middle = Math.floor(token.length / 2);
    const altered = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
    for (const one of ['', 'psh_', 'psh_x', token.slice(4), push.app.keys.native, altered]) {
      assert.equal((await push.register(one, device)).status, 401, one);
    }
    clock.advance(15 * 60_000);
    assert.equal((await push.register(token, device)).status, 401);
    assert.equal((await devices()).length, 0);
  });

  test('a browser belongs to whoever signed in on it last', async () => {
    const device = await push.deviceOf(push.ada);
    const answer = await push.register(await push.tokenFor({ id: push.bob }), device);
    assert.equal(answer.status, 201);
    const [only, ...more] = await devices();
    assert.equal(only.user_id, push.bob);
    assert.equal(more.length, 0);
    assert.equal((await push.notify()).accepted, 0);
  });

  test('a user has twenty at most; the one longest unused makes room', async () => {
    for (let n = 0; n < 22; n++) {
      await push.deviceOf(push.ada, `n${n}`);
      clock.advance(1000);
    }
    const labels = (await devices()).map(({ label }: { label: string }) => label);
    assert.equal(labels.length, 20);
    assert.ok(!labels.includes('n0') && !labels.includes('n1') && labels.includes('n21'));
  });

  test('go by their endpoint when the user signs out, and with their user', async () => {
    const device = await push.deviceOf(push.ada);
    await push.deviceOf(push.bob);
    const body = { endpoint: device.subscription.endpoint };
    assert.equal((await push.app.request('DELETE', `${root()}/push/subscriptions`, { body })).status, 204);
    assert.equal((await push.app.request('DELETE', `${root()}/push/subscriptions`, { body })).status, 204);
    assert.deepEqual(
      (await devices()).map(({ user_id }: { user_id: number }) => user_id),
      [push.bob],
    );
    const eve = await push.call('POST', `/api/v1/tables/${push.users.id}/records`, { fields: { Username: 'eve' } });
    await push.deviceOf(eve.id);
    await push.call('DELETE', `/api/v1/tables/${push.users.id}/records/${eve.id}`);
    assert.equal((await devices()).length, 1);
  });

  test('a registered browser can ask for a test notification, nobody else can', async () => {
    const device = await push.deviceOf(push.ada);
    const token = await push.tokenFor({ id: push.ada });
    const ask = (body: object) => push.app.request('POST', `${root()}/push/test`, { body });
    clock.advance(3000);
    const { endpoint } = device.subscription;
    assert.equal((await ask({ token: await push.tokenFor({ id: push.bob }), endpoint })).status, 404);
    assert.equal((await ask({ token: 'psh_x', endpoint })).status, 401);
    assert.equal((await ask({ token, endpoint })).status, 202);
    assert.equal((await ask({ token, endpoint })).status, 429);
    await until(() => push.service.pushed.length === 1, 'arrives');
  });

  const broken: readonly [name: string, change: (subscription: { endpoint: string; keys: object }) => object][] = [
    ['an endpoint that is no URL', (one) => ({ ...one, endpoint: 'browser' })],
    ['a key that is no point', (one) => ({ ...one, keys: { ...one.keys, p256dh: 'AAAA' } })],
    [
      'a key that is off the curve',
      (one) => ({ ...one, keys: { ...one.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } }),
    ],
    ['a short auth secret', (one) => ({ ...one, keys: { ...one.keys, auth: 'AAAA' } })],
    ['no keys', ({ endpoint }) => ({ endpoint })],
  ];
  for (const [name, change] of broken) {
    test(`with ${name} is refused`, async () => {
      const token = await push.tokenFor({ id: push.ada });
      const subscription = change(push.service.makeDevice().subscription);
      const answer = await push.app.request('POST', `${root()}/push/subscriptions`, { body: { token, subscription } });
      assert.equal(answer.status, 400, answer.text);
    });
  }

  test('the key with which browsers subscribe stays the same over restarts', async () => {
    const read = async () => (await push.app.request('GET', `${root()}/push/key`)).json.public_key;
    const key = await read();
    assert.equal(Buffer.from(key, 'base64url').length, 65);
    await push.app.restart();
    assert.equal(await read(), key);
  });

  test('the key is answered for any app: nobody learns without a key whether there is such an app', async () => {
    const known = await push.app.request('GET', `${root()}/push/key`);
    const unknown = await push.app.request('GET', '/api/v1/apps/unknown/push/key');
    assert.deepEqual([unknown.status, unknown.text], [known.status, known.text]);
  });

  test('script, worker and page come from the server, and the page lets nothing in from elsewhere', async () => {
    for (const path of ['/push/client.js', '/push/worker.js', '/push/demo.js']) {
      const answer = await push.app.request('GET', path);
      assert.equal(answer.status, 200);
      assert.match(String(answer.headers['content-type']), /^text\/javascript/);
    }
    const page = await push.app.request('GET', '/push/demo');
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
  });
});

test('where private addresses are not allowed, a push service must be https and public', async () => {
  const app = await startTestApp();
  try {
    const users = await app.makeTable([{ name: 'Email', type: 'email' }]);
    await app.request('PATCH', `/api/v1/tables/${users.id}`, { key: app.keys.native, body: { role: 'users' } });
    const created = await app.request('POST', `/api/v1/tables/${users.id}/records`, {
      key: app.keys.native,
      body: { fields: { Email: 'ada@example.test' } },
    });
    const minted = await app.request('POST', `/api/v1/apps/${app.appId}/push/tokens`, {
      key: app.keys.native,
      body: { audience: { id: created.json.id } },
    });
    assert.equal(minted.status, 201, minted.text);
    const keys = { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16).toString('base64url') };
    for (const endpoint of ['http://push.example/x', 'https://127.0.0.1/x', 'https://[::1]/x', 'https://localhost/x']) {
      const body = { token: minted.json.token, subscription: { endpoint, keys } };
      const answer = await app.request('POST', `/api/v1/apps/${app.appId}/push/subscriptions`, { body });
      assert.equal(answer.status, 400, endpoint);
      assert.equal(answer.json.errors[0].field, 'subscription.endpoint');
    }
  } finally {
    await app.close();
  }
});
