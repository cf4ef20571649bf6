import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { exportRecords } from '../../src/core/export/export-records.ts';
import { importRecords } from '../../src/core/import/import-records.ts';
import { sourceOfBytes } from '../../src/core/import/import-source.ts';
import type { RefusedRow } from '../../src/core/import/run-import.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import { startTestApp, type TestApp } from '../harness.ts';

const sourceOf = (text: string) => sourceOfBytes('rows.csv', Buffer.from(text));

describe('importing and exporting in process', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  test('rows go into a table by its id, columns into the fields that they are given', async () => {
    const table = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Age', type: 'number' },
    ]);
    const problems: RefusedRow[] = [];
    const result = await importRecords(
      app.core,
      systemActor,
      app.appId,
      {
        source: sourceOf('Who,Years\nAda,36\nBob,x\n'),
        table: { id: table.id },
        columns: new Map([
          ['Who', 'Name'],
          ['Years', 'Age'],
        ]),
      },
      { onRefused: (row) => problems.push(row) },
    );
    assert.deepEqual([result.created, result.refused, problems[0]?.field], [1, 1, 'Age']);
  });

  test('two columns into one field, and a column that is not there, are refused by name', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const importing = (columns: [string, string][]) =>
      importRecords(app.core, systemActor, app.appId, {
        source: sourceOf('A,Name\nx,y\n'),
        table: { id: table.id },
        columns: new Map(columns),
      });
    await assert.rejects(importing([['A', 'Name']]), /Name: is the field of two columns/);
    await assert.rejects(importing([['B', 'Name']]), /B: .* has no such column/);
  });

  test('a table of another app is not found', async () => {
    const neighbour = await app.makeNeighbour();
    const foreign = await createTable(app.core, systemActor, neighbour.app.id, { name: 'Foreign', fields: [] });
    const importing = importRecords(app.core, systemActor, app.appId, {
      source: sourceOf('A\nx\n'),
      table: { id: foreign.id },
    });
    await assert.rejects(importing, /There is no such table/);
  });

  test('records leave under the titles that are asked for, in every format', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    await importRecords(app.core, systemActor, app.appId, { source: sourceOf('Name\nAda\n'), table: table.name });
    const titleOf = () => 'Full, name';
    const exported = async (format: 'csv' | 'jsonl' | 'xlsx') =>
      Buffer.concat(await Array.fromAsync(exportRecords(app.core, systemActor, table, { format, titleOf })));
    assert.equal(String(await exported('csv')), '"Full, name"\r\nAda\r\n');
    assert.equal(String(await exported('jsonl')), '{"Full, name":"Ada"}\n');
    const back = await importRecords(app.core, systemActor, app.appId, {
      source: sourceOfBytes('rows.xlsx', await exported('xlsx')),
      table: 'Back',
    });
    assert.deepEqual(
      back.table.fields.map(({ name }) => name),
      ['Full, name'],
    );
  });
});
