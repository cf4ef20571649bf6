import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import { sourceOfBytes } from '../../src/core/import/import-source.ts';
import { type ImportRequest, planImport } from '../../src/core/import/plan-import.ts';
import { previewImport } from '../../src/core/import/preview-import.ts';
import { type RefusedRow, runImport } from '../../src/core/import/run-import.ts';
import { startTestApp, type TestApp } from '../harness.ts';

describe('importing numbers with a decimal comma', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  const requestOf = (text: string, request: Omit<ImportRequest, 'source'>) => ({
    source: sourceOfBytes('rows.csv', Buffer.from(text)),
    ...request,
  });

  async function importing(text: string, options: Omit<ImportRequest, 'source'>) {
    const target = createCoreTarget(app.core, systemActor, app.appId);
    const plan = await planImport(target, requestOf(text, options));
    const problems: RefusedRow[] = [];
    const { table, ...counts } = await runImport(target, plan, { onRefused: (row) => problems.push(row) });
    const path = `/api/v1/tables/${table.id}/records`;
    const { json } = await app.request('GET', path, { key: app.keys.native });
    const records: Record<string, unknown>[] = json.data.map(({ fields }: { fields: object }) => fields);
    return { types: plan.columns.map(({ type }) => type), notes: plan.notes, records, problems, ...counts };
  }

  const european = 'Ware;Preis;Menge\nBrot;1.234,50;12\nMilch;0,99;3\n';

  for (const [where, threadFrom] of [
    ['here', Number.POSITIVE_INFINITY],
    ['on a thread', 0],
  ] as const) {
    test(`makes a number field of a column that is written so, and says it (read ${where})`, async () => {
      const { types, notes, records } = await importing(european, { table: `Waren ${where}`, threadFrom });
      assert.deepEqual(types, ['text', 'number', 'number']);
      assert.deepEqual(
        records.map(({ Preis, Menge }) => [Preis, Menge]),
        [
          [1234.5, 12],
          [0.99, 3],
        ],
      );
      assert.deepEqual(notes, ['Decimal comma: numbers such as 1.234,50 are read so in Preis.']);
    });
  }

  test('reads such a column into a number field that is there, refusing only what is no number', async () => {
    const table = await app.makeTable([
      { name: 'Ware', type: 'text' },
      { name: 'Preis', type: 'currency' },
    ]);
    const { records, problems } = await importing('Ware\tPreis\nBrot\t1,50\nMilch\tn/a\n', { table: table.name });
    assert.deepEqual(records, [{ Ware: 'Brot', Preis: 1.5 }]);
    assert.deepEqual(
      problems.map(({ line, field, cells }) => [line, field, cells]),
      [[3, 'Preis', ['Milch', 'n/a']]],
    );
  });

  test('reads it where a number is asked for, and leaves it as it is where a text is', async () => {
    const types = new Map([
      ['A', 'number'],
      ['B', 'text'],
    ] as const);
    const { records } = await importing('A;B\n1,50;1,50\n', { table: 'Asked for', types });
    assert.deepEqual(records, [{ A: 1.5, B: '1,50' }]);
  });

  test('finds records by a key that is written so', async () => {
    const table = await app.makeTable([
      { name: 'Code', type: 'number', unique: true },
      { name: 'Name', type: 'text' },
    ]);
    await importing('Code;Name\n1,5;a\n2,5;b\n', { table: table.name });
    const options = { table: table.name, key: 'Code' };
    const target = createCoreTarget(app.core, systemActor, app.appId);
    const tried = await previewImport(
      app.core,
      systemActor,
      await planImport(target, requestOf('Code;Name\n1,5;c\n3,5;d\n', options)),
    );
    assert.deepEqual([tried.created, tried.updated, tried.refused], [1, 1, 0]);
    const { records } = await importing('Code;Name\n1,5;c\n3,5;d\n', options);
    assert.deepEqual(
      records.map(({ Code, Name }) => [Code, Name]),
      [
        [1.5, 'c'],
        [2.5, 'b'],
        [3.5, 'd'],
      ],
    );
  });

  test('keeps what can be read in two ways as text, and says so', async () => {
    const { types, notes, records } = await importing('A;B\n1,234;x\n12,500;y\n', { table: 'Unclear' });
    assert.deepEqual(types, ['text', 'text']);
    assert.equal(records[0]?.A, '1,234');
    assert.deepEqual(notes, ['A: 1,234 may have decimals or thousands; the column is not read as numbers.']);
  });

  test('keeps 1.234 as text beside a column with decimal commas, and says so', async () => {
    const { types, notes } = await importing('A;B\n1.234;1,5\n2.500;2,5\n', { table: 'Points' });
    assert.deepEqual(types, ['text', 'number']);
    assert.match(notes[1] ?? '', /^A: 1\.234 may have decimals or thousands/);
    const plain = await importing('A;B\n1.234;1.5\n2.500;2.5\n', { table: 'Points only' });
    assert.deepEqual([plain.types, plain.notes], [['number', 'number'], []]);
  });

  test('is not looked for between commas', async () => {
    const { types, notes } = await importing('A,B\n"1,50",x\n', { table: 'Commas' });
    assert.deepEqual([types, notes], [['text', 'text'], []]);
  });
});
