import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { systemActor } from '../../src/core/context.ts';
import type { FieldInput } from '../../src/core/fields/add-field.ts';
import { createField } from '../../src/core/fields/create-field.ts';
import { createPackedRows } from '../../src/core/records/create-packed-rows.ts';
import { createRows } from '../../src/core/records/create-rows.ts';
import { createRowPacker } from '../../src/core/records/pack-rows.ts';
import { rowReadingOf } from '../../src/core/records/row-reading.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';

const fields: readonly FieldInput[] = [
  { name: 'Text', type: 'text' },
  { name: 'Long', type: 'long_text', default: 'none' },
  { name: 'Number', type: 'number' },
  { name: 'Done', type: 'checkbox' },
  { name: 'Day', type: 'datetime' },
  { name: 'Data', type: 'json' },
  { name: 'Rating', type: 'rating' },
];
const left = fc.constantFrom(null, undefined);
const or = <T>(values: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: values }, left);
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', '0'));
const row = fc.tuple(
  or(text),
  or(fc.string({ unit: 'grapheme', maxLength: 60 })),
  or(
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -9e15, max: 9e15 }),
      fc.integer().map((value) => value / 100),
    ),
  ),
  or(fc.boolean()),
  or(fc.constantFrom('2026-03-05T10:11:12Z', '1999-12-31T23:59:59.999Z')),
  or(fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }).filter((value) => !JSON.stringify(value).includes('\\u0000'))),
  or(fc.integer({ min: 0, max: 5 })),
);

describe('rows that are packed before they are written', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  function packed(table: TableSchema, rows: readonly (readonly unknown[])[]) {
    const reading = rowReadingOf(table, table.fields, systemActor.grant(table));
    assert.ok(reading);
    // As another thread gets it.
    const packer = createRowPacker(structuredClone(reading));
    for (const values of rows) packer.add(values, (field, message) => assert.fail(`${field.name} ${message}`));
    return packer.pack();
  }

  /** Columns by their fields, and what the log says, by the names of fields. */
  async function stored(table: TableSchema) {
    const rows = await app.core.store.records.page(table, { limit: 1000 });
    const changes = await app.core.store.list('changes', { table_id: table.id });
    const named = (values: object) =>
      Object.entries(values).map(([id, value]) => [table.fieldById.get(id)?.name, value] as const);
    return {
      rows: rows.map(([id, , , createdBy, updatedBy, ...columns]) => [id, createdBy, updatedBy, ...columns]),
      changes: changes.map(({ record_id: id, kind, actor, app_id: of, fields: values }) => [
        id,
        kind,
        actor,
        of,
        named(values),
      ]),
      count: await app.core.store.records.count(table),
    };
  }

  test('are stored and logged as rows that are written by their values', async () => {
    let packs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 120 }), async (rows) => {
        const one = await app.makeTable(fields);
        const other = await app.makeTable(fields);
        const pack = packed(one, rows);
        // Half a character, which JSON can spell, is left to the other way.
        if (pack === null) return;
        packs += 1;
        // Twice, so that ids go on.
        for (let at = 0; at < 2; at += 1) {
          assert.equal(await createPackedRows(app.core, systemActor, one, pack), true);
          await createRows(app.core, systemActor, other, other.fields, rows);
        }
        assert.deepEqual(await stored(one), await stored(other));
      }),
      { numRuns: 30 },
    );
    assert.ok(packs > 0);
  });

  test('are left to be written by their values when the table was changed since, or one is not unique; none is written', async () => {
    const table = await app.makeTable([{ name: 'Code', type: 'text', unique: true }]);
    assert.equal(
      await createPackedRows(app.core, systemActor, table, packed(table, [['a'], ['b']]) ?? assert.fail()),
      true,
    );
    assert.equal(
      await createPackedRows(app.core, systemActor, table, packed(table, [['c'], ['b']]) ?? assert.fail()),
      false,
    );
    const pack = packed(table, [['d']]) ?? assert.fail();
    await createField(app.core, systemActor, table, { name: 'More', type: 'text', default: 'x' });
    assert.equal(await createPackedRows(app.core, systemActor, table, pack), false);
    assert.equal((await stored(table)).count, 2);
    assert.equal((await stored(table)).changes.length, 2);
  });

  test('are not written while a webhook wants to know of each record', async () => {
    const table = await app.makeTable([{ name: 'Code', type: 'text' }]);
    const pack = packed(table, [['a']]) ?? assert.fail();
    const made = await app.request('POST', `/api/v1/apps/${app.appId}/webhooks`, {
      key: app.keys.native,
      body: { url: 'https://example.com/hook', table: table.id, events: ['record.created'] },
    });
    assert.equal(made.status, 201, made.text);
    assert.equal(await createPackedRows(app.core, systemActor, table, pack), false);
    assert.equal((await stored(table)).count, 0);
  });
});
