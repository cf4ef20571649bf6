import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createFileCollector } from '../../../src/core/files/collect-files.ts';
import { createFakeClock, startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, multipartOf } from './client.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const picture = (name = 'dot.png') => ({ name, type: 'image/png', bytes: png });
const note = { name: 'note.txt', type: 'text/plain', bytes: Buffer.from('hello') };

describe('files', () => {
  const clock = createFakeClock();
  let app: TestApp;
  let client: Client;
  let form: string;
  before(async () => {
    app = await startTestApp({ clock });
    client = clientOf(app);
  });
  beforeEach(async () => {
    form = (await client.data(201, 'POST', '/v3.0/forms/', { title: 'Form' })).form.slug;
  });
  after(() => app.close());

  const addField = async (body: object = {}) =>
    (await client.data(201, 'POST', '/v3.0/fields/file/', { form, title: 'File', ...body })).field.slug as string;
  const submit = (body: unknown, headers = {}) =>
    client.open('POST', `/v3.0/form-displays/slug/${form}/submit/`, { body, headers });
  const fetched = async (url: string) => {
    const answer = await app.request('GET', url.slice('http://tessera.test'.length));
    return [answer.status, answer.headers['content-type']];
  };

  test('come inline as parts of a submission, and are answered as a URL that opens without a key', async () => {
    const field = await addField();
    const name = (await client.data(201, 'POST', '/v3.0/fields/short_text/', { form, title: 'Name' })).field.slug;
    const { body, headers } = multipartOf([
      [name, 'Ann'],
      [field, picture()],
    ]);
    const answer = await submit(body, headers);
    assert.equal(answer.status, 201, answer.text);
    const { row } = answer.json.data;
    assert.equal(row.data[name], 'Ann');
    assert.match(row.data[field], /^http:\/\/tessera\.test\/files\//);
    assert.equal(row.readable_data.File, row.data[field]);
    assert.deepEqual(await fetched(row.data[field]), [200, 'image/png']);
    const { row: same } = await client.data(200, 'PATCH', `/v3.0/rows/${row.slug}/`, { [field]: row.data[field] });
    assert.deepEqual(same.data, row.data);
  });

  test('are uploaded first and named by their slug, one or several', async () => {
    const one = await addField();
    const many = await addField({ title: 'Many', allow_multiple_files: true });
    const slugs: string[] = [];
    for (const file of [picture(), note]) {
      const { body, headers } = multipartOf([['file', file]]);
      const answer = await client.open('POST', `/v3.0/files/?id=${many}`, { body, headers });
      assert.deepEqual([answer.status, answer.json.status], [201, 200], answer.text);
      const { file: kept } = answer.json.data;
      assert.deepEqual([kept.url, kept.meta_data.size], [kept.uploaded_file, file.bytes.length]);
      slugs.push(kept.slug);
    }
    const { row } = (await submit({ [one]: slugs[0], [many]: slugs })).json.data;
    assert.match(row.data[one], /dot\.png$/);
    assert.deepEqual(
      row.data[many].map(({ file_slug: slug }: { file_slug: string }) => slug),
      slugs,
    );
    assert.deepEqual(
      row.readable_data.Many,
      row.data[many].map(({ url }: { url: string }) => url),
    );
    const { row: same } = await client.data(200, 'PATCH', `/v3.0/rows/${row.slug}/`, { [many]: row.data[many] });
    assert.deepEqual(same.data, row.data);
    const several = multipartOf([
      [many, picture('a.png')],
      [many, picture('b.png')],
    ]);
    const parts = await submit(several.body, several.headers);
    assert.equal(parts.json.data.row.data[many].length, 2, parts.text);
  });

  test('are refused when they do not fit their field, and nothing is stored', async () => {
    const field = await addField({ file_type: 'image', allowed_extensions: ['png'], max_size: 1 });
    const shown = (await client.data(200, 'GET', `/v3.0/fields/${field}/`)).field;
    assert.deepEqual([shown.file_type, shown.allowed_extensions, shown.max_size], ['image', ['png'], 1]);
    for (const [file, message] of [
      [note, /\.png/],
      [{ ...picture(), name: 'x.gif' }, /\.png/],
      [{ ...note, name: 'note.png' }, /image/],
      [{ ...picture(), bytes: Buffer.concat([png, Buffer.alloc(2000)]) }, /larger/],
    ] as const) {
      const { body, headers } = multipartOf([[field, file]]);
      const answer = await submit(body, headers);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.errors.form_errors[field][0], message);
    }
    for (const value of ['nothing', { x: 1 }, ['a', 'b']]) {
      const answer = await submit({ [field]: value });
      assert.deepEqual(Object.keys(answer.json.errors.form_errors), [field]);
    }
    const large = multipartOf([['file', { ...picture(), bytes: Buffer.alloc(2000) }]]);
    assert.equal((await client.open('POST', `/v3.0/files/?id=${field}`, large)).status, 413);
    assert.equal((await client.data(200, 'GET', `/v3.0/forms/${form}/rows/`)).count, 0);
  });

  test('a signature is a picture, sent as a part or as a data URL', async () => {
    const { field } = await client.data(201, 'POST', '/v3.0/fields/signature/', { form, title: 'Sign' });
    const answer = await submit({ [field.slug]: `data:image/png;base64,${png.toString('base64')}` });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(await fetched(answer.json.data.row.data[field.slug]), [200, 'image/png']);
    const { body, headers } = multipartOf([[field.slug, picture()]]);
    assert.equal((await submit(body, headers)).status, 201);
    assert.equal((await submit({ [field.slug]: 'data:text/plain;base64,aGVsbG8=' })).status, 400);
  });

  test('need the API key and a field; without a field they need the token', async () => {
    const field = await addField();
    const { body, headers } = multipartOf([['file', picture()]]);
    const upload = (path: string, more: object) =>
      app.request('POST', path, { body, headers: { ...headers, ...more } });
    const { key, writeOnly } = app.keys.pair;
    assert.equal((await upload(`/v3.0/files/?id=${field}`, { 'x-api-key': key })).status, 201);
    assert.equal((await upload(`/v3.0/files/?id=${field}`, { 'x-api-key': writeOnly })).status, 201);
    assert.equal((await upload(`/v3.0/files/?id=${field}`, {})).status, 401);
    assert.equal((await upload('/v3.0/files/?id=nosuch00', { 'x-api-key': key })).status, 404);
    assert.equal((await upload('/v3.0/files/', { 'x-api-key': key })).status, 401);
    assert.equal((await upload('/v3.0/files/', { 'x-api-key': key, authorization: 'JWT x' })).status, 401);
    const authorization = `JWT ${await client.mint()}`;
    await client.data(200, 'PATCH', `/v3.0/fields/${field}/`, { admin_only: true });
    assert.equal((await upload(`/v3.0/files/?id=${field}`, { 'x-api-key': key })).status, 401);
    assert.equal((await upload(`/v3.0/files/?id=${field}`, { 'x-api-key': key, authorization })).status, 201);
    await client.data(200, 'PATCH', `/v3.0/fields/${field}/`, { admin_only: false });
    const kept = await upload('/v2.0/files/', { 'x-api-key': key, authorization });
    assert.equal(kept.status, 201);
    const { url } = kept.json.data.file;
    const permanent = await client.data(200, 'POST', '/v3.0/private-files/', { file_path: url });
    assert.equal(permanent.file, url);
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    assert.equal((await neighbour.open('POST', `/v3.0/files/?id=${field}`, { body, headers })).status, 404);
    for (const [sent, key] of [
      [{ headers: { 'content-type': 'application/json' }, body: '{}' }, 'file'],
      [multipartOf([['other', 'x']]), 'file'],
    ] as const) {
      const answer = await client.open('POST', `/v3.0/files/?id=${field}`, sent);
      assert.deepEqual([answer.status, Object.keys(answer.json.errors.form_errors)], [400, [key]]);
    }
  });

  test('pictures of a form are set by parts, kept as long as it shows them, and cleared by null', async () => {
    const { body, headers } = multipartOf([
      ['title', 'With a logo'],
      ['logo', picture()],
    ]);
    const answer = await client.call('PATCH', `/v3.0/forms/${form}/`, { body, headers });
    assert.equal(answer.status, 200, answer.text);
    const { logo, title } = answer.json.data.form;
    assert.equal(title, 'With a logo');
    const collect = createFileCollector(app.core);
    clock.advance(3 * 86_400_000);
    await collect();
    await collect();
    assert.equal((await fetched(logo))[0], 200);
    const { form: cleared } = await client.data(200, 'PATCH', `/v3.0/forms/${form}/`, { logo: null });
    assert.equal(cleared.logo, null);
    clock.advance(3 * 86_400_000);
    await collect();
    assert.equal((await fetched(logo))[0], 404);
  });

  test('a body that breaks off is 400, and nothing is stored', async () => {
    const field = await addField();
    const { body, headers } = multipartOf([[field, picture()]]);
    for (const broken of [body.subarray(0, body.length - 40), body.subarray(0, 100)]) {
      const answer = await submit(broken, headers);
      assert.equal(answer.status, 400, answer.text);
    }
    assert.equal((await client.data(200, 'GET', `/v3.0/forms/${form}/rows/`)).count, 0);
  });
});
