import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { systemActor } from '../../src/core/context.ts';
import { type ExportFormat, exportFormats } from '../../src/core/export/export-format.ts';
import { exportRecords } from '../../src/core/export/export-records.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import { sourceOfBytes } from '../../src/core/import/import-source.ts';
import { planImport } from '../../src/core/import/plan-import.ts';
import { type RefusedRow, runImport } from '../../src/core/import/run-import.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { createAllTypes, makeRecord, valuesOf } from './all-types.ts';

describe('what was exported', () => {
  let app: TestApp;
  let target: TableSchema;
  let tables = 0;
  before(async () => {
    app = await startTestApp();
    target = await createTable(app.core, systemActor, app.appId, {
      name: 'Target',
      fields: [{ name: 'Name', type: 'text' }],
    });
    for (let at = 0; at < 3; at += 1) await createRecord(app.core, systemActor, target, []);
  });
  after(() => app.close());

  async function exported(table: TableSchema, format: ExportFormat): Promise<Buffer> {
    const current = (await app.core.catalog.table(table.id)) ?? table;
    return Buffer.concat(await Array.fromAsync(exportRecords(app.core, systemActor, current, { format })));
  }

  async function imported(content: Buffer, table: TableSchema): Promise<void> {
    const source = sourceOfBytes('file', content);
    const into = createCoreTarget(app.core, systemActor, app.appId);
    const plan = await planImport(into, { source, table: table.name });
    const refused: RefusedRow[] = [];
    await runImport(into, plan, { onRefused: (row) => refused.push(row) });
    assert.deepEqual(refused, []);
  }

  async function isKept(format: ExportFormat): Promise<void> {
    await fc.assert(
      fc.asyncProperty(fc.array(valuesOf(app.ownerId), { minLength: 1, maxLength: 8 }), async (records) => {
        tables += 1;
        const from = await createAllTypes(app, `From ${tables}`, target.id);
        for (const values of records) await makeRecord(app, from, values);
        const to = await createAllTypes(app, `To ${tables}`, target.id);
        await imported(await exported(from, format), to);
        assert.equal(String(await exported(to, 'jsonl')), String(await exported(from, 'jsonl')));
        // A spreadsheet carries the name of its table.
        if (format !== 'xlsx') assert.equal(String(await exported(to, format)), String(await exported(from, format)));
      }),
      { numRuns: 15 },
    );
  }

  test('texts and names that look like escaped characters of a spreadsheet come back as they are', async () => {
    const text = 'x_x0041_ _x005F_x0041_ _x00e4__x000A_ _xzzzz_ \u0001';
    const [from, to] = await Promise.all(
      ['Escapes', 'Escapes again'].map((name) =>
        createTable(app.core, systemActor, app.appId, { name, fields: [{ name: 'N_x0041_', type: 'text' }] }),
      ),
    );
    assert.ok(from !== undefined && to !== undefined);
    await makeRecord(app, from, { N_x0041_: text });
    await imported(await exported(from, 'xlsx'), to);
    assert.deepEqual(JSON.parse(String(await exported(to, 'jsonl'))), { N_x0041_: text });
  });

  for (const format of exportFormats) {
    test(`as ${format} comes back as the same values of every type`, () => isKept(format));
  }
});
