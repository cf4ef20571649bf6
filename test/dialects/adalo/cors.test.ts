import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, type Shop } from './shop.ts';

describe('calls from pages in a browser (wire/adalo.md §1)', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
  });
  after(() => shop.app.close());
  const origin = 'https://page.example';

  test('pre-flight passes without a key, on routes and elsewhere', async () => {
    for (const path of [root, `${root}/1`, '/v0/apps/x/collections/y', '/notifications', '/v0/nothing']) {
      const { status, text, headers } = await shop.app.request('OPTIONS', path, {
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      assert.deepEqual([status, text], [204, ''], path);
      assert.equal(headers['access-control-allow-origin'], '*');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        assert.ok(String(headers['access-control-allow-methods']).split(/, ?/).includes(method), method);
      }
      assert.match(String(headers['access-control-allow-headers']), /Authorization, Content-Type, Accept/);
    }
  });

  test('answers and refusals can be read by the page, with their rate-limit headers', async () => {
    for (const request of [
      shop.call('GET', root, { headers: { origin } }),
      shop.call('GET', root, { key: 'x', headers: { origin } }),
    ]) {
      const { headers } = await request;
      assert.equal(headers['access-control-allow-origin'], '*');
      assert.match(String(headers['access-control-expose-headers']), /X-RateLimit-Remaining/);
    }
  });
});
