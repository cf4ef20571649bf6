import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

interface Row {
  readonly id: number;
  readonly Name: string | null;
  readonly Price: number | null;
  readonly Done: boolean | null;
  readonly Day: string | null;
}

let app: TestApp;
let table: TableSchema;
let path: string;
let key: string;
const rows: Row[] = [];

const names = ['ant', 'Bee', 'cat', 'catfish', 'dog', 'Ölfisch', '日本', '100%', 'a_b', null];
const days = ['2025-12-31', '2026-01-01', '2026-02-28', null];

before(async () => {
  app = await startDocumentedApp();
  key = app.keys.native;
  table = await app.makeTable([
    { name: 'Name', type: 'text' },
    { name: 'Price', type: 'number', indexed: true },
    { name: 'Done', type: 'checkbox' },
    { name: 'Day', type: 'date' },
  ]);
  path = `/api/v1/tables/${table.id}/records`;
  const fields = Array.from({ length: 120 }, (_, index) => ({
    Name: names[index % names.length] ?? null,
    Price: index % 7 === 0 ? null : (index * 37) % 23,
    Done: index % 3 === 0,
    Day: days[index % days.length] ?? null,
  }));
  const { json } = await app.request('POST', `${path}/batch`, {
    key,
    body: { create: fields.map((one) => ({ fields: one })) },
  });
  for (const { id, fields: values } of json.created) rows.push({ id, ...values });
});
after(() => app.close());

/** All ids of a query, page by page. */
async function ids(body: object, limit: number): Promise<number[]> {
  const found: number[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 200; pages += 1) {
    const { status, json, text } = await app.request('POST', `${path}/query`, {
      key,
      body: { ...body, limit, ...(cursor === undefined ? {} : { cursor }) },
    });
    assert.equal(status, 200, text);
    assert.ok(json.data.length <= limit);
    found.push(...json.data.map((one: { id: number }) => one.id));
    if (json.next === null) return found;
    assert.equal(json.data.length, limit, 'only the last page is short');
    cursor = json.next;
  }
  return assert.fail('paging does not end');
}

type Cell = string | number | boolean | null;
type Tree =
  | { readonly field: keyof Row; readonly op: string; readonly value: unknown }
  | { readonly and: readonly Tree[] }
  | { readonly or: readonly Tree[] }
  | { readonly not: Tree };

/** What the filter means, written once more and as plainly as possible. */
function matches(row: Row, tree: Tree): boolean {
  if ('and' in tree) return tree.and.every((one) => matches(row, one));
  if ('or' in tree) return tree.or.some((one) => matches(row, one));
  if ('not' in tree) return !matches(row, tree.not);
  const cell: Cell = row[tree.field];
  const { value } = tree;
  if (tree.op === 'is_null') return (cell === null) === value;
  if (tree.op === 'in') return cell !== null && (value as Cell[]).includes(cell);
  if (tree.op === 'ne') return cell !== value;
  if (cell === null) return false;
  if (tree.op === 'eq') return cell === value;
  if (tree.op === 'contains') return String(cell).toLowerCase().includes(String(value).toLowerCase());
  if (tree.op === 'starts_with') return String(cell).toLowerCase().startsWith(String(value).toLowerCase());
  const order = compare(cell, value as Cell);
  return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[tree.op] ?? assert.fail(tree.op);
}

/** Numbers by size, texts by code point, nothing before everything. */
function compare(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

const prices = fc.integer({ min: -1, max: 24 });
const texts = fc.constantFrom(...names.filter((one) => one !== null), 'c', 'AT', '%', '_', 'fish', 'x');
const dates = fc.constantFrom('2025-12-31', '2026-01-01', '2026-01-15');
const orders = fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte');
const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.record({ field: fc.constant('Price' as const), op: orders, value: prices }),
  fc.record({ field: fc.constant('Day' as const), op: orders, value: dates }),
  fc.record({ field: fc.constant('Name' as const), op: orders, value: texts }),
  fc.record({ field: fc.constant('Name' as const), op: fc.constantFrom('contains', 'starts_with'), value: texts }),
  fc.record({ field: fc.constant('Done' as const), op: fc.constantFrom('eq', 'ne'), value: fc.boolean() }),
  fc.record({ field: fc.constant('Price' as const), op: fc.constant('in'), value: fc.array(prices, { maxLength: 5 }) }),
  fc.record({
    field: fc.constantFrom('Name' as const, 'Price' as const, 'Day' as const),
    op: fc.constant('is_null'),
    value: fc.boolean(),
  }),
);
const tree: fc.Arbitrary<Tree> = fc.letrec<{ node: Tree }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ and: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('node') }),
  ),
})).node;
const sortKey = fc.tuple(fc.constantFrom('Name', 'Price', 'Day', 'id', 'Done'), fc.boolean());

describe('a query', () => {
  test('finds exactly what its filter means, in its order, whatever the size of its pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.uniqueArray(sortKey, { selector: ([field]) => field, maxLength: 3 }),
        fc.integer({ min: 1, max: 130 }),
        async (filter, sort, limit) => {
          const last = sort.at(-1)?.[1] === true ? -1 : 1;
          const expected = rows
            .filter((row) => matches(row, filter))
            .toSorted((a, b) => {
              for (const [field, isDown] of sort) {
                const order = compare(a[field as keyof Row], b[field as keyof Row]);
                if (order !== 0) return isDown ? -order : order;
              }
              return (a.id - b.id) * last;
            })
            .map((row) => row.id);
          const keys = sort.map(([field, isDown]) => (isDown ? `-${field}` : field));
          const found = await ids({ filter, ...(keys.length === 0 ? {} : { sort: keys }) }, Math.max(limit, 8));
          assert.deepEqual(found, expected);
        },
      ),
      { numRuns: 120 },
    );
  });

  test('counts exactly what it finds, when asked', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (filter) => {
        const { json } = await app.request('POST', `${path}/query`, { key, body: { filter, count: true, limit: 1 } });
        assert.equal(json.count, rows.filter((row) => matches(row, filter)).length);
      }),
      { numRuns: 30 },
    );
  });

  const question = (filter: unknown) => `${path}?filter=${encodeURIComponent(JSON.stringify(filter))}&limit=1000`;
  const same = [
    { name: 'short form', filter: { Price: 5 }, means: { field: 'Price', op: 'eq', value: 5 } },
    { name: 'a list means any of it', filter: { Price: [5, 7] }, means: { field: 'Price', op: 'in', value: [5, 7] } },
    {
      name: 'several conditions on a field',
      filter: { Price: { gte: 5, lt: 9 } },
      means: {
        and: [
          { field: 'Price', op: 'gte', value: 5 },
          { field: 'Price', op: 'lt', value: 9 },
        ],
      },
    },
    {
      name: 'several fields',
      filter: { Price: { gte: 5 }, Done: true },
      means: {
        and: [
          { field: 'Price', op: 'gte', value: 5 },
          { field: 'Done', op: 'eq', value: true },
        ],
      },
    },
    { name: 'nothing', filter: { Name: null }, means: { field: 'Name', op: 'is_null', value: true } },
  ];
  for (const { name, filter, means } of same) {
    test(`in the URL says the same as in the body: ${name}`, async () => {
      const { status, json } = await app.request('GET', question(filter), { key });
      assert.equal(status, 200);
      const expected = rows.filter((row) => matches(row, means as Tree)).map((row) => row.id);
      assert.deepEqual(
        json.data.map((one: { id: number }) => one.id),
        expected,
      );
      assert.ok(expected.length > 0);
    });
  }

  test('answers only the fields that are asked for, in that order', async () => {
    const { json } = await app.request('GET', `${path}?fields=Price,Name&limit=1`, { key });
    assert.deepEqual(Object.keys(json.data[0].fields), ['Price', 'Name']);
    const id = table.fieldByName.get('Day')?.id ?? '';
    const byId = await app.request('GET', `${path}?fields=${id}&keys=id&limit=1`, { key });
    assert.deepEqual(Object.keys(byId.json.data[0].fields), [id]);
  });

  const refused = [
    { query: 'filter={', code: 'filter_invalid', field: 'filter' },
    { query: 'filter=[]', code: 'filter_invalid', field: 'filter' },
    { query: 'filter={"Nope":1}', code: 'filter_invalid', field: 'filter.Nope' },
    { query: 'filter={"Price":{"like":1}}', code: 'filter_invalid', field: 'filter.Price.like' },
    { query: 'filter={"Price":{"gt":"many"}}', code: 'filter_invalid', field: 'filter.Price.gt' },
    { query: 'filter={"Price":{"contains":"1"}}', code: 'filter_invalid', field: 'filter.Price.contains' },
    { query: 'filter={"__proto__":1}', code: 'filter_invalid', field: 'filter.__proto__' },
    { query: 'filter={"constructor":1}', code: 'filter_invalid', field: 'filter.constructor' },
    { query: `filter=${'{"not":'.repeat(30)}{"Price":1}${'}'.repeat(30)}`, code: 'filter_invalid' },
    { query: `filter={"or":[${Array(300).fill('{"Price":1}').join()}]}`, code: 'filter_invalid', field: 'filter' },
    { query: 'sort=Nope', code: 'sort_invalid', field: 'sort' },
    { query: 'sort=-Nope', code: 'sort_invalid', field: 'sort' },
    { query: 'sort=Name,Price,Day,Done,id,created_at,updated_at,created_by,updated_by', code: 'sort_invalid' },
    { query: 'fields=Nope', code: 'parameter_invalid', field: 'fields' },
    { query: 'expand=Name', code: 'parameter_invalid', field: 'expand' },
    { query: 'limit=0', code: 'parameter_invalid', field: 'limit' },
    { query: 'limit=1001', code: 'parameter_invalid', field: 'limit' },
    { query: 'limit=ten', code: 'parameter_invalid', field: 'limit' },
    { query: 'limit=1&limit=2', code: 'parameter_invalid', field: 'limit' },
    { query: 'keys=both', code: 'parameter_invalid', field: 'keys' },
    { query: 'filer={"Price":1}', code: 'parameter_invalid', field: 'filer' },
    { query: 'cursor=nonsense', code: 'cursor_invalid', field: 'cursor' },
    { query: `cursor=${Buffer.from('{"q":1}').toString('base64url')}`, code: 'cursor_invalid', field: 'cursor' },
  ];
  for (const { query, code, field } of refused) {
    test(`400: ${query.slice(0, 60)} → ${code}`, async () => {
      const { status, json } = await app.request('GET', `${path}?${encodeURI(query)}`, { key });
      assert.equal(status, 400);
      assert.equal(json.code, code);
      if (field !== undefined) assert.equal(json.errors[0].field, field);
    });
  }

  test('400: a cursor of one question does not continue another', async () => {
    const { json } = await app.request('GET', `${path}?sort=Price&limit=5`, { key });
    for (const query of ['sort=-Price', 'sort=Name', 'sort=Price&filter={"Done":true}', '']) {
      const asked = `${path}?${encodeURI(query)}&limit=5&cursor=${json.next}`;
      const { status, json: problem } = await app.request('GET', asked, { key });
      assert.equal(status, 400, query);
      assert.equal(problem.code, 'cursor_invalid');
    }
    const { status } = await app.request('GET', `${path}?sort=Price&limit=9&cursor=${json.next}`, { key });
    assert.equal(status, 200, 'another size of page is the same question');
  });

  test('a cursor survives a restart, and records that come and go meanwhile', async () => {
    const first = await app.request('GET', `${path}?sort=Price&limit=40`, { key });
    const added = await app.request('POST', path, { key, body: { fields: { Price: -5 } } });
    await app.restart();
    const second = await app.request('GET', `${path}?sort=Price&limit=1000&cursor=${first.json.next}`, { key });
    const all = [...first.json.data, ...second.json.data].map((one: { id: number }) => one.id);
    assert.equal(new Set(all).size, rows.length);
    assert.ok(!all.includes(added.json.id), 'it lies before where the page ended');
    await app.request('DELETE', `${path}/${added.json.id}`, { key });
  });
});

describe('a field whose name reads like the query language', () => {
  test('can be filtered and sorted by, with the explicit form where needed', async () => {
    const odd = await app.makeTable([
      { name: 'and', type: 'number' },
      { name: '-x', type: 'number' },
      { name: 'a,b', type: 'number' },
      { name: 'field', type: 'text' },
    ]);
    const at = `/api/v1/tables/${odd.id}/records`;
    const create = [3, 1, 2].map((n) => ({ fields: { and: n, '-x': n, 'a,b': n, field: String(n) } }));
    await app.request('POST', `${at}/batch`, { key, body: { create } });
    const query = async (body: object) => {
      const { json, status, text } = await app.request('POST', `${at}/query`, { key, body });
      assert.equal(status, 200, text);
      return json.data.map((one: { fields: { and: number } }) => one.fields.and);
    };
    assert.deepEqual(await query({ filter: { field: 'and', op: 'gt', value: 1 } }), [3, 2]);
    assert.deepEqual(await query({ filter: { field: { eq: '1' } } }), [1]);
    assert.deepEqual(await query({ sort: ['-x'] }), [1, 2, 3]);
    assert.deepEqual(await query({ sort: ['--x'] }), [3, 2, 1]);
    assert.deepEqual(await query({ sort: ['a,b'] }), [1, 2, 3]);
    const url = `${at}?fields=${encodeURIComponent('["a,b"]')}&limit=1`;
    assert.deepEqual((await app.request('GET', url, { key })).json.data[0].fields, { 'a,b': 3 });
  });
});
