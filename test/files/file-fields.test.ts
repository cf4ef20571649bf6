import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { createFakeClock, startTestApp, type TestApp } from '../harness.ts';
import { filesOnDisk } from './disk-files.ts';
import { pdf, png } from './pictures.ts';

const clock = createFakeClock();
let app: TestApp;
let table: TableSchema;
before(async () => {
  app = await startTestApp({ clock });
  table = await app.makeTable([
    { name: 'Name', type: 'text', unique: true },
    { name: 'Photo', type: 'image' },
    { name: 'Papers', type: 'file', options: { multiple: true, files_max: 3 } },
    { name: 'Contract', type: 'file', options: { is_private: true, accept: 'document', extensions: ['pdf'] } },
  ]);
});
after(() => app.close());

async function upload(body: Buffer | string, filename: string, query = '', key = app.keys.native) {
  const path = `/api/v1/apps/${app.appId}/files?filename=${encodeURIComponent(filename)}${query}`;
  const answer = await app.request('POST', path, { key, body: Buffer.from(body) });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

const records = (of = table) => `/api/v1/tables/${of.id}/records`;
const create = (fields: object, key = app.keys.native) => app.request('POST', records(), { key, body: { fields } });
const update = (id: number, fields: object, key = app.keys.native) =>
  app.request('PATCH', `${records()}/${id}`, { key, body: { fields } });
const shownForm = (file: { [key: string]: unknown }) => {
  const { id, url, filename, size, media_type, width, height } = file;
  return { id, url, filename, size, media_type, width, height };
};
const base64 = (content: Buffer) => content.toString('base64');

describe('a file in a record', () => {
  test('is named by id, URL, path or value, and shown with what the server knows of it', async () => {
    const file = await upload(png(30, 20), 'desk.png');
    const shown = shownForm(file);
    for (const sent of [
      file.id,
      { id: file.id },
      file.url,
      { url: file.url },
      file.url.replace('http://tessera.test', ''),
      shown,
      { url: file.url, filename: 'lie.exe', size: 1, width: 1, height: 1 },
      { uri: file.url },
      [file.id],
      { ...shown, size: 1, media_type: 'text/html' },
    ]) {
      const { status, json, text } = await create({ Photo: sent });
      assert.equal(status, 201, text);
      assert.deepEqual(json.fields.Photo, shown);
      const read = await app.request('GET', `${records()}/${json.id}`, { key: app.keys.native });
      assert.deepEqual(read.json.fields.Photo, shown);
    }
    const list = await app.request('GET', records(), { key: app.keys.native });
    assert.ok(list.json.data.every((record: { fields: { Photo: unknown } }) => record.fields.Photo !== undefined));
    assert.deepEqual(list.json.data[0].fields.Photo, shown);
    assert.equal(
      (await app.request('GET', shown.url?.toString().slice('http://tessera.test'.length) ?? '')).status,
      200,
    );
  });

  test('lists keep their order; null and an empty list clear', async () => {
    const [a, b] = [await upload('a', 'a.txt'), await upload('b', 'b.txt')];
    const made = await create({ Papers: [b.id, a.url, 'https://example.com/c.txt'] });
    assert.deepEqual(
      made.json.fields.Papers.map((file: { filename: string }) => file.filename),
      ['b.txt', 'a.txt', 'c.txt'],
    );
    const echoed = await update(made.json.id, { Papers: made.json.fields.Papers });
    assert.deepEqual(echoed.json.fields.Papers, made.json.fields.Papers);
    for (const empty of [null, [], '']) {
      assert.equal((await update(made.json.id, { Papers: empty })).json.fields.Papers, null);
    }
  });

  test('of another server is a reference', async () => {
    const { json } = await create({ Photo: 'https://example.com/a%20b.jpg?x=1' });
    assert.deepEqual(json.fields.Photo, {
      id: null,
      url: 'https://example.com/a%20b.jpg?x=1',
      filename: 'a b.jpg',
      size: null,
      media_type: null,
      width: null,
      height: null,
    });
  });

  test('comes inside the record as well', async () => {
    const content = png(8, 6);
    for (const sent of [
      { data: base64(content), filename: 'small.png' },
      { data: `data:image/png;base64,${base64(content)}`, filename: 'small.png', url: 'https://example.com/other.png' },
      `data:image/png;base64,${base64(content)}`,
    ]) {
      const { status, json, text } = await create({ Photo: sent });
      assert.equal(status, 201, text);
      const { id, media_type, width, height, size } = json.fields.Photo;
      assert.deepEqual([media_type, width, height, size], ['image/png', 8, 6, content.length]);
      const read = await app.request('GET', `/files/${id}`);
      assert.equal(read.headers['content-length'], String(content.length));
    }
    const two = await create({ Papers: [{ data: base64(pdf), filename: 'a.pdf' }, 'https://example.com/b.pdf'] });
    assert.deepEqual(
      two.json.fields.Papers.map((file: { filename: string }) => file.filename),
      ['a.pdf', 'b.pdf'],
    );
    const batch = await app.request('POST', `${records()}/batch`, {
      key: app.keys.native,
      body: {
        create: [{ fields: { Photo: { data: base64(content), filename: 'batch.png' } } }],
        update: [{ id: two.json.id, fields: { Papers: null } }],
      },
    });
    assert.equal(batch.json.created[0].fields.Photo.filename, 'batch.png');
    const upserted = await app.request('POST', `${records()}/upsert`, {
      key: app.keys.native,
      body: { match: 'Name', fields: { Name: 'one', Photo: { data: base64(content), filename: 'upsert.png' } } },
    });
    assert.equal(upserted.json.fields.Photo.filename, 'upsert.png');
  });

  test('that does not fit its field is refused by name', async () => {
    const text = await upload('text', 'a.txt');
    const picture = await upload(png(1, 1), 'a.png');
    const fakePdf = await upload(png(1, 1), 'a.pdf');
    for (const [fields, expectation] of [
      [{ Photo: text.id }, /^Photo: must be an image$/],
      [{ Photo: { data: base64(pdf), filename: 'a.png' } }, /^Photo: must be an image$/],
      [{ Photo: [picture.id, picture.id] }, /^Photo: must be one file$/],
      [{ Photo: '0000000000000000' }, /^Photo: must be a file of this app$/],
      [{ Photo: 'http://tessera.test/files/0000000000000000/a.png' }, /^Photo: must be a file of this app$/],
      [{ Photo: 'ftp://example.com/a.png' }, /^Photo: must be a file/],
      [{ Photo: 17 }, /^Photo: must be a file/],
      [{ Photo: { data: '!!!', filename: 'a.png' } }, /^Photo: must have base64 in data$/],
      [{ Papers: [text.id, text.id, text.id, text.id] }, /^Papers: must be at most 3 files$/],
      [{ Contract: 'https://example.com/a.txt' }, /^Contract: must be a file ending in \.pdf$/],
      [{ Contract: fakePdf.id }, /^Contract: must be a document/],
    ] as const) {
      const { status, json } = await create(fields);
      assert.equal(status, 422, JSON.stringify(fields));
      assert.equal(json.code, 'value_invalid');
      assert.match(json.detail, expectation);
      assert.equal(json.errors[0].field, Object.keys(fields)[0]);
    }
  });

  test('of another app does not exist', async () => {
    const neighbour = await app.makeNeighbour();
    const theirs = await app.request('POST', `/api/v1/apps/${neighbour.app.id}/files?filename=a.png`, {
      key: neighbour.keys.native,
      body: png(1, 1),
    });
    assert.equal(theirs.status, 201);
    for (const sent of [theirs.json.id, theirs.json.url, { id: theirs.json.id }]) {
      const { status, text } = await create({ Photo: sent });
      assert.equal(status, 422);
      assert.match(text, /must be a file of this app/);
    }
  });

  test('is in the changes feed under its URL', async () => {
    const file = await upload(png(2, 2), 'feed.png');
    const { json } = await create({ Photo: file.id });
    const feed = await app.request('GET', `/api/v1/apps/${app.appId}/changes?limit=1000`, { key: app.keys.native });
    const change = feed.json.data.find((one: { record_id: number }) => one.record_id === json.id);
    assert.deepEqual(change.fields.Photo, shownForm(file));
  });

  test('of a linked record has its URL when expanded', async () => {
    const file = await upload(png(2, 2), 'linked.png');
    const target = await create({ Photo: file.id });
    const orders = await app.makeTable([{ name: 'Item', type: 'relation', options: { target: table.id } }]);
    await app.request('POST', records(orders), { key: app.keys.native, body: { fields: { Item: [target.json.id] } } });
    const list = await app.request('GET', `${records(orders)}?expand=Item`, { key: app.keys.native });
    assert.equal(list.json.data[0].fields.Item[0].fields.Photo.url, file.url);
  });

  test('cannot be deleted while a record shows it', async () => {
    const file = await upload('kept', 'a.txt');
    const { json } = await create({ Papers: [file.id] });
    const remove = () => app.request('DELETE', `/api/v1/files/${file.id}`, { key: app.keys.native });
    const refused = await remove();
    assert.deepEqual([refused.status, refused.json.code], [409, 'file_in_use']);
    await update(json.id, { Papers: null });
    assert.equal((await remove()).status, 204);
    assert.equal(
      (await filesOnDisk(app.folder)).some((one) => one.includes(file.id)),
      false,
    );
  });
});

describe('a private field', () => {
  const get = (url: string) => app.request('GET', url.slice('http://tessera.test'.length));

  test('shows signed links that open, and its files open to nothing else', async () => {
    const { json } = await create({ Contract: { data: base64(pdf), filename: 'contract.pdf' } });
    const { url, id } = json.fields.Contract;
    assert.equal((await get(url)).status, 200);
    assert.equal((await app.request('GET', `/files/${id}/contract.pdf`)).status, 404);
    const echoed = await update(json.id, { Contract: json.fields.Contract });
    assert.equal(echoed.json.fields.Contract.id, id);
    clock.advance(2 * 3600_000);
    assert.equal((await get(url)).status, 403);
    const again = await app.request('GET', `${records()}/${json.id}`, { key: app.keys.native });
    assert.equal((await get(again.json.fields.Contract.url)).status, 200);
  });

  test('makes a fresh public upload private, and refuses one that others show publicly', async () => {
    const fresh = await upload(pdf, 'fresh.pdf');
    const { json } = await create({ Contract: fresh.id });
    assert.match(json.fields.Contract.url, /signature=/);
    assert.equal((await get(fresh.url)).status, 404);
    const shown = await upload(pdf, 'shown.pdf');
    await create({ Papers: [shown.id] });
    const refused = await create({ Contract: shown.id });
    assert.equal(refused.status, 422);
    assert.match(refused.json.detail, /must be private/);
    assert.equal((await get(shown.url)).status, 200);
  });

  test('cannot be read through a field that a narrower key writes', async () => {
    const { json } = await create({ Contract: { data: base64(pdf), filename: 'contract.pdf' } });
    const { id } = json.fields.Contract;
    const other = await app.makeTable([{ name: 'File', type: 'file' }]);
    const narrow = await app.makeKey({ scopes: [{ table: other.id, verbs: ['read', 'create'] }] });
    const key = narrow.secrets.key ?? '';
    const grab = await app.request('POST', records(other), { key, body: { fields: { File: id } } });
    assert.equal(grab.status, 422);
    assert.match(grab.text, /must be a file of this app/);
    const masked = await app.makeKey({
      scopes: [{ table: table.id, verbs: ['read', 'create', 'update'], readable: [table.fields[0]?.id ?? ''] }],
    });
    const read = await app.request('GET', `/api/v1/files/${id}`, { key: masked.secrets.key ?? '' });
    assert.equal(read.status, 404);
    // Its own upload it may name.
    const own = await upload('own', 'own.txt', '&private=true', key);
    const named = await app.request('POST', records(other), { key, body: { fields: { File: own.id } } });
    assert.equal(named.status, 201, named.text);
  });
});

test('over the wire of a dialect, an image has a complete URL and its five keys', async () => {
  const file = await upload(png(12, 8), 'desk.png');
  const { json } = await create({ Photo: file.id });
  const answer = await app.request('GET', `/v0/apps/${app.appId}/collections/${table.id}/${json.id}`, {
    headers: { authorization: `Bearer ${app.keys.app}` },
  });
  assert.equal(answer.status, 200, answer.text);
  const { url, filename, size, width, height } = file;
  assert.deepEqual(answer.json.Photo, { url, filename, size, width, height });
});
