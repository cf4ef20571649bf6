import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let key: string;
let at: string;
let records: string;
before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
});
after(() => app.close());

beforeEach(async () => {
  const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
  at = `/api/v1/tables/${table.id}/fields`;
  records = `/api/v1/tables/${table.id}/records`;
});

const add = (body: object) => app.request('POST', at, { key, body });
const insert = (values: unknown[]) =>
  app.request('POST', `${records}/batch`, { key, body: { create: values.map((Name) => ({ fields: { Name } })) } });

describe('a field', () => {
  test('is added, read by id or name, renamed, changed and deleted; records keep their values', async () => {
    await insert(['Ada']);
    const { status, json, headers } = await add({ name: 'Price', type: 'number', default: 3 });
    assert.equal(status, 201);
    const place = headers.location ?? '';
    assert.equal(place, `${at}/${json.id}`);
    assert.deepEqual((await app.request('GET', `${at}/Price`, { key })).json, json);
    const renamed = await app.request('PATCH', place, { key, body: { name: 'Cost', required: true, indexed: true } });
    assert.equal(renamed.status, 200);
    assert.equal(renamed.json.name, 'Cost');
    const record = (await app.request('GET', records, { key })).json.data[0];
    assert.deepEqual(record.fields, { Name: 'Ada', Cost: null });
    const unset = await app.request('PATCH', place, { key, body: { default: null } });
    assert.equal(unset.json.default, null);
    assert.equal((await app.request('DELETE', place, { key })).status, 204);
    assert.equal((await app.request('GET', place, { key })).status, 404);
    assert.deepEqual((await app.request('GET', records, { key })).json.data[0].fields, { Name: 'Ada' });
  });

  test('a relation comes with its inverse, and both go together', async () => {
    const other = await app.makeTable([]);
    const { status, json } = await add({
      name: 'Links',
      type: 'relation',
      options: { target: other.id, cardinality: 'one', inverse_name: 'Back' },
    });
    assert.equal(status, 201);
    assert.deepEqual(Object.keys(json.options).toSorted(), ['cardinality', 'inverse', 'inverse_cardinality', 'target']);
    const back = await app.request('GET', `/api/v1/tables/${other.id}/fields/Back`, { key });
    assert.equal(back.json.id, json.options.inverse);
    await app.request('DELETE', `${at}/${json.id}`, { key });
    assert.equal((await app.request('GET', `/api/v1/tables/${other.id}/fields/Back`, { key })).status, 404);
  });

  test('409: made unique, refuses when records disagree, and stays as it was', async () => {
    await insert(['same', 'same']);
    const { status, json } = await app.request('PATCH', `${at}/Name`, { key, body: { unique: true } });
    assert.equal(status, 409);
    assert.equal(json.code, 'value_not_unique');
    assert.equal((await app.request('GET', `${at}/Name`, { key })).json.unique, false);
    assert.equal((await insert(['same'])).status, 200);
  });

  test('409, 400, 404: taken and wrong names, wrong options, no such field', async () => {
    assert.equal((await add({ name: 'Name', type: 'text' })).status, 409);
    assert.equal((await add({ name: '__proto__', type: 'text' })).status, 400);
    const options = await add({ name: 'N', type: 'number', options: { precision: 'two' } });
    assert.equal(options.status, 400);
    assert.equal(options.json.errors[0].field, 'options.precision');
    assert.equal((await app.request('PATCH', `${at}/Nope`, { key, body: { name: 'x' } })).status, 404);
    const type = await app.request('PATCH', `${at}/Name`, { key, body: { type: 'number' } });
    assert.equal(type.status, 400);
    assert.equal(type.json.errors[0].field, 'type');
  });

  test('names that objects have by themselves are names like others', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'id', 'fields']) {
      assert.equal((await add({ name, type: 'text' })).status, 201, name);
    }
    const fields = { constructor: 'c', toString: 't', hasOwnProperty: 'h', id: 'i', fields: 'f' };
    const { status, json } = await app.request('POST', records, { key, body: { fields } });
    assert.equal(status, 201);
    assert.deepEqual({ ...json.fields }, { Name: null, ...fields });
  });
});

describe('converting a field', () => {
  const convert = (body: object) => app.request('POST', `${at}/Name/convert`, { key, body });

  test('200: a dry run reports and changes nothing', async () => {
    await insert(['1', '2.5', 'three', null]);
    const { status, json } = await convert({ type: 'number', dry_run: true });
    assert.equal(status, 200);
    assert.deepEqual(
      { ...json, examples: json.examples.length },
      { dry_run: true, records: 4, empty: 1, convertible: 2, failing: 1, examples: 1, field: null },
    );
    assert.equal(json.examples[0].value, 'three');
    assert.equal((await app.request('GET', `${at}/Name`, { key })).json.type, 'text');
  });

  test('422: what would lose values is refused, naming them, and changes nothing', async () => {
    await insert(['1', 'three']);
    const { status, json } = await convert({ type: 'number' });
    assert.equal(status, 422);
    assert.equal(json.code, 'conversion_lossy');
    assert.match(json.errors[0].message, /three/);
    const { json: list } = await app.request('GET', records, { key });
    assert.deepEqual(
      list.data.map((one: { fields: { Name: string } }) => one.fields.Name),
      ['1', 'three'],
    );
  });

  test('200: converts every value; with allow_loss the rest becomes empty; the field keeps its id', async () => {
    await insert(['1', 'three']);
    const before = (await app.request('GET', `${at}/Name`, { key })).json;
    const { status, json } = await convert({ type: 'number', allow_loss: true });
    assert.equal(status, 200);
    assert.equal(json.field.id, before.id);
    assert.equal(json.field.type, 'number');
    const { json: list } = await app.request('GET', records, { key });
    assert.deepEqual(
      list.data.map((one: { fields: { Name: number } }) => one.fields.Name),
      [1, null],
    );
  });
});
