/**
 * Creates many records that bring values for the same fields: what `batchRecords` does for records to be created, without
 * what it makes for the single record. So an import is written at the speed of the disk.
 */
import { toIso } from '../clock.ts';
import type { Actor, Core } from '../context.ts';
import type { Issue } from '../errors.ts';
import type { Field, Json, Stored } from '../fields/field-type.ts';
import type { Grant } from '../keys/scopes.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { ChangeEntry } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { queueChange, webhooksOn } from '../webhooks/queue-record-events.ts';
import { batchRecords } from './batch-records.ts';
import { insertRows } from './insert-drafts.ts';
import type { StoredRow } from './query.ts';
import { type RecordInput, throwIssues } from './read-input.ts';
import { noLinks } from './record-view.ts';
import { loggedColumns, type RowInput, readRow, rowReadingOf } from './row-reading.ts';
import { workOutFormulas } from './work-out-formulas.ts';
import { writeAgainst } from './write-against.ts';
import type { WriteScope } from './write-record.ts';

/**
 * Creates all rows or none, at most 1000; resolves when they are on disk.
 * @throws batch_failed with an issue per problem (`create[3].Name`), and what `batchRecords` throws
 */
export async function createRows(
  core: Core,
  actor: Actor,
  known: TableSchema,
  fields: readonly Field[],
  rows: readonly RowInput[],
  once?: Once<void>,
): Promise<void> {
  const grant = requireVerb(actor, known, 'create');
  const inBatch = async () => {
    const create = rows.map((row) => inputOf(fields, row));
    const asBatch = once && { ...once, answer: () => once.answer() };
    await batchRecords(core, actor, known, { create, update: [], delete: [] }, asBatch);
  };
  if (rowReadingOf(known, fields, grant) === null) return inBatch();
  try {
    await writeAgainst(
      core,
      actor,
      known,
      [],
      once,
      async (table) => readRows(table, fields, actor.grant(table), rows),
      insertAll,
    );
  } catch (error) {
    // The table was changed while the write waited, and its records are more than rows now.
    if (!(error instanceof NotRowsAlone)) throw error;
    await inBatch();
  }
}

class NotRowsAlone extends Error {}

function inputOf(fields: readonly Field[], row: RowInput): RecordInput {
  return fields.flatMap((field, at) => (row[at] === undefined ? [] : [[field, row[at]] as const]));
}

async function readRows(
  table: TableSchema,
  sent: readonly Field[],
  grant: Grant,
  rows: readonly RowInput[],
): Promise<Stored[][]> {
  const reading = rowReadingOf(table, sent, grant);
  if (reading === null) throw new NotRowsAlone();
  const issues: Issue[] = [];
  const read = rows.map((row, index) =>
    readRow(reading, row, (field, message, code) => issues.push(issueOf(field, index, message, code))),
  );
  throwIssues(issues, 'batch_failed');
  return read;
}

function issueOf(field: Field, index: number, message: string, code: Issue['code']): Issue {
  return { field: `create[${index}].${field.name}`, code, message, fieldId: field.id };
}

async function insertAll(scope: WriteScope, table: TableSchema, rows: readonly (readonly Stored[])[]): Promise<void> {
  const ids = await insertRows(scope, table, rows);
  const logged = loggedColumns(table);
  const { now, actor } = scope;
  for (const [index, recordId] of ids.entries()) {
    const row = rows[index] ?? [];
    const change: ChangeEntry = {
      appId: table.appId,
      tableId: table.id,
      recordId,
      kind: 'create',
      actor: actor.label,
      at: now,
      // Made when it is written: a thousand of them would be in memory together otherwise.
      get fields() {
        const fields: Record<string, Json> = {};
        for (const { id, slot } of logged) {
          const value = row[slot];
          if (value !== null && value !== undefined) fields[id] = value;
        }
        return fields;
      },
    };
    scope.changes.push(change);
  }
  const hooks = webhooksOn(scope, table);
  if (hooks === null) return;
  const at = toIso(now);
  const written = ids.map((id, index): StoredRow => [id, at, at, actor.userId, actor.userId, ...(rows[index] ?? [])]);
  for (const row of await workOutFormulas(scope.tx, table, written)) {
    await queueChange(scope, table, hooks, { kind: 'create', row, links: noLinks, changed: [] });
  }
}
