import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { until } from './receiver.ts';
import { assertSigned, openWebhookShop, type WebhookShop } from './webhook-shop.ts';

describe('native webhooks', () => {
  let shop: WebhookShop;
  // biome-ignore lint/suspicious/noExplicitAny: as the API answers it
  let hooks: any[] = [];
  const hook = async (input?: object) => {
    const made = await shop.hook(input);
    hooks.push(made);
    return made;
  };
  const pathOf = (id: string) => `/api/v1/apps/${shop.app.appId}/webhooks/${id}`;

  before(async () => {
    shop = await openWebhookShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    for (const { id } of hooks) await shop.call('DELETE', pathOf(id));
    hooks = [];
    shop.receiver.received.length = 0;
    shop.receiver.behave(() => 200);
  });

  test('tell of every creation, change and deletion, signed, in the order in which they happened', async () => {
    const { secret } = await hook();
    const id = await shop.createOrder({ Item: 'Lamp', Price: 10, Secret: 'hunter22' });
    await shop.updateOrder(id, { Price: 12 });
    await shop.deleteOrder(id);
    const received = await shop.receiver.waitFor(3);
    assert.deepEqual(
      received.map(({ json }) => json.type),
      ['record.created', 'record.updated', 'record.deleted'],
    );
    for (const one of received) {
      assertSigned(one, secret);
      assert.equal(one.headers['webhook-id'], one.json.id);
      assert.equal(one.headers['content-type'], 'application/json');
      assert.doesNotMatch(one.text, /hunter22|scrypt|Secret/);
    }
    const [created, updated, deleted] = received;
    assert.deepEqual(created?.json.data.record.fields, { Item: 'Lamp', Price: 10, Tags: null });
    assert.equal(created?.json.data.record.id, id);
    assert.deepEqual(updated?.json.data.changed, ['Price']);
    assert.equal(updated?.json.data.record.fields.Price, 12);
    assert.equal(deleted?.json.data.record.fields.Item, 'Lamp');
  });

  test('tell only of the events that were asked for', async () => {
    await hook({ events: ['record.deleted'] });
    const id = await shop.createOrder({ Item: 'Lamp' });
    await shop.updateOrder(id, { Item: 'Desk' });
    await shop.deleteOrder(id);
    const [only] = await shop.receiver.waitFor(1);
    assert.equal(only?.json.type, 'record.deleted');
    assert.equal(shop.receiver.received.length, 1);
  });

  test('tell only of records that match the filter, as they are after the change', async () => {
    const { filter } = await hook({ filter: { Price: { gte: 100 }, not: { Tags: { any_of: ['blue'] } } } });
    assert.deepEqual(filter, { Price: { gte: 100 }, not: { Tags: { any_of: ['blue'] } } });
    const cheap = await shop.createOrder({ Item: 'cheap', Price: 5 });
    await shop.createOrder({ Item: 'dear', Price: 100 });
    await shop.createOrder({ Item: 'blue', Price: 500, Tags: ['blue'] });
    await shop.updateOrder(cheap, { Price: 200 });
    const received = await shop.receiver.waitFor(2);
    assert.deepEqual(
      received.map(({ json }) => [json.type, json.data.record.fields.Item]),
      [
        ['record.created', 'dear'],
        ['record.updated', 'cheap'],
      ],
    );
  });

  test('tell only the fields that were chosen, and only headers that were given', async () => {
    const made = await hook({
      fields: ['Item'],
      headers: { Authorization: 'Basic eA==', 'X-Own': 'yes' },
      secret: null,
    });
    assert.deepEqual(made.headers, ['Authorization', 'X-Own']);
    assert.equal(made.secret, null);
    await shop.createOrder({ Item: 'Lamp', Price: 10 });
    const [one] = await shop.receiver.waitFor(1);
    assert.deepEqual(one?.json.data.record.fields, { Item: 'Lamp' });
    assert.equal(one?.headers.authorization, 'Basic eA==');
    assert.equal(one?.headers['x-own'], 'yes');
    assert.equal(one?.headers['webhook-signature'], undefined);
  });

  test('tell of batches record by record', async () => {
    await hook();
    const path = `/api/v1/tables/${shop.orders.id}/records/batch`;
    await shop.call('POST', path, { create: Array.from({ length: 50 }, (_, n) => ({ fields: { Item: `n${n}` } })) });
    const received = await shop.receiver.waitFor(50);
    assert.equal(new Set(received.map(({ json }) => json.data.record.fields.Item)).size, 50);
  });

  test('a change that is rolled back is not told', async () => {
    await hook();
    const path = `/api/v1/tables/${shop.orders.id}/records/batch`;
    const body = { create: [{ fields: { Item: 'never' } }], delete: [999_999] };
    const { status } = await shop.app.request('POST', path, { key: shop.app.keys.native, body });
    assert.equal(status, 422);
    await shop.createOrder({ Item: 'told' });
    const [first] = await shop.receiver.waitFor(1);
    assert.equal(first?.json.data.record.fields.Item, 'told');
    assert.equal(shop.receiver.received.length, 1);
  });

  test('can be listed, read, changed, switched off and on, and deleted', async () => {
    const made = await hook({ name: 'Stock' });
    const list = await shop.call('GET', `/api/v1/apps/${shop.app.appId}/webhooks?table=${shop.orders.id}`);
    assert.deepEqual(
      list.data.map(({ id }: { id: string }) => id),
      [made.id],
    );
    const got = await shop.call('GET', pathOf(made.id));
    assert.equal(got.name, 'Stock');
    assert.equal(got.has_secret, true);
    assert.equal(got.secret, undefined);
    const off = await shop.call('PATCH', pathOf(made.id), { is_enabled: false, filter: { Item: 'x' }, name: 'Other' });
    assert.equal(off.is_enabled, false);
    assert.equal(off.name, 'Other');
    await shop.createOrder({ Item: 'x' });
    await shop.call('PATCH', pathOf(made.id), { is_enabled: true });
    await shop.createOrder({ Item: 'not x' });
    await shop.createOrder({ Item: 'x' });
    const [one] = await shop.receiver.waitFor(1);
    assert.equal(one?.json.data.record.fields.Item, 'x');
    assert.equal(shop.receiver.received.length, 1);
    const revealed = await shop.call('POST', `${pathOf(made.id)}/reveal`);
    assert.equal(revealed.secret, made.secret);
    const audit = await shop.call('GET', `/api/v1/apps/${shop.app.appId}/audit?target=${made.id}`);
    assert.deepEqual(
      audit.data.map(({ action }: { action: string }) => action),
      ['webhook.reveal', 'webhook.update', 'webhook.update', 'webhook.create'],
    );
    assert.ok(!JSON.stringify(audit).includes(made.secret));
  });

  test('keep the name of a renamed field in their filter, and tell nothing when the field is gone', async () => {
    const size = await shop.call('POST', `/api/v1/tables/${shop.orders.id}/fields`, { name: 'Size', type: 'number' });
    const made = await hook({ filter: { or: [{ Size: 1 }, { field: 'Size', op: 'eq', value: 2 }] } });
    const fieldPath = `/api/v1/tables/${shop.orders.id}/fields/${size.id}`;
    await shop.call('PATCH', fieldPath, { name: 'Width' });
    const shown = await shop.call('GET', pathOf(made.id));
    assert.deepEqual(shown.filter, { or: [{ Width: 1 }, { field: 'Width', op: 'eq', value: 2 }] });
    await shop.createOrder({ Item: 'wide', Width: 2 });
    await shop.receiver.waitFor(1);
    await shop.call('DELETE', fieldPath);
    await shop.createOrder({ Item: 'other' });
    await until(async () => /filter/.test((await shop.call('GET', pathOf(made.id))).last_error ?? ''), 'says so');
    assert.equal(shop.receiver.received.length, 1);
  });

  test('a test event shows what came back and is not told as a change', async () => {
    const made = await hook();
    shop.receiver.behave(() => 503);
    const failed = await shop.call('POST', `${pathOf(made.id)}/test`);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.attempts[0].status, 503);
    assert.equal(failed.attempts[0].answer, 'status 503');
    shop.receiver.behave(() => 204);
    const well = await shop.call('POST', `${pathOf(made.id)}/test`, { type: 'record.updated' });
    assert.equal(well.state, 'delivered');
    const [last] = shop.receiver.received.slice(-1);
    assert.equal(last?.json.data.is_test, true);
    assertSigned(last ?? assert.fail(), made.secret);
  });

  test('one event is told in the log, and sent again under the same id', async () => {
    const made = await hook();
    await shop.createOrder({ Item: 'Lamp' });
    const [first] = await shop.receiver.waitFor(1);
    const list = () => shop.call('GET', `${pathOf(made.id)}/events`);
    await until(async () => (await list()).data[0]?.state === 'delivered', 'settled');
    const [event] = (await list()).data;
    assert.equal(event.id, first?.json.id);
    assert.equal(event.attempts[0].status, 200);
    const detail = await shop.call('GET', `${pathOf(made.id)}/events/${event.id}`);
    assert.deepEqual(detail.payload, first?.json);
    await shop.call('POST', `${pathOf(made.id)}/events/${event.id}/replay`);
    const [, second] = await shop.receiver.waitFor(2);
    assert.equal(second?.json.id, event.id);
    assert.deepEqual(second?.json, first?.json);
    await until(async () => (await list()).data[0].attempts.length === 2, 'both attempts are logged');
  });

  test('events of a time range are sent again in their order', async () => {
    const made = await hook();
    const id = await shop.createOrder({ Item: '0' });
    for (const n of [1, 2, 3, 4]) await shop.updateOrder(id, { Item: String(n) });
    await shop.receiver.waitFor(5);
    const events = () => shop.call('GET', `${pathOf(made.id)}/events?state=delivered`);
    await until(async () => (await events()).data.length === 5, 'all settled');
    const [, , , second] = (await events()).data;
    const { count } = await shop.call('POST', `${pathOf(made.id)}/replay`, { from: second.created_at });
    assert.ok(count >= 4);
    const all = await shop.receiver.waitFor(5 + count);
    const items = all.slice(5).map(({ json }) => json.data.record.fields.Item);
    assert.deepEqual(items, [...items].sort());
    assert.equal(items.at(-1), '4');
  });

  test('the log is paged and filtered', async () => {
    const made = await hook();
    for (const n of [1, 2, 3]) await shop.createOrder({ Item: `n${n}` });
    await shop.receiver.waitFor(3);
    const first = await shop.call('GET', `${pathOf(made.id)}/events?limit=2&type=record.created`);
    assert.equal(first.data.length, 2);
    const rest = await shop.call('GET', `${pathOf(made.id)}/events?limit=2&type=record.created&cursor=${first.next}`);
    assert.equal(rest.data.length, 1);
    assert.equal(rest.next, null);
    assert.equal((await shop.call('GET', `${pathOf(made.id)}/events?type=record.deleted`)).data.length, 0);
  });

  const refusals: readonly [name: string, input: object, field: string][] = [
    ['an unknown scheme', { url: 'ftp://example.com/' }, 'url'],
    ['no URL', { url: 'example' }, 'url'],
    ['a password in the URL', { url: 'https://a:b@example.com/' }, 'url'],
    ['notifications of a table', { events: ['notification.sent'] }, 'events'],
    ['a signature header of their own', { headers: { 'Webhook-Signature': 'x' } }, 'headers.Webhook-Signature'],
    ['a header with a line break', { headers: { 'X-A': 'b\r\nc: d' } }, 'headers.X-A'],
    ['a secret that is none', { secret: 'whsec_short' }, 'secret'],
    ['an unknown field', { fields: ['Nothing'] }, 'fields'],
    ['a hidden field', { fields: ['Secret'] }, 'fields'],
    ['a filter that does not fit', { filter: { Price: { gte: 'much' } } }, 'filter.Price.gte'],
    ['record events without a table', { table: null }, 'table'],
  ];
  for (const [name, input, field] of refusals) {
    test(`are refused with ${name}, naming ${field}`, async () => {
      const answer = await shop.app.request('POST', `/api/v1/apps/${shop.app.appId}/webhooks`, {
        key: shop.app.keys.native,
        body: { table: shop.orders.id, url: shop.receiver.url, events: ['record.created'], ...input },
      });
      assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
      assert.equal(answer.json.errors[0].field, field);
    });
  }

  test('are nothing for keys without the verb, and unknown to neighbours', async () => {
    const made = await hook();
    const readOnly = await shop.app.makeKey({ scopes: [{ table: '*', verbs: ['read', 'update'] }] });
    const neighbour = await shop.app.makeNeighbour();
    for (const [key, status] of [
      [readOnly.secrets.key ?? '', 403],
      [neighbour.keys.native, 404],
    ] as const) {
      for (const [method, path] of [
        ['GET', pathOf(made.id)],
        ['DELETE', pathOf(made.id)],
        ['POST', `${pathOf(made.id)}/test`],
        ['POST', `${pathOf(made.id)}/reveal`],
        ['GET', `${pathOf(made.id)}/events`],
      ] as const) {
        assert.equal((await shop.app.request(method, path, { key })).status, status, `${method} ${path}`);
      }
    }
    const list = await shop.app.request('GET', `/api/v1/apps/${shop.app.appId}/webhooks`, {
      key: readOnly.secrets.key ?? '',
    });
    assert.deepEqual(list.json.data, []);
  });

  test('of a key that cannot read every field tell none of the others', async () => {
    const item = shop.orders.fieldByName.get('Item')?.id ?? '';
    const narrow = await shop.app.makeKey({
      scopes: [
        { table: shop.orders.id, verbs: ['webhooks'] },
        { table: shop.orders.id, verbs: ['read'], readable: [item] },
      ],
    });
    const body = { table: shop.orders.id, url: shop.receiver.url, events: ['record.created'] };
    const made = await shop.app.request('POST', `/api/v1/apps/${shop.app.appId}/webhooks`, {
      key: narrow.secrets.key ?? '',
      body,
    });
    assert.equal(made.status, 201, made.text);
    hooks.push(made.json);
    await shop.createOrder({ Item: 'Lamp', Price: 10 });
    const [one] = await shop.receiver.waitFor(1);
    assert.deepEqual(one?.json.data.record.fields, { Item: 'Lamp' });
  });
});
