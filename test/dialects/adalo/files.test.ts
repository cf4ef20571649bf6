import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { pdf, png } from '../../files/pictures.ts';
import { openShop, type Shop } from './shop.ts';

/** wire/adalo.md §5: Image and File. */
describe('images and files', () => {
  let shop: Shop;
  let pictures: TableSchema;
  let root: string;
  const photo = png(30, 20);
  const data = photo.toString('base64');
  before(async () => {
    shop = await openShop();
    pictures = await shop.app.makeTable(
      [
        { name: 'Photo', type: 'image' },
        { name: 'Paper', type: 'file' },
        { name: 'Papers', type: 'file', options: { multiple: true } },
      ],
      'Pictures',
    );
    root = shop.path(pictures);
  });
  after(() => shop.app.close());

  test('content written as base64 is kept here, with all five keys, and its absolute URL can be opened without a key', async () => {
    for (const sent of [
      { data, filename: 'desk.png' },
      { data: `data:image/png;base64,${data}`, filename: 'desk.png' },
    ]) {
      const { Photo } = await shop.add(pictures, { Photo: sent });
      const { url, ...rest } = Photo as { url: string };
      assert.deepEqual(rest, { filename: 'desk.png', size: photo.length, width: 30, height: 20 });
      assert.match(url, /^http:\/\/tessera\.test\/files\//);
      const opened = await shop.app.request('GET', url.replace('http://tessera.test', ''));
      assert.equal(opened.status, 200);
      assert.equal(opened.headers['content-type'], 'image/png');
      assert.equal(opened.headers['content-length'], String(photo.length));
    }
  });

  test('content wins over a URL beside it', async () => {
    const sent = { data, filename: 'own.png', url: 'https://example.test/other.png' };
    const { Photo } = await shop.add(pictures, { Photo: sent });
    assert.match((Photo as { url: string }).url, /^http:\/\/tessera\.test\//);
  });

  for (const [what, sent] of [
    ['a URL', 'https://example.test/a%20b/photo.png?size=2'],
    ['an object with a URL', { url: 'https://example.test/x', filename: 'photo.png' }],
    ['an object with a uri, as components have it', { uri: 'https://example.test/x', filename: 'photo.png' }],
  ] as const) {
    test(`${what} is referred to; sizes that are not known read as 0, for clients that take integers only`, async () => {
      const { id, Photo, Paper } = await shop.add(pictures, { Photo: sent, Paper: sent });
      const { url, ...rest } = Photo as { url: string };
      assert.equal(new URL(url).hostname, 'example.test');
      assert.deepEqual(rest, { filename: 'photo.png', size: 0, width: 0, height: 0 });
      assert.deepEqual(Paper, { url, filename: 'photo.png', size: 0 });
      // Echoed back, the zeros are no facts: other APIs go on saying that they are not known.
      const put = await shop.call('PUT', `${root}/${id}`, { body: { Photo, Paper } });
      assert.deepEqual([put.json.Photo, put.json.Paper], [Photo, Paper]);
      const path = `/api/v1/tables/${pictures.id}/records/${id}`;
      const { fields } = (await shop.app.request('GET', path, { key: shop.app.keys.native })).json;
      assert.deepEqual([fields.Photo.size, fields.Photo.width, fields.Paper.size], [null, null, null]);
    });
  }

  test('the whole value echoed back names the same file, with its sizes', async () => {
    const made = await shop.add(pictures, { Photo: { data, filename: 'desk.png' } });
    const put = await shop.call('PUT', `${root}/${made.id}`, { body: made });
    assert.deepEqual(put.json.Photo, made.Photo);
    const copy = await shop.add(pictures, { Photo: made.Photo });
    assert.deepEqual(copy.Photo, made.Photo);
  });

  test('null and "" clear; a field of several files reads as a list', async () => {
    const Paper = { data: pdf.toString('base64'), filename: 'a.pdf' };
    const made = await shop.add(pictures, { Paper, Photo: 'https://example.test/a.png', Papers: [Paper, Paper] });
    assert.equal((made.Papers as unknown[]).length, 2);
    assert.deepEqual(Object.keys((made.Papers as object[])[0] ?? {}), ['url', 'filename', 'size']);
    const { json } = await shop.call('PUT', `${root}/${made.id}`, { body: { Photo: null, Paper: '' } });
    assert.deepEqual([json.Photo, json.Paper, json.Papers], [null, null, made.Papers]);
  });

  test('an object of nothing but empty keys clears: typed clients write so what they have not', async () => {
    for (const empty of [{}, { url: null, filename: null, size: null }, { url: '', filename: '', size: 0, width: 0 }]) {
      const made = await shop.add(pictures, {
        Photo: 'https://example.test/a.png',
        Paper: 'https://example.test/a.pdf',
      });
      const put = await shop.call('PUT', `${root}/${made.id}`, { body: { Photo: empty, Paper: empty } });
      assert.deepEqual([put.status, put.json.Photo, put.json.Paper], [200, null, null], put.text);
    }
  });

  for (const [what, sent] of [
    ['a relative path', 'photos/a.png'],
    ['what is no picture', { data: pdf.toString('base64'), filename: 'a.png' }],
    ['broken base64', { data: '!!!', filename: 'a.png' }],
    ['a script', 'javascript:alert(1)'],
    ['a number', 7],
    ['lists within lists', JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)],
  ] as const) {
    test(`400: ${what}`, async () => {
      const { status, json } = await shop.call('POST', root, { body: { Photo: sent } });
      assert.equal(status, 400);
      assert.match(json.error, /^Invalid value for property "Photo"/);
    });
  }

  test('a body of 12 MB is taken', async () => {
    const content = png(2, 2, 9_000_000);
    const { Photo } = await shop.add(pictures, { Photo: { data: content.toString('base64'), filename: 'big.png' } });
    assert.equal((Photo as { size: number }).size, content.length);
  });
});
