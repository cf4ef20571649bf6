import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let table: TableSchema;
let path: string;
let id: number;
/** Reads Name, writes Name and Note. */
let masked: string;
/** Only creates. */
let blind: string;

async function keyWith(scopes: object[]): Promise<string> {
  const { status, json, text } = await app.request('POST', `/api/v1/apps/${app.appId}/keys`, {
    key: app.keys.native,
    body: { kind: 'native', name: 'Masked', scopes },
  });
  assert.equal(status, 201, text);
  return json.secret;
}

before(async () => {
  app = await startDocumentedApp();
  const people = await app.makeTable([{ name: 'Who', type: 'text' }]);
  table = await app.makeTable([
    { name: 'Name', type: 'text' },
    { name: 'Note', type: 'text' },
    { name: 'Salary', type: 'number', unique: true },
    { name: 'Boss', type: 'relation', options: { target: people.id } },
  ]);
  path = `/api/v1/tables/${table.id}/records`;
  const { json } = await app.request('POST', path, {
    key: app.keys.native,
    body: { fields: { Name: 'Ada', Note: 'n', Salary: 100 } },
  });
  id = json.id;
  const note = table.fieldByName.get('Note')?.id ?? '';
  masked = await keyWith([
    { table: table.id, verbs: ['read', 'create', 'update'], readable: ['Name'], writable: ['Name', note] },
  ]);
  blind = await keyWith([{ table: table.id, verbs: ['create'] }]);
});
after(() => app.close());

describe('a key that may read some fields', () => {
  test('sees only those, in every answer that shows records', async () => {
    const key = masked;
    const shown = [
      (await app.request('GET', `${path}/${id}`, { key })).json,
      (await app.request('GET', path, { key })).json.data[0],
      (await app.request('POST', `${path}/query`, { key, body: {} })).json.data[0],
      (await app.request('PATCH', `${path}/${id}`, { key, body: { fields: { Note: 'm' } } })).json,
      (await app.request('POST', path, { key, body: { fields: { Note: 'm' } } })).json,
      (await app.request('POST', `${path}/batch`, { key, body: { update: [{ id, fields: { Name: 'Ada' } }] } })).json
        .updated[0],
    ];
    for (const record of shown) assert.deepEqual(Object.keys(record.fields), ['Name']);
  });

  const salary = () => table.fieldByName.get('Salary')?.id ?? '';
  const probes = [
    { name: 'filter by name', query: () => 'filter={"Salary":{"gt":1}}' },
    { name: 'filter by id', query: () => `filter={"${salary()}":100}` },
    { name: 'filter inside a tree', query: () => 'filter={"or":[{"Name":"x"},{"not":{"Salary":1}}]}' },
    { name: 'sort', query: () => 'sort=-Salary' },
    { name: 'choose', query: () => 'fields=Salary' },
    { name: 'choose by id', query: () => `fields=${salary()}` },
    { name: 'expand', query: () => 'expand=Boss' },
  ];
  for (const { name, query } of probes) {
    test(`400: cannot ${name} what it may not read, as if it did not exist`, async () => {
      const { status, json } = await app.request('GET', `${path}?${encodeURI(query())}`, { key: masked });
      assert.equal(status, 400);
      const made = encodeURI(
        query().replaceAll('Salary', 'Nope').replaceAll(salary(), 'Nope').replaceAll('Boss', 'Nope'),
      );
      const unknown = await app.request('GET', `${path}?${made}`, { key: masked });
      assert.equal(json.code, unknown.json.code);
    });
  }

  test('422: cannot match what it may not read, nor write what it may not write', async () => {
    const upsert = { match: 'Salary', fields: { Salary: 100, Name: 'x' } };
    const answers = [
      await app.request('POST', `${path}/upsert`, { key: masked, body: upsert }),
      await app.request('POST', path, { key: masked, body: { fields: { Salary: 1 } } }),
      await app.request('PATCH', `${path}/${id}`, { key: masked, body: { fields: { Salary: 1 } } }),
    ];
    for (const { status, json } of answers) {
      assert.equal(status, 422);
      assert.equal(json.code, 'field_unknown', 'it does not exist for this key');
    }
  });

  test('replacing leaves what it may not write as it is', async () => {
    const { status } = await app.request('PUT', `${path}/${id}`, { key: masked, body: { fields: { Name: 'Put' } } });
    assert.equal(status, 200);
    const { json } = await app.request('GET', `${path}/${id}`, { key: app.keys.native });
    assert.equal(json.fields.Salary, 100);
    assert.equal(json.fields.Note, null);
  });

  test('sees of the table only the fields that it may read or write', async () => {
    const key = masked;
    const { json } = await app.request('GET', `/api/v1/tables/${table.id}`, { key });
    assert.deepEqual(
      json.fields.map((field: { name: string }) => field.name),
      ['Name', 'Note'],
    );
    const list = await app.request('GET', `/api/v1/tables/${table.id}/fields`, { key });
    assert.equal(list.json.data.length, 2);
    assert.equal((await app.request('GET', `/api/v1/tables/${table.id}/fields/Salary`, { key })).status, 404);
    assert.equal((await app.request('GET', `/api/v1/tables/${table.id}/fields/${salary()}`, { key })).status, 404);
  });

  test('sees in the changes only what it may read', async () => {
    const { json } = await app.request('GET', `/api/v1/apps/${app.appId}/changes`, { key: masked });
    assert.ok(json.data.length > 0);
    for (const change of json.data)
      assert.deepEqual(
        Object.keys(change.fields).filter((name) => name !== 'Name'),
        [],
      );
  });

  test('still means the same fields after they were renamed', async () => {
    const key = app.keys.native;
    const field = `/api/v1/tables/${table.id}/fields/Name`;
    const renamed = await app.request('PATCH', field, { key, body: { name: 'First name' } });
    assert.equal(renamed.status, 200);
    const { json } = await app.request('GET', `${path}/${id}`, { key: masked });
    assert.deepEqual(Object.keys(json.fields), ['First name']);
    await app.request('PATCH', `/api/v1/tables/${table.id}/fields/First%20name`, { key, body: { name: 'Name' } });
  });
});

describe('a key that may only create', () => {
  test('learns nothing by writing', async () => {
    const { status, json } = await app.request('POST', path, { key: blind, body: { fields: { Name: 'in' } } });
    assert.equal(status, 201);
    assert.deepEqual(json.fields, {});
  });

  test('403: reads, changes and deletes nothing', async () => {
    const answers = [
      await app.request('GET', path, { key: blind }),
      await app.request('GET', `${path}/${id}`, { key: blind }),
      await app.request('POST', `${path}/query`, { key: blind, body: {} }),
      await app.request('PATCH', `${path}/${id}`, { key: blind, body: { fields: { Name: 'x' } } }),
      await app.request('PUT', `${path}/${id}`, { key: blind, body: { fields: { Name: 'x' } } }),
      await app.request('DELETE', `${path}/${id}`, { key: blind }),
      await app.request('POST', `${path}/batch`, { key: blind, body: { delete: [id] } }),
      await app.request('POST', `${path}/batch`, { key: blind, body: { update: [{ id, fields: { Name: 'x' } }] } }),
      await app.request('POST', `${path}/upsert`, { key: blind, body: { match: 'Salary', fields: { Salary: 1 } } }),
    ];
    for (const { status, json } of answers) {
      assert.equal(status, 403);
      assert.equal(json.code, 'scope_missing');
    }
  });
});
