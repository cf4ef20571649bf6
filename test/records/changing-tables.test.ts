import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createField } from '../../src/core/fields/create-field.ts';
import { deleteFields } from '../../src/core/fields/delete-field.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { upsertRecord } from '../../src/core/records/upsert-record.ts';
import { deleteTable } from '../../src/core/tables/delete-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';

function fieldOf(table: TableSchema, name: string) {
  const field = table.fieldByName.get(name);
  assert.ok(field, `${name} is a field`);
  return field;
}

async function tableNow(app: TestApp, id: string): Promise<TableSchema> {
  const table = await app.core.catalog.table(id);
  assert.ok(table);
  return table;
}

test('records written while fields come and go are all there, hashed passwords included', async (t) => {
  const app = await startTestApp();
  t.after(() => app.close());
  const { core } = app;
  const { id } = await app.makeTable([
    { name: 'Name', type: 'text', unique: true },
    { name: 'Password', type: 'password' },
    { name: 'Note', type: 'text' },
  ]);
  const before = await tableNow(app, id);
  const input = (n: number) =>
    [
      [fieldOf(before, 'Name'), `n${n}`],
      [fieldOf(before, 'Password'), 'secret'],
      [fieldOf(before, 'Note'), 'gone soon'],
    ] as const;
  await Promise.all([
    createRecord(core, systemActor, before, input(1)),
    createField(core, systemActor, before, { name: 'Extra', type: 'number', default: 7 }),
    createRecord(core, systemActor, before, input(2)),
    deleteFields(core, systemActor, before, [fieldOf(before, 'Note')]),
    createRecord(core, systemActor, before, input(3)),
    upsertRecord(core, systemActor, before, fieldOf(before, 'Name'), input(4)),
    upsertRecord(core, systemActor, before, fieldOf(before, 'Name'), input(4)),
  ]);
  const after = await tableNow(app, id);
  const rows = await core.store.records.page(after, { limit: 10 });
  const name = fieldOf(after, 'Name').slot;
  const password = fieldOf(after, 'Password').slot;
  assert.deepEqual(rows.map((row) => row[name]).sort(), ['n1', 'n2', 'n3', 'n4']);
  for (const row of rows) assert.match(String(row[password]), /^\$argon2id\$/);
});

test('a write that waited behind the deletion of its table is told so', async (t) => {
  const app = await startTestApp();
  t.after(() => app.close());
  const { id } = await app.makeTable([{ name: 'Name', type: 'text' }]);
  const table = await tableNow(app, id);
  const [, written] = await Promise.allSettled([
    deleteTable(app.core, systemActor, table),
    createRecord(app.core, systemActor, table, [[fieldOf(table, 'Name'), 'late']]),
  ]);
  assert.equal(written.status, 'rejected');
  assert.equal(written.reason.code, 'table_not_found');
});
