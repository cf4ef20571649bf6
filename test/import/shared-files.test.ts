/** The three files against an independent reading: counts, sums of the numeric columns, and rows here and there. */
import assert from 'node:assert/strict';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { systemActor } from '../../src/core/context.ts';
import { exportRecords } from '../../src/core/export/export-records.ts';
import { importRecords } from '../../src/core/import/import-records.ts';
import { sourceOfBytes } from '../../src/core/import/import-source.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { sharedData } from '../skip-reason.ts';

type Row = Readonly<Record<string, string>>;
type Value = string | number | boolean | null;

const files = [
  { name: 'world-cities.csv', rows: 34_032 },
  { name: 'taxis.csv', rows: 6_433 },
  { name: 'titanic.csv', rows: 891 },
] as const;

describe('the shared files', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  async function recordsOf(tableId: string): Promise<Record<string, Value>[]> {
    const table = await app.core.catalog.table(tableId);
    assert.ok(table);
    const jsonl = Buffer.concat(
      await Array.fromAsync(exportRecords(app.core, systemActor, table, { format: 'jsonl' })),
    ).toString();
    return jsonl
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Value>);
  }

  /** What a value of a record is in the file; times are in it without zone and fraction. */
  function cellOf(value: Value | undefined): string {
    if (value === null || value === undefined) return '';
    if (typeof value !== 'string') return String(value);
    return /^\d{4}-\d\d-\d\dT/.test(value) ? value.slice(0, 19).replace('T', ' ') : value;
  }

  /** The file's own cell, in the form that a number, box or text has only one of. */
  function plainCell(cell: string): string {
    if (/^-?\d+(?:\.\d+)?$/.test(cell)) return String(Number(cell));
    return /^(?:true|false)$/i.test(cell) ? cell.toLowerCase() : cell;
  }

  function assertSame(expected: readonly Row[], found: readonly Record<string, Value>[]): void {
    assert.equal(found.length, expected.length);
    for (const column of Object.keys(expected[0] ?? {})) {
      const numbers = expected.map((row) => Number(row[column]));
      if (numbers.some(Number.isNaN)) continue;
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      // In the same order, so that not even rounding differs.
      assert.equal(sum(found.map((record) => Number(record[column] ?? 0))), sum(numbers), column);
    }
    for (let at = 0; at < expected.length; at += 97) {
      for (const [column, cell] of Object.entries(expected[at] ?? {})) {
        assert.equal(cellOf(found[at]?.[column]), plainCell(cell), `row ${at}, ${column}`);
      }
    }
  }

  for (const { name, rows } of files) {
    const { path, skip } = sharedData(name);
    test(`${name}: every row, every sum, and the samples, from the file and from a spreadsheet of it`, {
      skip,
    }, async () => {
      const expected = parse(readFileSync(path), { columns: true, bom: true }) as Row[];
      assert.equal(expected.length, rows);
      const { table, created, refused } = await importRecords(app.core, systemActor, app.appId, {
        source: {
          name,
          bytes: statSync(path).size,
          open: (start = 0) => createReadStream(path, { start }),
        },
        table: name,
      });
      assert.deepEqual([created, refused], [rows, 0]);
      assertSame(expected, await recordsOf(table.id));

      const schema = await app.core.catalog.table(table.id);
      assert.ok(schema);
      const sheet = Buffer.concat(
        await Array.fromAsync(exportRecords(app.core, systemActor, schema, { format: 'xlsx' })),
      );
      const again = await importRecords(app.core, systemActor, app.appId, {
        source: sourceOfBytes('sheet.xlsx', sheet),
        table: `${name}, sheet`,
      });
      assert.deepEqual([again.created, again.refused], [rows, 0]);
      assertSame(expected, await recordsOf(again.table.id));
    });
  }
});
