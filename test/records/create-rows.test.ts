import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { systemActor } from '../../src/core/context.ts';
import { AppError } from '../../src/core/errors.ts';
import type { FieldInput } from '../../src/core/fields/add-field.ts';
import { batchRecords } from '../../src/core/records/batch-records.ts';
import { createRows } from '../../src/core/records/create-rows.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';

const choices = [{ name: 'Red' }, { name: 'Blue' }];
const plain: readonly FieldInput[] = [
  { name: 'Name', type: 'text', required: true },
  { name: 'Age', type: 'number', options: { min: 0 }, default: 7 },
  { name: 'Done', type: 'checkbox' },
  { name: 'Day', type: 'date', required: true, default: '2026-01-02' },
  { name: 'Email', type: 'email', unique: true },
  { name: 'Color', type: 'single_select', options: { choices } },
  { name: 'Data', type: 'json' },
];
const some = <T>(...values: T[]) => fc.constantFrom<T | null | undefined>(undefined, null, ...values);
const row = fc.tuple(
  some('Ada', '', 'x'),
  some<unknown>(1, '2', -1, 'no'),
  some<unknown>(true, 'false', 'maybe'),
  some('2026-03-05', '05/03/2026'),
  some('a@x.de', 'A@x.de', 'b@x.de', 'nobody'),
  some('Red', 'blue', 'Green'),
  some<unknown>({ a: [1] }, 'text'),
);

describe('rows that are created together', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  /** What becomes of it: refusals as they are told, or the records and what the log says of them. */
  async function outcome(table: TableSchema, work: Promise<unknown>) {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof AppError, String(error));
      return { code: error.code, issues: error.issues.map(({ field, code, message }) => [field, code, message]) };
    }
    const rows = await app.core.store.records.page(table, { limit: 100 });
    const changes = await app.core.store.list('changes', { table_id: table.id });
    const nameOf = (id: string) => table.fieldById.get(id)?.name ?? id;
    // Choices have ids of their own in each table.
    const shownValue = (value: unknown) => {
      const choice = table.fieldByName.get('Color')?.options.choices as { id: string; name: string }[] | undefined;
      return choice?.find(({ id }) => id === value)?.name ?? value;
    };
    return {
      rows: rows.map(([id, , , createdBy, , ...columns]) => [id, createdBy, ...columns.map(shownValue)]),
      changes: changes.map(({ record_id: id, kind, actor, fields }) => [
        id,
        kind,
        actor,
        Object.fromEntries(
          Object.entries(fields)
            .map(([field, value]) => [nameOf(field), shownValue(value)] as const)
            .sort(([a], [b]) => a.localeCompare(b)),
        ),
      ]),
    };
  }

  for (const [what, fields] of [
    ['where records are rows alone', plain],
    ['where they are more', [...plain, { name: 'Member', type: 'user' }, { name: 'Password', type: 'password' }]],
  ] as const) {
    test(`are what a batch makes of them, refusals too, ${what}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
          const one = await app.makeTable(fields);
          const other = await app.makeTable(fields);
          const sent = (table: TableSchema) => table.fields.slice(0, plain.length);
          const create = rows.map((values) =>
            sent(other).flatMap((field, at) => (values[at] === undefined ? [] : [[field, values[at]] as const])),
          );
          assert.deepEqual(
            await outcome(one, createRows(app.core, systemActor, one, sent(one), rows)),
            await outcome(other, batchRecords(app.core, systemActor, other, { create, update: [], delete: [] })),
          );
        }),
        { numRuns: 25 },
      );
    });
  }
});
