import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fieldTypeNames } from '../../../src/core/fields/field-type.ts';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let key: string;
let list: string;
before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
  list = `/api/v1/apps/${app.appId}/tables`;
});
after(() => app.close());

const create = (body: object) => app.request('POST', list, { key, body });

describe('a table', () => {
  test('is made with its fields in one go, read, listed, renamed and deleted', async () => {
    const made = await create({
      name: 'Products',
      description: 'What we sell',
      fields: [
        { name: 'Name', type: 'text', required: true },
        { name: 'Price', type: 'number', options: { precision: 2 }, indexed: true, default: 1 },
      ],
    });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(
      made.json.fields.map((field: { name: string; required: boolean; indexed: boolean; default: unknown }) => [
        field.name,
        field.required,
        field.indexed,
        field.default,
      ]),
      [
        ['Name', true, false, null],
        ['Price', false, true, 1],
      ],
    );
    const place = made.headers.location ?? '';
    assert.deepEqual((await app.request('GET', place, { key })).json, made.json);
    const listed = await app.request('GET', list, { key });
    assert.deepEqual(listed.json.data.at(-1), made.json);

    const records = `${place}/records`;
    const record = await app.request('POST', records, { key, body: { fields: { Name: 'Lamp' } } });
    const renamed = await app.request('PATCH', place, { key, body: { name: 'Goods', description: null } });
    assert.equal(renamed.json.name, 'Goods');
    assert.equal(renamed.json.description, null);
    const kept = await app.request('GET', `${records}/${record.json.id}`, { key });
    assert.deepEqual(kept.json, record.json, 'renaming touches no record');
    assert.equal((await app.request('DELETE', place, { key })).status, 204);
    for (const path of [place, records, `${place}/fields`]) {
      assert.equal((await app.request('GET', path, { key })).status, 404, path);
    }
  });

  test('can have a field of every type', async () => {
    const target = (await create({ name: 'Target' })).json.id;
    const optionsOf = (type: string) => {
      if (type === 'relation') return { options: { target } };
      if (type === 'formula') return { options: { expression: 'LEN({text})' } };
      return type.endsWith('select') ? { options: { choices: [{ name: 'a' }] } } : {};
    };
    const fields = fieldTypeNames.map((type) => ({ name: type, type, ...optionsOf(type) }));
    const { status, json, text } = await create({ name: 'All types', fields });
    assert.equal(status, 201, text);
    assert.deepEqual(
      json.fields.map((field: { type: string }) => field.type),
      fieldTypeNames,
    );
  });

  const refused = [
    { name: 'no name', body: {}, status: 400, field: 'name' },
    { name: 'an empty name', body: { name: '  ' }, status: 400, field: 'name' },
    { name: 'a name of another table', body: { name: 'Taken' }, status: 409 },
    { name: 'half a surrogate pair', body: { name: 'a\ud800' }, status: 400, field: 'name' },
    {
      name: 'half a surrogate pair as description',
      body: { name: 'x', description: '\udc00' },
      status: 400,
      field: 'description',
    },
    {
      name: 'a field without a type',
      body: { name: 'x', fields: [{ name: 'a' }] },
      status: 400,
      field: 'fields.0.type',
    },
    {
      name: 'an unknown type',
      body: { name: 'x', fields: [{ name: 'a', type: 'blob' }] },
      status: 400,
      field: 'fields.0.type',
    },
    {
      name: 'a field twice',
      body: {
        name: 'x',
        fields: [
          { name: 'a', type: 'text' },
          { name: 'a', type: 'text' },
        ],
      },
      status: 409,
      field: 'fields[1].name',
    },
    {
      name: 'an option that is none',
      body: {
        name: 'x',
        fields: [
          { name: 'a', type: 'text' },
          { name: 'b', type: 'number', options: { size: 1 } },
        ],
      },
      status: 400,
      field: 'fields[1].options.size',
    },
    {
      name: 'a default that does not fit',
      body: { name: 'x', fields: [{ name: 'a', type: 'number', default: 'many' }] },
      status: 400,
      field: 'fields[0].default',
    },
    {
      name: 'a relation to nothing',
      body: { name: 'x', fields: [{ name: 'a', type: 'relation', options: { target: 'aaaaaaaaaaaaaaaa' } }] },
      status: 400,
      field: 'fields[0].options.target',
    },
    {
      name: 'uniqueness that cannot be',
      body: { name: 'x', fields: [{ name: 'a', type: 'json', unique: true }] },
      status: 400,
      field: 'fields[0].unique',
    },
    { name: 'something unknown', body: { name: 'x', colour: 'red' }, status: 400, field: 'colour' },
    {
      name: 'more fields than a table has',
      body: { name: 'x', fields: Array.from({ length: 501 }, (_, i) => ({ name: `f${i}`, type: 'text' })) },
      status: 400,
      field: 'fields',
    },
  ];
  for (const { name, body, status, field } of refused) {
    test(`${status}: ${name}; no table and no field is left behind`, async () => {
      if (name === 'a name of another table') await create({ name: 'Taken' });
      const count = async () => [await app.core.store.count('tables', {}), await app.core.store.count('fields', {})];
      const before = await count();
      const answer = await create(body);
      assert.equal(answer.status, status, answer.text);
      if (field !== undefined) assert.equal(answer.json.errors[0].field, field);
      assert.deepEqual(await count(), before);
    });
  }

  test('403: a key without the verb "schema" changes none, and one without any verb sees none', async () => {
    const one = await app.makeTable([]);
    const other = await app.makeTable([]);
    const { secrets } = await app.makeKey({
      scopes: [{ table: one.id, verbs: ['read', 'create', 'update', 'delete'] }],
    });
    const bound = secrets.key ?? '';
    const answers = [
      await app.request('PATCH', `/api/v1/tables/${one.id}`, { key: bound, body: { name: 'x' } }),
      await app.request('DELETE', `/api/v1/tables/${one.id}`, { key: bound }),
      await app.request('POST', `/api/v1/tables/${one.id}/fields`, { key: bound, body: { name: 'x', type: 'text' } }),
      await app.request('POST', list, { key: bound, body: { name: 'x' } }),
      await app.request('GET', `/api/v1/tables/${other.id}`, { key: bound }),
    ];
    for (const { status, json } of answers) {
      assert.equal(status, 403);
      assert.equal(json.code, 'scope_missing');
    }
    const { json } = await app.request('GET', list, { key: bound });
    assert.deepEqual(
      json.data.map((table: { id: string }) => table.id),
      [one.id],
    );
  });
});
