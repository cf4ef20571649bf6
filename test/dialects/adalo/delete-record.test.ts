import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, type Shop } from './shop.ts';

describe('DELETE a record', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
  });
  after(() => shop.app.close());

  test('204 with nothing in it, again and again, and for ids that never were', async () => {
    const made = await shop.add(shop.items, { Name: 'Desk' });
    for (const id of [made.id, made.id, 4242, 'abc', 0]) {
      const { status, text, headers } = await shop.call('DELETE', `${root}/${id}`);
      assert.deepEqual([status, text], [204, ''], String(id));
      assert.ok(headers['x-ratelimit-limit'] !== undefined);
    }
    assert.equal((await shop.call('GET', `${root}/${made.id}`)).status, 404);
  });

  test('204 also with a content type and a body', async () => {
    for (const request of [{ headers: { 'content-type': 'application/json' } }, { body: '{}' }, { body: 'junk' }]) {
      const made = await shop.add(shop.items, { Name: 'Desk' });
      assert.equal((await shop.call('DELETE', `${root}/${made.id}`, request)).status, 204);
      assert.equal((await shop.call('GET', `${root}/${made.id}`)).status, 404);
    }
  });

  test('the id disappears from the relationships of others and is not given again', async () => {
    const tag = await shop.add(shop.tags, { Name: 'new' });
    const item = await shop.add(shop.items, { Tags: [tag.id] });
    assert.equal((await shop.call('DELETE', `${shop.path(shop.tags)}/${tag.id}`)).status, 204);
    assert.deepEqual((await shop.call('GET', `${root}/${item.id}`)).json.Tags, []);
    assert.ok((await shop.add(shop.tags, { Name: 'next' })).id > tag.id);
  });
});
