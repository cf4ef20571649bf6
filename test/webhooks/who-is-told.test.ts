import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWebhookShop, type WebhookShop } from './webhook-shop.ts';

describe('a key that may have webhooks but not read all that they tell', () => {
  let shop: WebhookShop;
  let path: string;
  let event: string;
  const keys: Record<string, string> = {};

  before(async () => {
    shop = await openWebhookShop();
    const { id } = await shop.hook();
    path = `/api/v1/apps/${shop.app.appId}/webhooks/${id}`;
    await shop.createOrder({ Item: 'Lamp', Price: 10 });
    await shop.receiver.waitFor(1);
    const { json } = await shop.app.request('GET', `${path}/events`, { key: shop.app.keys.native });
    event = `${path}/events/${json.data[0].id}`;
    const table = shop.orders.id;
    const readable = shop.orders.fields.filter(({ name }) => name === 'Price').map((field) => field.id);
    const scopes = {
      'without reading': { table, verbs: ['webhooks' as const] },
      'with a mask': { table, verbs: ['webhooks' as const, 'read' as const], readable },
    };
    for (const [name, scope] of Object.entries(scopes)) {
      const { secrets } = await shop.app.makeKey({ scopes: [scope] });
      keys[name] = secrets.key ?? '';
    }
  });
  after(() => shop.close());

  for (const name of ['without reading', 'with a mask']) {
    test(`cannot look at what was told (${name})`, async () => {
      const { status, text } = await shop.app.request('GET', event, { key: keys[name] ?? '' });
      assert.equal(status, 403, text);
      assert.doesNotMatch(text, /Lamp/);
    });

    test(`cannot have it told elsewhere (${name})`, async () => {
      const body = { url: `${shop.receiver.url}/elsewhere` };
      const { status, text } = await shop.app.request('PATCH', path, { key: keys[name] ?? '', body });
      assert.equal(status, 403, text);
    });

    test(`may still switch it off (${name})`, async () => {
      const body = { is_enabled: false };
      const { status, text } = await shop.app.request('PATCH', path, { key: keys[name] ?? '', body });
      assert.equal(status, 200, text);
    });
  }
});
