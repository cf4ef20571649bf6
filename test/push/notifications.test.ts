import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Receiver, startReceiver, until } from '../webhooks/receiver.ts';
import { assertSigned } from '../webhooks/webhook-shop.ts';
import { openPushApp, type PushApp } from './push-app.ts';
import { assertVapid } from './push-service.ts';

describe('notifications', () => {
  let push: PushApp;
  let relay: Receiver;
  const root = () => `/api/v1/apps/${push.app.appId}`;
  const devices = async () => (await push.call('GET', `${root()}/push/devices`)).data;

  before(async () => {
    push = await openPushApp();
    relay = await startReceiver();
  });
  after(async () => {
    await push.close();
    await relay.close();
  });
  beforeEach(async () => {
    for (const { id } of await devices()) await push.call('DELETE', `${root()}/push/devices/${id}`);
    push.service.pushed.length = 0;
    push.service.behave(() => 201);
  });

  test('arrive on every device of their user and on no other, readable by that device alone', async () => {
    const phone = await push.deviceOf(push.ada, 'phone');
    const laptop = await push.deviceOf(push.ada, 'laptop');
    await push.deviceOf(push.bob, 'of bob');
    const sent = await push.notify({ url: '/orders/7', ttl_seconds: 600, urgency: 'high' });
    assert.equal(sent.accepted, 2);
    assert.equal(sent.tickets.length, 2);
    await until(() => push.service.pushed.length === 2, 'both arrive');
    assert.deepEqual(new Set(push.service.pushed.map(({ device }) => device)), new Set([phone, laptop]));
    const { public_key: key } = await push.call('GET', `${root()}/push/key`);
    for (const { message, headers, body } of push.service.pushed) {
      assert.deepEqual(message, { id: sent.id, title: 'Order ready', body: 'Pick it up at desk 4', url: '/orders/7' });
      assert.equal(headers['content-encoding'], 'aes128gcm');
      assert.equal(headers.urgency, 'high');
      assert.ok(Number(headers.ttl) > 590 && Number(headers.ttl) <= 600);
      assert.equal(assertVapid(headers, push.service.origin), key);
      assert.doesNotMatch(body.toString('latin1'), /Order ready/);
    }
  });

  test('have a ticket at once and a receipt for each device later', async () => {
    const good = await push.deviceOf(push.ada, 'good');
    await push.deviceOf(push.ada, 'gone');
    push.service.behave((device) => (device === good ? 201 : 410));
    const sent = await push.notify();
    const receipts = async () => (await push.call('GET', `${root()}/notifications/${sent.id}`)).receipts;
    await until(async () => (await receipts()).every(({ state }: { state: string }) => state !== 'pending'), 'settled');
    const list = await receipts();
    assert.deepEqual(
      list.map(({ id }: { id: string }) => id).sort(),
      sent.tickets.map(({ id }: { id: string }) => id).sort(),
    );
    const statuses = list.map((one: { state: string; attempts: { status: number }[] }) => [
      one.state,
      one.attempts[0]?.status,
    ]);
    assert.deepEqual(statuses.sort(), [
      ['delivered', 201],
      ['failed', 410],
    ]);
    const { outcome } = await push.call('GET', `${root()}/notifications/${sent.id}`);
    assert.deepEqual(outcome, { delivered: 1, failed: 1, pending: 0 });
    assert.deepEqual(
      (await devices()).map(({ label, last_result }: { label: string; last_result: string }) => [label, last_result]),
      [['good', '201']],
    );
  });

  for (const status of [404, 410]) {
    test(`a device whose subscription is gone (${status}) is removed, and sent nothing more`, async () => {
      await push.deviceOf(push.ada);
      push.service.behave(() => status);
      await push.notify();
      await until(async () => (await devices()).length === 0, 'removed');
      assert.equal((await push.notify()).accepted, 0);
      assert.equal(push.service.pushed.length, 1);
    });
  }

  for (const status of [400, 401, 403, 413]) {
    test(`a device is kept when its service refuses one message (${status}), which is not sent again`, async () => {
      await push.deviceOf(push.ada);
      push.service.behave(() => status);
      const sent = await push.notify();
      const receipt = async () => (await push.call('GET', `${root()}/notifications/${sent.id}`)).receipts[0];
      await until(async () => (await receipt()).state === 'failed', 'given up');
      assert.equal((await devices()).length, 1);
      assert.equal(push.service.pushed.length, 1);
    });
  }

  test('texts that do not fit into a message are cut there and kept whole in the log', async () => {
    await push.deviceOf(push.ada);
    const title = 'ä'.repeat(4096);
    const body = '🎉"\n'.repeat(1000);
    const sent = await push.notify({ title, body });
    await until(() => push.service.pushed.length === 1, 'arrives');
    const [one] = push.service.pushed;
    assert.ok(one !== undefined && one.body.length <= 4096);
    assert.ok(one.message.title.endsWith('…') && one.message.body.endsWith('…'));
    const logged = await push.call('GET', `${root()}/notifications/${sent.id}`);
    assert.equal(logged.title, title);
    assert.equal(logged.body, body);
  });

  test('the log says who was sent what and when, latest first, by user and time, page by page', async () => {
    const before = new Date().toISOString();
    await push.deviceOf(push.bob, 'phone');
    await push.deviceOf(push.bob, 'laptop');
    push.service.behave(({ name }) => (name === 'phone' ? 201 : 403));
    await push.notify({ title: 'one' });
    await push.notify({ title: 'two', audience: { username: 'bob' } });
    await push.notify({ title: 'three', audience: { id: push.ada } });
    const list = async (query: string) => push.call('GET', `${root()}/notifications?${query}`);
    const titles = async (query: string) => (await list(query)).data.map(({ title }: { title: string }) => title);
    assert.deepEqual(await titles(`from=${before}`), ['three', 'two', 'one']);
    assert.deepEqual(await titles(`from=${before}&user=${push.bob}`), ['two']);
    const first = await list('limit=2');
    assert.deepEqual((await titles(`limit=1&cursor=${first.next}`)).length, 1);
    assert.equal(first.data[1].user_id, push.bob);
    assert.deepEqual(first.data[1].audience, { username: 'bob' });
    const [none, of] = first.data;
    assert.deepEqual(none.outcome, { delivered: 0, failed: 0, pending: 0 });
    assert.equal(of.outcome.delivered + of.outcome.failed + of.outcome.pending, of.accepted);
    await until(async () => (await list('limit=2')).data[1].outcome.pending === 0, 'all are settled');
    assert.deepEqual((await list('limit=2')).data[1].outcome, { delivered: 1, failed: 1, pending: 0 });
  });

  test('the same request with an Idempotency-Key notifies once', async () => {
    await push.deviceOf(push.ada);
    const send = () =>
      push.app.request('POST', `${root()}/notifications`, {
        key: push.app.keys.native,
        headers: { 'idempotency-key': 'once' },
        body: { audience: { id: push.ada }, title: 'a', body: 'b' },
      });
    const [first, second] = [await send(), await send()];
    assert.equal(first.status, 202);
    assert.equal(second.text, first.text);
    await until(() => push.service.pushed.length > 0, 'arrives');
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(push.service.pushed.length, 1);
  });

  test('are also told to a webhook, signed, for those who send them on by services of their own', async () => {
    const hook = await push.call('POST', `${root()}/webhooks`, { url: relay.url, events: ['notification.sent'] });
    const sent = await push.notify({ url: '/orders' });
    assert.equal(sent.accepted, 1);
    const [one] = await relay.waitFor(1);
    assert.ok(one !== undefined);
    assertSigned(one, hook.secret);
    assert.equal(one.json.type, 'notification.sent');
    const { user, title, body, url, notification_id: id } = one.json.data;
    assert.deepEqual([id, title, body, url], [sent.id, 'Order ready', 'Pick it up at desk 4', '/orders']);
    assert.deepEqual(user, { table_id: push.users.id, id: push.ada, email: 'Ada@example.test', username: 'ada' });
    const test = await push.call('POST', `${root()}/webhooks/${hook.id}/test`);
    assert.equal(test.state, 'delivered');
    await push.call('DELETE', `${root()}/webhooks/${hook.id}`);
    assert.equal((await push.notify()).accepted, 0);
  });

  const refusals: readonly [name: string, input: object, status: number][] = [
    ['two selectors', { audience: { id: 1, email: 'ada@example.test' } }, 400],
    ['no selector', { audience: {} }, 400],
    ['nobody of that address', { audience: { email: 'nobody@example.test' } }, 404],
    ['nobody of that id', { audience: { id: 999 } }, 404],
    ['an empty title', { title: '' }, 400],
    ['a text that is too long', { body: 'x'.repeat(4097) }, 400],
    ['a script to open', { url: 'javascript:alert(1)' }, 400],
    ['an unknown urgency', { urgency: 'now' }, 400],
    ['a life that is too long', { ttl_seconds: 10_000_000 }, 400],
  ];
  for (const [name, input, status] of refusals) {
    test(`with ${name} are refused by ${status}`, async () => {
      const answer = await push.app.request('POST', `${root()}/notifications`, {
        key: push.app.keys.native,
        body: { audience: { id: push.ada }, title: 'a', body: 'b', ...input },
      });
      assert.equal(answer.status, status, answer.text);
    });
  }

  test('want a key with the verb push, over the app or its users', async () => {
    const send = async (scopes: readonly { table: string; verbs: ('read' | 'push')[] }[]) => {
      const { secrets } = await push.app.makeKey({ scopes });
      const body = { audience: { id: push.ada }, title: 'a', body: 'b' };
      return (await push.app.request('POST', `${root()}/notifications`, { key: secrets.key ?? '', body })).status;
    };
    assert.equal(await send([{ table: '*', verbs: ['read'] }]), 403);
    assert.equal(await send([{ table: '*', verbs: ['push'] }]), 202);
    assert.equal(await send([{ table: push.users.id, verbs: ['push'] }]), 202);
    const neighbour = await push.app.makeNeighbour();
    const body = { audience: { id: push.ada }, title: 'a', body: 'b' };
    const foreign = await push.app.request('POST', `${root()}/notifications`, { key: neighbour.keys.native, body });
    assert.equal(foreign.status, 404);
    const other = await push.app.request('GET', `${root()}/notifications`, { key: neighbour.keys.native });
    assert.equal(other.status, 404);
  });
});
