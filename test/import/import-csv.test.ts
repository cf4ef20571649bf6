import assert from 'node:assert/strict';
import { createReadStream, statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { AppError } from '../../src/core/errors.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import type { ImportSource } from '../../src/core/import/import-source.ts';
import { type ImportRequest, planImport } from '../../src/core/import/plan-import.ts';
import { type ImportResult, type RefusedRow, runImport } from '../../src/core/import/run-import.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { sharedData } from '../skip-reason.ts';

interface Imported extends ImportResult {
  readonly problems: readonly RefusedRow[];
}

describe('importing CSV', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  async function importing(request: ImportRequest): Promise<Imported> {
    const target = createCoreTarget(app.core, systemActor, app.appId);
    const problems: RefusedRow[] = [];
    const result = await runImport(target, await planImport(target, request), {
      onRefused: (row) => problems.push(row),
    });
    return { ...result, problems };
  }

  const importText = (table: string, text: string, options: Partial<ImportRequest> = {}) =>
    importing({ source: sourceOf(text), table, ...options });

  async function records(tableId: string, query = ''): Promise<{ fields: Record<string, unknown> }[]> {
    const { status, json, text } = await app.request('GET', `/api/v1/tables/${tableId}/records?${query}`, {
      key: app.keys.native,
    });
    assert.equal(status, 200, text);
    return json.data;
  }

  async function count(tableId: string, filter?: unknown): Promise<number> {
    const query = filter === undefined ? '' : `&filter=${encodeURIComponent(JSON.stringify(filter))}`;
    const path = `/api/v1/tables/${tableId}/records?limit=1&count=true${query}`;
    return (await app.request('GET', path, { key: app.keys.native })).json.count;
  }

  const cities = sharedData('world-cities.csv');
  test('brings in 34,032 cities in every script, and again by key without making one more', {
    skip: cities.skip,
  }, async () => {
    const first = await importing({ source: fileSource(cities.path), table: 'Cities', key: 'geonameid' });
    assert.deepEqual([first.created, first.updated, first.refused], [34_032, 0, 0]);
    assert.equal(await count(first.table.id), 34_032);
    assert.equal(await count(first.table.id, { subcountry: null }), 123);
    const [escaldes] = await records(first.table.id, 'limit=1');
    assert.deepEqual(escaldes?.fields, {
      name: 'les Escaldes',
      country: 'Andorra',
      subcountry: 'Escaldes-Engordany',
      geonameid: 3_040_051,
    });
    const again = await importing({ source: fileSource(cities.path), table: 'Cities', key: 'geonameid' });
    assert.deepEqual([again.created, again.updated, again.unchanged, again.refused], [0, 0, 34_032, 0]);
    assert.equal(await count(first.table.id), 34_032);
  });

  const taxis = sharedData('taxis.csv');
  test('reads times, decimals and empty cells of taxi rides', { skip: taxis.skip }, async () => {
    const { table, created } = await importing({ source: fileSource(taxis.path), table: 'Taxis' });
    assert.equal(created, 6433);
    const types = Object.fromEntries(table.fields.map(({ name, type }) => [name, type]));
    assert.deepEqual(
      [types.pickup, types.passengers, types.fare, types.payment],
      ['datetime', 'number', 'number', 'text'],
    );
    const [ride] = await records(table.id, 'limit=1');
    assert.equal(ride?.fields.pickup, '2019-03-23T20:21:09.000Z');
    assert.equal(ride?.fields.total, 12.95);
    assert.equal(await count(table.id, { payment: null }), 44);
  });

  const titanic = sharedData('titanic.csv');
  test('keeps quoted names, a flag of 0 and 1, and empty ages of the Titanic', { skip: titanic.skip }, async () => {
    const { table, created } = await importing({ source: fileSource(titanic.path), table: 'Titanic' });
    assert.equal(created, 891);
    assert.equal(await count(table.id, { survived: 1 }), 342);
    assert.equal(await count(table.id, { age: null }), 177);
    const [passenger] = await records(table.id, 'limit=1&sort=-fare');
    assert.equal(passenger?.fields.fare, 512.3292);
    assert.equal(await count(table.id, { name: 'Braund, Mr. Owen Harris' }), 1);
  });

  test('tells refused rows with line, field and reason, in the order of the file, and writes the others', async () => {
    const table = await app.makeTable([
      { name: 'Name', type: 'text', required: true },
      { name: 'Email', type: 'email', unique: true },
      { name: 'Age', type: 'number', options: { min: 0 } },
    ]);
    const rows = [
      'Name,Email,Age',
      'Ada,ada@example.com,36',
      ',nobody@example.com,1',
      '"Two\nlines",two@example.com,-5',
      'Bob,not-an-address,x',
      'Short,row@example.com',
      '',
      'Twice,ada@example.com,1',
      'Cy,cy@example.com,',
    ];
    const result = await importText(table.name, rows.join('\n'));
    assert.deepEqual([result.created, result.refused], [2, 5]);
    assert.deepEqual(
      result.problems.map(({ line, field, reason }) => [line, field, reason]),
      [
        [3, 'Name', 'must have a value'],
        [4, 'Age', 'must be at least 0'],
        [6, 'Email', 'must be an e-mail address'],
        [6, 'Age', 'must be a number such as 19.9'],
        [7, '', 'has 2 cells, the header has 3'],
        [9, 'Email', 'is already used by another record'],
      ],
    );
    assert.deepEqual(
      (await records(table.id)).map(({ fields }) => fields.Name),
      ['Ada', 'Cy'],
    );
  });

  test('changes by key what is there, makes what is not, and takes the last of two rows with one value', async () => {
    const table = await app.makeTable([
      { name: 'Email', type: 'email', unique: true },
      { name: 'City', type: 'text' },
      { name: 'Note', type: 'text' },
    ]);
    await importText(table.name, 'Email,City,Note\na@x.de,Rome,keep\n');
    const rows = 'Email,City\nA@X.de,Paris\nb@x.de,Oslo\nb@x.de,Bergen\n,Nowhere\n';
    const { created, updated, problems } = await importText(table.name, rows, { key: 'Email' });
    assert.deepEqual([created, updated], [1, 2]);
    assert.deepEqual(
      problems.map(({ line, reason }) => [line, reason]),
      [[5, 'is the key and must have a value']],
    );
    const fields = (await records(table.id)).map((record) => record.fields);
    assert.deepEqual(fields, [
      { Email: 'A@X.de', City: 'Paris', Note: 'keep' },
      { Email: 'b@x.de', City: 'Bergen', Note: null },
    ]);
  });

  test('gives blank cells the default of their field in new records', async () => {
    const table = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Stock', type: 'number', default: 7 },
    ]);
    await importText(table.name, 'Name,Stock\nA,\nB,3\n');
    assert.deepEqual(
      (await records(table.id)).map(({ fields }) => fields.Stock),
      [7, 3],
    );
  });

  test('enters every record into the changes log', async () => {
    const { table } = await importText('Logged', 'Name\nA\nB\n');
    const rows = await app.core.store.list('changes', { table_id: table.id });
    assert.deepEqual(
      rows.map(({ kind, record_id }) => [kind, record_id]),
      [
        ['create', 1],
        ['create', 2],
      ],
    );
  });

  test('adds missing columns to an existing table only when told to', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const text = 'Name,Born\nAda,1815-12-10\n';
    await refusal(importText(table.name, text), 'field_unknown', /Born: is no field of/);
    const { table: changed } = await importText(table.name, text, { createFields: true });
    assert.deepEqual(
      changed.fields.map(({ name, type }) => [name, type]),
      [
        ['Name', 'text'],
        ['Born', 'date'],
      ],
    );
  });

  test('reads UTF-16 with a mark, whichever way its bytes are, in pieces of any size', async () => {
    const bytes = Buffer.from('\ufeffName\tPreis\r\nZoë 😀\t1,50\r\n', 'utf16le');
    for (const [table, content] of [
      ['Little', bytes],
      ['Big', Buffer.from(bytes).swap16()],
    ] as const) {
      async function* open() {
        for (let at = 0; at < content.length; at += 3) yield content.subarray(at, at + 3);
      }
      const result = await importing({ source: { name: 'test.txt', bytes: content.length, open }, table });
      assert.deepEqual((await records(result.table.id))[0]?.fields, { Name: 'Zoë 😀', Preis: 1.5 });
    }
  });

  test('names all columns that fill themselves, and how to leave them out', async () => {
    const table = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'No', type: 'autonumber' },
      { name: 'Made at', type: 'created_at' },
    ]);
    const text = 'Made at,Name,No\n2026-01-01,Ada,1\n';
    const message = /^Made at, No: fill themselves .* skip them \(on the command line: --skip "Made at" --skip "No"\)$/;
    await refusal(importText(table.name, text), 'field_read_only', message);
    const { created } = await importText(table.name, text, { skip: ['Made at', 'No'] });
    assert.equal(created, 1);
  });

  const refused: readonly (readonly [string, Partial<ImportRequest>, string, string, RegExp])[] = [
    ['two columns of one name', {}, 'a,b,a\n1,2,3\n', 'name_taken', /column 3.*"a".*column 1/],
    ['a name that no field may have', {}, '__proto__,b\n1,2\n', 'name_invalid', /column 1/],
    ['a key that is no column', { key: 'id' }, 'a\n1\n', 'parameter_invalid', /id: is the key, but no column/],
    ['a skipped column that is not there', { skip: ['x'] }, 'a\n1\n', 'parameter_invalid', /x: .* has no such column/],
    ['no column left', { skip: ['a'] }, 'a\n1\n', 'body_invalid', /no column left/],
    [
      'a type that nobody can write',
      { types: new Map([['a', 'created_at']]) },
      'a\n1\n',
      'parameter_invalid',
      /a: cannot be imported/,
    ],
    [
      'more columns than any table has',
      {},
      `${','.repeat(100_000)}\n1\n`,
      'name_invalid',
      /^test\.csv: has more than 2000 columns/,
    ],
    ['a broken file', {}, 'a\n"1\n', 'body_invalid', /never closed/],
  ];
  for (const [what, options, text, code, message] of refused) {
    test(`refuses ${what}, before a table is made`, async () => {
      await refusal(importText('Never made', text, options), code, message);
      assert.equal((await app.core.store.list('tables', { name: 'Never made' })).length, 0);
    });
  }
});

async function refusal(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

function sourceOf(text: string): ImportSource {
  const bytes = Buffer.from(text);
  return {
    name: 'test.csv',
    bytes: bytes.length,
    open: async function* open() {
      yield bytes;
    },
  };
}

function fileSource(path: string): ImportSource {
  return { name: 'file.csv', bytes: statSync(path).size, open: () => createReadStream(path) };
}
