import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { clearOld } from '../../src/core/retention/clear-old.ts';
import { createFakeClock, type FakeClock } from '../harness.ts';
import { until } from '../webhooks/receiver.ts';
import { openPushApp, type PushApp } from './push-app.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('a push service that misbehaves', () => {
  let clock: FakeClock;
  let push: PushApp;
  const root = () => `/api/v1/apps/${push.app.appId}`;
  const receiptOf = async (id: string) => (await push.call('GET', `${root()}/notifications/${id}`)).receipts[0];

  beforeEach(async () => {
    clock = createFakeClock();
    push = await openPushApp({ clock });
  });
  afterEach(() => push.close());

  for (const status of [406, 429, 500, 503]) {
    test(`that answers ${status} once still gets the notification delivered, once`, async () => {
      await push.deviceOf(push.ada);
      push.service.behave((_device, index) => (index === 0 ? status : 201));
      const sent = await push.notify();
      await until(async () => (await receiptOf(sent.id)).attempts.length === 1, 'the first attempt');
      clock.advance(7_000);
      await until(async () => (await receiptOf(sent.id)).state === 'delivered', 'delivered');
      assert.deepEqual(
        push.service.pushed.map((one) => [one.status, one.message.id]),
        [
          [status, sent.id],
          [201, sent.id],
        ],
      );
      assert.equal((await push.call('GET', `${root()}/push/devices`)).data.length, 1);
    });
  }

  test('is left alone for as long as it asks', async () => {
    await push.deviceOf(push.ada);
    push.service.behave((_device, index, response) => {
      if (index > 0) return 201;
      response.writeHead(429, { 'retry-after': '1800' }).end();
      return null;
    });
    const sent = await push.notify();
    await until(async () => (await receiptOf(sent.id)).attempts.length === 1, 'the first attempt');
    clock.advance(29 * minute);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(push.service.pushed.length, 1);
    clock.advance(8 * minute);
    await until(async () => (await receiptOf(sent.id)).state === 'delivered', 'delivered');
  });

  test('that is slow or hangs delays only itself', async () => {
    const slow = await push.deviceOf(push.ada, 'slow');
    const quick = await push.deviceOf(push.bob, 'quick');
    push.service.behave((device) => (device === slow ? null : 201));
    await push.notify();
    await push.notify({ audience: { id: push.bob } });
    await until(() => push.service.pushed.some(({ device }) => device === quick), 'the other arrives');
  });

  test('gets what is worth little time several times within it; then it is over', async () => {
    await push.deviceOf(push.ada);
    push.service.behave(() => 503);
    const sent = await push.notify({ title: 'code', ttl_seconds: 60 });
    await until(async () => (await receiptOf(sent.id)).attempts.length === 1, 'the first attempt');
    clock.advance(7_000);
    await until(async () => (await receiptOf(sent.id)).attempts.length === 2, 'the second attempt');
    const { next_attempt_at: next } = await receiptOf(sent.id);
    assert.ok(Date.parse(next) < Date.parse(sent.expires_at), 'in time');
    clock.advance(27_000);
    await until(async () => (await receiptOf(sent.id)).attempts.length === 3, 'the third attempt');
    clock.advance(21_000);
    await until(async () => (await receiptOf(sent.id)).attempts.length === 4, 'the fourth attempt');
    assert.deepEqual([(await receiptOf(sent.id)).state, push.service.pushed.length], ['failed', 4]);
  });

  test('that asks for a longer wait than there is time is not asked again', async () => {
    await push.deviceOf(push.ada);
    push.service.behave((_device, _index, response) => {
      response.writeHead(503, { 'retry-after': new Date(clock.now() + 120_000).toUTCString() }).end();
      return null;
    });
    const sent = await push.notify({ ttl_seconds: 60 });
    await until(async () => (await receiptOf(sent.id)).state === 'failed', 'given up');
    assert.equal((await receiptOf(sent.id)).attempts.length, 1);
  });

  test('that is dead gets what is still worth delivering when it is back, with the life that is left', async () => {
    await push.deviceOf(push.ada);
    await push.service.down();
    const short = await push.notify({ title: 'short', ttl_seconds: 60 });
    const long = await push.notify({ title: 'long', ttl_seconds: 3600 });
    await until(async () => (await receiptOf(long.id)).attempts.length === 1, 'the first attempt');
    await until(async () => (await receiptOf(short.id)).attempts.length === 1, 'the first attempt');
    await push.app.restart();
    await push.service.up();
    clock.advance(7 * minute);
    await until(async () => (await receiptOf(long.id)).state === 'delivered', 'delivered');
    await until(async () => (await receiptOf(short.id)).state === 'failed', 'expired');
    assert.match((await receiptOf(short.id)).attempts.at(-1).error, /expired/);
    assert.deepEqual(
      push.service.pushed.map(({ message }) => message.title),
      ['long'],
    );
    assert.equal(Number(push.service.pushed[0]?.headers.ttl), 3600 - 7 * 60);
  });

  test('the log is kept for 90 days', async () => {
    await push.notify();
    clock.advance(89 * day);
    await clearOld(push.app.core);
    const count = async () => (await push.call('GET', `${root()}/notifications`)).data.length;
    assert.equal(await count(), 1);
    clock.advance(2 * day);
    await clearOld(push.app.core);
    assert.equal(await count(), 0);
  });
});
