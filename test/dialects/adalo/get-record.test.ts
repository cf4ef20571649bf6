import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, type Shop } from './shop.ts';

describe('GET one record (wire/adalo.md §7)', () => {
  let shop: Shop;
  let root: string;
  before(async () => {
    shop = await openShop();
    root = shop.path(shop.items);
    await shop.add(shop.items, { Name: 'Oak desk' });
  });
  after(() => shop.app.close());

  test('200: the bare object, the same that the list shows', async () => {
    const { status, json, headers } = await shop.call('GET', `${root}/1`);
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.deepEqual(json, (await shop.call('GET', root)).json.records[0]);
    assert.equal(json.id, 1);
  });

  test('200: no content type is needed, and any is accepted', async () => {
    for (const type of ['application/json', 'text/plain', 'nonsense', '']) {
      const { status } = await shop.call('GET', `${root}/1`, { headers: { 'content-type': type } });
      assert.equal(status, 200, type);
    }
  });

  test('404: an unknown id and whatever is no id', async () => {
    for (const id of [
      '2',
      '0',
      '-1',
      '01',
      '1.0',
      'abc',
      'ElementId',
      '%7BElementId%7D',
      '99999999999999999999',
      '1%20',
    ]) {
      const { status, json } = await shop.call('GET', `${root}/${id}`);
      assert.deepEqual([status, json], [404, { error: 'Not found' }], id);
    }
  });

  test('404: the id of a record of another collection', async () => {
    const { status } = await shop.call('GET', `${shop.path(shop.tags)}/1`);
    assert.equal(status, 404);
  });
});
