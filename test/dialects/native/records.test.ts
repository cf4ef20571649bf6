import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let table: TableSchema;
let path: string;
let key: string;

before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
  table = await app.makeTable([
    { name: 'Name', type: 'text', required: true },
    { name: 'SKU', type: 'text', unique: true },
    { name: 'Price', type: 'number', default: 5 },
    { name: 'Done', type: 'checkbox' },
    { name: 'Secret', type: 'password' },
    { name: 'Number', type: 'autonumber' },
  ]);
  path = `/api/v1/tables/${table.id}/records`;
});
after(() => app.close());

const create = (fields: object, more: object = {}) => app.request('POST', path, { key, body: { fields }, ...more });
const count = async () => (await app.request('GET', `${path}?count=true&limit=1`, { key })).json.count as number;

describe('creating a record', () => {
  test('201: answers it as it was stored, with defaults, its version and its place', async () => {
    const { status, json, headers } = await create({ Name: 'Lamp', Done: 'true' });
    assert.equal(status, 201);
    assert.equal(json.fields.Name, 'Lamp');
    assert.equal(json.fields.Price, 5);
    assert.equal(json.fields.Done, true);
    assert.equal(json.fields.SKU, null);
    assert.ok(Number.isInteger(json.fields.Number));
    assert.equal(headers.location, `${path}/${json.id}`);
    const read = await app.request('GET', headers.location ?? '', { key });
    assert.deepEqual(read.json, json);
    assert.equal(read.headers.etag, headers.etag);
  });

  test('201: a password is kept and never shown', async () => {
    const { json, text } = await create({ Name: 'Hidden', Secret: 'correct horse' });
    assert.ok(!('Secret' in json.fields));
    assert.doesNotMatch(text, /correct horse|scrypt|argon/);
  });

  test('201: fields can be given and answered by id', async () => {
    const id = table.fieldByName.get('Name')?.id ?? '';
    const { json } = await app.request('POST', `${path}?keys=id`, { key, body: { fields: { [id]: 'By id' } } });
    assert.equal(json.fields[id], 'By id');
  });

  test('422: every wrong value is named, and nothing is stored', async () => {
    const before = await count();
    const { status, json } = await create({ Price: 'many', Done: 7, Colour: 'red' });
    assert.equal(status, 422);
    assert.equal(json.code, 'field_unknown');
    assert.deepEqual(json.errors[0].field, 'Colour');
    const wrong = await create({ Price: 'many', Done: 7 });
    assert.equal(wrong.status, 422);
    assert.deepEqual(wrong.json.errors.map((one: { field: string }) => one.field).toSorted(), [
      'Done',
      'Name',
      'Price',
    ]);
    assert.equal(await count(), before);
  });

  test('422: what the server fills cannot be written', async () => {
    const { status, json } = await create({ Name: 'x', Number: 7 });
    assert.equal(status, 422);
    assert.equal(json.code, 'field_read_only');
  });

  test('409: a value that is unique is used once', async () => {
    assert.equal((await create({ Name: 'One', SKU: 'only' })).status, 201);
    const { status, json } = await create({ Name: 'Two', SKU: 'only' });
    assert.equal(status, 409);
    assert.equal(json.code, 'value_not_unique');
    assert.equal(json.errors[0].field, 'SKU');
  });

  test('404: no table, or not yours, all alike', async () => {
    const neighbour = await app.makeNeighbour();
    const body = { fields: { Name: 'x' } };
    const unknown = await app.request('POST', '/api/v1/tables/aaaaaaaaaaaaaaaa/records', { key, body });
    const foreign = await app.request('POST', path, { key: neighbour.keys.native, body });
    assert.equal(unknown.status, 404);
    assert.deepEqual(foreign.json, unknown.json);
  });
});

describe('reading a record', () => {
  test('304: who has this version is told so', async () => {
    const { json, headers } = await create({ Name: 'Kept' });
    const at = `${path}/${json.id}`;
    const etag = String(headers.etag);
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const { status, text } = await app.request('GET', at, { key, headers: { 'if-none-match': tag } });
      assert.equal(status, 304, tag);
      assert.equal(text, '');
    }
    await app.request('PATCH', at, { key, body: { fields: { Name: 'Changed' } } });
    const { status } = await app.request('GET', at, { key, headers: { 'if-none-match': headers.etag } });
    assert.equal(status, 200);
  });

  test('404: ids that no record has, also those beyond 2^53 that rounding would lead to another', async () => {
    for (const id of ['0', '999999', '9007199254740993', '99999999999999999999', 'abc', '1.5', '-1', '1e3', '01']) {
      const { status, json } = await app.request('GET', `${path}/${id}`, { key });
      assert.equal(status, 404, id);
      assert.equal(json.code, 'record_not_found', id);
    }
  });
});

describe('changing a record', () => {
  test('200: PATCH leaves what it does not name, PUT sets it back', async () => {
    const { json } = await create({ Name: 'Chair', Price: 80, SKU: 'C-1' });
    const at = `${path}/${json.id}`;
    const patched = await app.request('PATCH', at, { key, body: { fields: { Price: 90 } } });
    assert.equal(patched.status, 200);
    assert.deepEqual({ ...json.fields, Price: 90 }, patched.json.fields);
    assert.ok(patched.json.updated_at > json.updated_at);
    const put = await app.request('PUT', at, { key, body: { fields: { Name: 'Stool' } } });
    assert.equal(put.json.fields.Name, 'Stool');
    assert.equal(put.json.fields.Price, 5);
    assert.equal(put.json.fields.SKU, null);
    assert.equal(put.json.fields.Number, json.fields.Number, 'what the server fills stays');
  });

  test('412: If-Match with an older version changes nothing', async () => {
    const { json, headers } = await create({ Name: 'Contended' });
    const at = `${path}/${json.id}`;
    const change = (name: string) =>
      app.request('PATCH', at, { key, body: { fields: { Name: name } }, headers: { 'if-match': headers.etag } });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(change));
    assert.deepEqual(answers.map((one) => one.status).toSorted(), [200, 412, 412, 412]);
    const put = await app.request('PUT', at, {
      key,
      body: { fields: { Name: 'late' } },
      headers: { 'if-match': headers.etag },
    });
    assert.equal(put.status, 412);
    assert.equal(put.json.code, 'precondition_failed');
    const removed = await app.request('DELETE', at, { key, headers: { 'if-match': headers.etag } });
    assert.equal(removed.status, 412);
    const now = await app.request('GET', at, { key });
    assert.ok(['a', 'b', 'c', 'd'].includes(now.json.fields.Name));
  });

  test('422: a required field cannot be emptied; 404: nothing to change', async () => {
    const { json } = await create({ Name: 'Full' });
    const { status } = await app.request('PATCH', `${path}/${json.id}`, { key, body: { fields: { Name: '' } } });
    assert.equal(status, 422);
    const gone = await app.request('PATCH', `${path}/999999`, { key, body: { fields: { Name: 'x' } } });
    assert.equal(gone.status, 404);
  });
});

describe('deleting a record', () => {
  test('204, and then 404', async () => {
    const { json } = await create({ Name: 'Gone' });
    const at = `${path}/${json.id}`;
    const { status, text } = await app.request('DELETE', at, { key });
    assert.equal(status, 204);
    assert.equal(text, '');
    assert.equal((await app.request('DELETE', at, { key })).status, 404);
    assert.equal((await app.request('GET', at, { key })).status, 404);
  });
});

describe('a batch', () => {
  test('200: creates, changes and deletes in one go', async () => {
    const a = (await create({ Name: 'a' })).json.id;
    const b = (await create({ Name: 'b' })).json.id;
    const { status, json } = await app.request('POST', `${path}/batch`, {
      key,
      body: {
        create: [{ fields: { Name: 'c' } }, { fields: { Name: 'd' } }],
        update: [{ id: a, fields: { Price: 1 } }],
        delete: [b],
      },
    });
    assert.equal(status, 200);
    assert.deepEqual(
      json.created.map((one: { fields: { Name: string } }) => one.fields.Name),
      ['c', 'd'],
    );
    assert.equal(json.updated[0].fields.Price, 1);
    assert.deepEqual(json.deleted, [b]);
  });

  const refused = [
    {
      name: 'wrong values, each named with its item',
      body: { create: [{ fields: { Name: 'ok' } }, { fields: { Price: 'x' } }, { fields: { Nope: 1, Name: 'x' } }] },
      fields: ['create[2].Nope'],
    },
    {
      name: 'wrong values only',
      body: { create: [{ fields: { Name: 'ok' } }, { fields: { Price: 'x' } }] },
      fields: ['create[1].Name', 'create[1].Price'],
    },
    {
      name: 'a value that is used twice within it',
      body: { create: [{ fields: { Name: 'x', SKU: 'twice' } }, { fields: { Name: 'y', SKU: 'twice' } }] },
      fields: ['create[1].SKU'],
    },
    {
      name: 'a record that is not there',
      body: { create: [{ fields: { Name: 'ok' } }], update: [{ id: 999_999, fields: { Name: 'x' } }] },
      fields: ['update[0]'],
    },
    {
      name: 'a deletion of what is not there',
      body: { create: [{ fields: { Name: 'ok' } }], delete: [999_999] },
      fields: ['delete[0]'],
    },
  ];
  for (const { name, body, fields } of refused) {
    test(`422: all or nothing: ${name}`, async () => {
      const before = await count();
      const { status, json } = await app.request('POST', `${path}/batch`, { key, body });
      assert.equal(status, 422);
      assert.equal(json.code, 'batch_failed');
      assert.deepEqual(json.errors.map((one: { field: string }) => one.field).toSorted(), fields);
      assert.equal(await count(), before);
    });
  }

  test('413: more than a thousand items', async () => {
    const before = await count();
    const item = { fields: { Name: 'x' } };
    const full = await app.request('POST', `${path}/batch`, { key, body: { create: Array(1001).fill(item) } });
    assert.equal(full.status, 413);
    assert.equal(full.json.code, 'batch_too_large');
    assert.equal(await count(), before);
    const fits = await app.request('POST', `${path}/batch`, { key, body: { create: Array(1000).fill(item) } });
    assert.equal(fits.status, 200);
    assert.equal(await count(), before + 1000);
  });
});

describe('an upsert', () => {
  const upsert = (match: string, fields: object, more = {}) =>
    app.request('POST', `${path}/upsert`, { key, body: { match, fields }, ...more });

  test('201 first, 200 afterwards, and what is not named stays', async () => {
    const first = await upsert('SKU', { SKU: 'U-1', Name: 'First', Price: 3 });
    assert.equal(first.status, 201);
    assert.equal(first.headers.location, `${path}/${first.json.id}`);
    const second = await upsert('SKU', { SKU: 'U-1', Name: 'Second' });
    assert.equal(second.status, 200);
    assert.equal(second.json.id, first.json.id);
    assert.equal(second.json.fields.Name, 'Second');
    assert.equal(second.json.fields.Price, 3);
  });

  test('fifty callers at once make one record', async () => {
    const before = await count();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => upsert('SKU', { SKU: 'race', Name: `Caller ${index}` })),
    );
    const statuses = answers.map((one) => one.status);
    assert.equal(statuses.filter((status) => status === 201).length, 1);
    assert.equal(statuses.filter((status) => status === 200).length, 49);
    assert.equal(new Set(answers.map((one) => one.json.id)).size, 1);
    assert.equal(await count(), before + 1);
  });

  test('400, 422: only a unique field with a value can be matched', async () => {
    assert.equal((await upsert('Name', { Name: 'x' })).status, 400);
    assert.equal((await upsert('SKU', { Name: 'x' })).status, 422);
    assert.equal((await upsert('Nope', { Name: 'x' })).status, 422);
  });
});
