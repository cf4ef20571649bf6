import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let authors: TableSchema;
let books: TableSchema;
let key: string;
const recordsOf = (table: TableSchema) => `/api/v1/tables/${table.id}/records`;
const create = async (table: TableSchema, fields: object) => {
  const { status, json, text } = await app.request('POST', recordsOf(table), { key, body: { fields } });
  assert.equal(status, 201, text);
  return json.id as number;
};
const read = async (table: TableSchema, id: number, more = '') =>
  (await app.request('GET', `${recordsOf(table)}/${id}${more}`, { key })).json.fields;

before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
  authors = await app.makeTable([
    { name: 'Name', type: 'text' },
    { name: 'Salary', type: 'number' },
  ]);
  const made = await app.request('POST', `/api/v1/apps/${app.appId}/tables`, {
    key,
    body: {
      name: 'Books',
      fields: [
        { name: 'Title', type: 'text' },
        {
          name: 'Author',
          type: 'relation',
          options: { target: authors.id, cardinality: 'one', inverse_name: 'Books' },
        },
      ],
    },
  });
  assert.equal(made.status, 201, made.text);
  const loaded = await app.core.catalog.table(made.json.id);
  assert.ok(loaded);
  books = loaded;
});
after(() => app.close());

describe('a relation', () => {
  test('is read and written from both sides, and goes with what it links', async () => {
    const ada = await create(authors, { Name: 'Ada' });
    const first = await create(books, { Title: 'Notes', Author: [ada] });
    const second = await create(books, { Title: 'Letters' });
    assert.deepEqual((await read(authors, ada)).Books, [first]);
    await app.request('PATCH', `${recordsOf(authors)}/${ada}`, { key, body: { fields: { Books: [first, second] } } });
    assert.deepEqual((await read(books, second)).Author, [ada]);
    await app.request('DELETE', `${recordsOf(books)}/${first}`, { key });
    assert.deepEqual((await read(authors, ada)).Books, [second]);
    await app.request('DELETE', `${recordsOf(authors)}/${ada}`, { key });
    assert.deepEqual((await read(books, second)).Author, []);
  });

  test('422: links to nothing are refused, naming field and record, and nothing is stored', async () => {
    const { status, json } = await app.request('POST', recordsOf(books), {
      key,
      body: { fields: { Title: 'Lost', Author: [999_999] } },
    });
    assert.equal(status, 422);
    assert.equal(json.errors[0].field, 'Author');
    assert.match(json.errors[0].message, /999999/);
    const filter = encodeURIComponent('{"Title":"Lost"}');
    assert.deepEqual((await app.request('GET', `${recordsOf(books)}?filter=${filter}`, { key })).json.data, []);
  });

  test('is filtered by any of the linked records, or by none', async () => {
    const [a, b] = [await create(authors, { Name: 'A' }), await create(authors, { Name: 'B' })];
    const one = await create(books, { Title: 'one', Author: a });
    const two = await create(books, { Title: 'two', Author: [b] });
    const none = await create(books, { Title: 'none' });
    const find = async (filter: object) => {
      const body = { filter: { and: [{ field: 'id', op: 'gte', value: one }, filter] } };
      const { json, text } = await app.request('POST', `${recordsOf(books)}/query`, { key, body });
      return (json.data ?? assert.fail(text)).map((record: { id: number }) => record.id);
    };
    assert.deepEqual(await find({ Author: { any_of: [a, b] } }), [one, two]);
    assert.deepEqual(await find({ Author: { any_of: [b] } }), [two]);
    assert.deepEqual(await find({ Author: { is_null: true } }), [none]);
    assert.deepEqual(await find({ not: { Author: { any_of: [a] } } }), [two, none]);
  });
});

describe('expansion', () => {
  test('answers linked records whole, one level deep, from both sides', async () => {
    const eve = await create(authors, { Name: 'Eve', Salary: 7 });
    const book = await create(books, { Title: 'Depth', Author: eve });
    const filter = encodeURIComponent(JSON.stringify({ id: book }));
    const { json } = await app.request('GET', `${recordsOf(books)}?filter=${filter}&expand=Author`, { key });
    const [author] = json.data[0].fields.Author;
    assert.equal(author.id, eve);
    assert.deepEqual(author.fields, { Name: 'Eve', Salary: 7 });
    const back = await app.request('POST', `${recordsOf(authors)}/query`, {
      key,
      body: { filter: { id: eve }, expand: ['Books'] },
    });
    assert.equal(back.json.data[0].fields.Books[0].fields.Title, 'Depth');
    assert.ok(!('Author' in back.json.data[0].fields.Books[0].fields), 'not a second level');
  });

  test('403: a key that may not read the other table does not read it this way either', async () => {
    const { secrets } = await app.makeKey({ scopes: [{ table: books.id, verbs: ['read'] }] });
    const { status, json } = await app.request('GET', `${recordsOf(books)}?expand=Author`, { key: secrets.key ?? '' });
    assert.equal(status, 403);
    assert.equal(json.code, 'scope_missing');
  });

  test('shows of the other table only the fields that the key may read there', async () => {
    const eve = await create(authors, { Name: 'Masked', Salary: 9 });
    await create(books, { Title: 'Masked', Author: eve });
    const readable = [authors.fieldByName.get('Name')?.id ?? ''];
    const { secrets } = await app.makeKey({
      scopes: [
        { table: books.id, verbs: ['read'] },
        { table: authors.id, verbs: ['read'], readable },
      ],
    });
    const filter = encodeURIComponent('{"Title":"Masked"}');
    const at = `${recordsOf(books)}?filter=${filter}&expand=Author`;
    const { json } = await app.request('GET', at, { key: secrets.key ?? '' });
    assert.deepEqual(json.data[0].fields.Author[0].fields, { Name: 'Masked' });
  });
});
