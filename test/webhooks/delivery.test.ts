import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { clearOld } from '../../src/core/retention/clear-old.ts';
import { createFakeClock, type FakeClock } from '../harness.ts';
import { until } from './receiver.ts';
import { openWebhookShop, type WebhookShop } from './webhook-shop.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('deliveries', () => {
  let shop: WebhookShop;
  let clock: FakeClock;
  // biome-ignore lint/suspicious/noExplicitAny: as the API answers it
  let made: any;
  const path = () => `/api/v1/apps/${shop.app.appId}/webhooks/${made.id}`;
  const events = async () => (await shop.call('GET', `${path()}/events`)).data;
  const attemptsOfLatest = async () => (await events())[0].attempts.length;
  const hookNow = () => shop.call('GET', path());

  beforeEach(async () => {
    clock = createFakeClock();
    shop = await openWebhookShop({ clock });
    made = await shop.hook();
  });
  afterEach(() => shop.close());

  test('are tried eight times on the schedule, then given up, and a replay begins anew', async () => {
    shop.receiver.behave(() => 500);
    await shop.createOrder({ Item: 'Lamp' });
    await until(async () => (await attemptsOfLatest()) === 1, 'the first attempt');
    let tries = 1;
    for (const wait of [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour]) {
      const [event] = await events();
      const delay = Date.parse(event.next_attempt_at) - clock.now();
      assert.ok(delay >= wait && delay <= wait * 1.21, `${delay} ms for ${wait} ms`);
      clock.advance(wait - 1);
      await new Promise((resolve) => setTimeout(resolve, 250));
      assert.equal(shop.receiver.received.length, tries, 'too early');
      clock.advance(wait * 0.21 + 2);
      tries += 1;
      await until(async () => (await attemptsOfLatest()) === tries, `attempt ${tries}`);
    }
    const [event] = await events();
    assert.equal(event.state, 'failed');
    assert.equal(event.next_attempt_at, null);
    assert.equal(new Set(shop.receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(new Set(shop.receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size, 8);
    shop.receiver.behave(() => 200);
    await shop.call('POST', `${path()}/events/${event.id}/replay`);
    await until(async () => (await events())[0].state === 'delivered', 'replayed');
    assert.equal((await attemptsOfLatest()) as number, 9);
  });

  test('wait as long as the receiver asks for', async () => {
    shop.receiver.behave((_index, _one, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
      return null;
    });
    await shop.createOrder({ Item: 'Lamp' });
    await until(async () => (await attemptsOfLatest()) === 1, 'the first attempt');
    const [event] = await events();
    assert.ok(Date.parse(event.next_attempt_at) - clock.now() >= hour);
    assert.equal(event.attempts[0].status, 429);
  });

  test('of one record wait for the one before, those of others do not', async () => {
    shop.receiver.behave((_index, { json }) => (json.data.record.fields.Item === 'first' ? 500 : 200));
    const id = await shop.createOrder({ Item: 'first' });
    await until(async () => (await attemptsOfLatest()) === 1, 'the first attempt');
    await shop.updateOrder(id, { Item: 'second' });
    await shop.deleteOrder(id);
    await shop.createOrder({ Item: 'other' });
    const [passed] = await shop.receiver.waitFor(1);
    assert.equal(passed?.json.data.record.fields.Item, 'other');
    await new Promise((resolve) => setTimeout(resolve, 300));
    shop.receiver.behave(() => 200);
    clock.advance(7 * second);
    const rest = await shop.receiver.waitFor(4);
    assert.deepEqual(
      rest.slice(1).map(({ json }) => [json.type, json.data.record.fields.Item]),
      [
        ['record.created', 'first'],
        ['record.updated', 'second'],
        ['record.deleted', 'second'],
      ],
    );
  });

  test('of one record go on when the one before is given up', async () => {
    shop.receiver.behave((_index, { json }) => (json.type === 'record.created' ? 400 : 200));
    const id = await shop.createOrder({ Item: 'a' });
    await shop.updateOrder(id, { Item: 'b' });
    for (let tries = 1; tries < 8; tries++) {
      await until(async () => (await events()).at(-1).attempts.length === tries, `attempt ${tries}`);
      clock.advance(13 * hour);
    }
    const [updated] = await shop.receiver.waitFor(1);
    assert.equal(updated?.json.type, 'record.updated');
  });

  test('a receiver that fails for five days is switched off with a notice, and one success starts the count anew', async () => {
    shop.receiver.behave(() => 500);
    await shop.createOrder({ Item: '1' });
    await until(async () => (await hookNow()).failing_since !== null, 'failing');
    clock.advance(4 * day);
    await shop.createOrder({ Item: '2' });
    await until(async () => (await attemptsOfLatest()) === 1, 'an attempt on the fourth day');
    assert.equal((await hookNow()).is_enabled, true);
    shop.receiver.behave(() => 200);
    await shop.createOrder({ Item: '3' });
    await until(async () => (await hookNow()).failing_since === null, 'well again');
    shop.receiver.behave(() => 500);
    clock.advance(2 * day);
    await shop.createOrder({ Item: '4' });
    await until(async () => (await hookNow()).failing_since !== null, 'failing again');
    clock.advance(5 * day);
    await shop.createOrder({ Item: '5' });
    await until(async () => !(await hookNow()).is_enabled, 'switched off');
    const off = await hookNow();
    assert.match(off.last_error, /switched off after 5 days of failure: the receiver answered 500/);
    assert.ok(off.switched_off_at);
    const audit = await shop.call('GET', `/api/v1/apps/${shop.app.appId}/audit?action=webhook.switch_off`);
    assert.equal(audit.data[0].target, made.id);
    const before = (await events()).length;
    await shop.createOrder({ Item: '6' });
    assert.equal((await events()).length, before, 'nothing is queued for it any more');
    shop.receiver.behave(() => 200);
    await shop.call('PATCH', path(), { is_enabled: true });
    await shop.createOrder({ Item: '7' });
    await shop.receiver.waitFor(1, ({ json, status }) => status === 200 && json.data.record.fields.Item === '7');
    assert.equal((await hookNow()).last_error, null);
  });

  test('wait for a receiver that is down, over a restart of the server', async () => {
    await shop.receiver.down();
    await shop.createOrder({ Item: 'Lamp' });
    await until(async () => (await attemptsOfLatest()) === 1, 'the first attempt');
    assert.match((await events())[0].attempts[0].error, /refused/);
    await shop.app.restart();
    await shop.receiver.up();
    clock.advance(7 * second);
    const [one] = await shop.receiver.waitFor(1);
    assert.equal(one?.json.data.record.fields.Item, 'Lamp');
  });

  test('do not follow redirects', async () => {
    shop.receiver.behave((_index, _one, response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
      return null;
    });
    await shop.createOrder({ Item: 'Lamp' });
    await until(async () => (await attemptsOfLatest()) === 1, 'the first attempt');
    assert.equal((await events())[0].attempts[0].status, 307);
    assert.equal((await events())[0].state, 'pending');
    assert.deepEqual([...new Set(shop.receiver.received.map((one) => one.path))], ['/hook']);
  });

  test('a receiver that hangs holds nobody else up', async () => {
    const other = await shop.app.makeTable([{ name: 'Name', type: 'text' }]);
    await shop.hook({ table: other.id, url: shop.receiver.url.replace('/hook', '/other') });
    shop.receiver.behave((_index, one) => (one.path === '/hook' ? null : 200));
    for (let n = 0; n < 40; n++) await shop.createOrder({ Item: `${n}` });
    await shop.call('POST', `/api/v1/tables/${other.id}/records`, { fields: { Name: 'quick' } });
    const [quick] = await shop.receiver.waitFor(1);
    assert.equal(quick?.path, '/other');
  });

  test('an answer without end is read no further than 64 KB', async () => {
    shop.receiver.behave((_index, _one, response) => {
      response.writeHead(200);
      const write = (): void => {
        if (!response.destroyed && response.write('x'.repeat(16_384))) setImmediate(write);
      };
      response.on('drain', write).on('error', () => undefined);
      write();
      return null;
    });
    await shop.createOrder({ Item: 'Lamp' });
    await until(async () => (await events())[0].state === 'delivered', 'delivered');
    assert.equal((await events())[0].attempts[0].answer, 'x'.repeat(500));
  });

  test('keep their content for 30 days after they are finished, and their row for 90', async () => {
    await shop.createOrder({ Item: 'personal' });
    await until(async () => (await events())[0].state === 'delivered', 'delivered');
    const { core } = shop.app;
    clock.advance(29 * day);
    await clearOld(core);
    const [event] = await events();
    const detail = () => shop.call('GET', `${path()}/events/${event.id}`);
    assert.equal((await detail()).payload.data.record.fields.Item, 'personal');
    clock.advance(day + 1);
    await clearOld(core);
    assert.equal((await detail()).payload, null);
    const replay = await shop.app.request('POST', `${path()}/events/${event.id}/replay`, { key: shop.app.keys.native });
    assert.equal(replay.status, 410);
    clock.advance(60 * day);
    await clearOld(core);
    assert.deepEqual(await events(), []);
  });

  test('a webhook that is deleted sends nothing more, also of what is queued', async () => {
    shop.receiver.behave(() => 500);
    await shop.createOrder({ Item: 'Lamp' });
    await until(async () => (await attemptsOfLatest()) === 1, 'the first attempt');
    await shop.call('DELETE', path());
    clock.advance(hour);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(shop.receiver.received.length, 1);
    assert.equal(await shop.app.core.store.count('deliveries', {}), 0);
  });

  test('a table that is deleted takes its webhooks along', async () => {
    await shop.createOrder({ Item: 'Lamp' });
    await shop.call('DELETE', `/api/v1/tables/${shop.orders.id}`);
    assert.equal(await shop.app.core.store.count('webhooks', {}), 0);
  });
});
