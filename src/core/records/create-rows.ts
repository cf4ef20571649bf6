/**
 * Creates many records that bring values for the same fields: what `batchRecords` does for records to be created, without
 * what it makes for the single record. So an import is written at the speed of the disk.
 */
import { toIso } from '../clock.ts';
import type { Actor, Core } from '../context.ts';
import type { Issue } from '../errors.ts';
import { type Field, type Json, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { isEmpty } from '../fields/parse-value.ts';
import { fileFieldsOf } from '../files/file-refs.ts';
import type { Grant } from '../keys/scopes.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { ChangeEntry } from '../store.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';
import { queueChange, webhooksOn } from '../webhooks/queue-record-events.ts';
import { batchRecords } from './batch-records.ts';
import { insertRows } from './insert-drafts.ts';
import type { StoredRow } from './query.ts';
import { type RecordInput, throwIssues } from './read-input.ts';
import { noLinks } from './record-view.ts';
import { workOutFormulas } from './work-out-formulas.ts';
import { writeAgainst } from './write-against.ts';
import type { WriteScope } from './write-record.ts';

/** Values by place of their field; undefined leaves the field out. */
export type RowInput = readonly unknown[];

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
  if (readingOf(known, fields, grant) === null) return inBatch();
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

/** How the rows of one call are read: decided once. */
interface Reading {
  readonly fields: readonly { readonly field: Field; readonly at: number; readonly slot: number }[];
  readonly required: readonly { readonly field: Field; readonly at: number }[];
  /** Columns of a record that brings nothing. */
  readonly defaults: readonly Stored[];
}

/** Null when the records are more than rows: linked, with files or members, hashed, adding choices, or not to be written. */
function readingOf(table: TableSchema, sent: readonly Field[], { writable }: Grant): Reading | null {
  if (table.relations.length > 0 || fileFieldsOf(table).length > 0) return null;
  for (const { type, options } of table.fields) {
    if (fieldTypes[type].refersTo !== undefined || options.allow_new === true) return null;
  }
  const fields: { field: Field; at: number; slot: number }[] = [];
  for (const [at, { id }] of sent.entries()) {
    const field = table.fieldById.get(id);
    // A field that is gone by now takes its values with it.
    if (field === undefined) continue;
    const type = fieldTypes[field.type];
    const isForbidden = type.isReadOnly || (writable !== null && !writable.has(id));
    if (isForbidden || type.prepare !== undefined) return null;
    fields.push({ field, at, slot: field.slot - systemColumns.length });
  }
  const defaults: Stored[] = new Array(table.columns.length - systemColumns.length).fill(null);
  for (const field of table.fields) {
    const type = fieldTypes[field.type];
    if (type.isReadOnly || field.defaultValue === null || (writable !== null && !writable.has(field.id))) continue;
    defaults[field.slot - systemColumns.length] = type.toStored(field.defaultValue, field);
  }
  const required = table.fields
    .filter(({ isRequired }) => isRequired)
    .map((field) => ({ field, at: sent.findIndex(({ id }) => id === field.id) }));
  return { fields, required, defaults };
}

async function readRows(
  table: TableSchema,
  sent: readonly Field[],
  grant: Grant,
  rows: readonly RowInput[],
): Promise<Stored[][]> {
  const reading = readingOf(table, sent, grant);
  if (reading === null) throw new NotRowsAlone();
  const issues: Issue[] = [];
  const parsed: (Json | Refusal | undefined)[] = [];
  const read = rows.map((row, index) => {
    const columns = [...reading.defaults];
    for (const { field, at, slot } of reading.fields) {
      const raw = row[at];
      if (raw === undefined) continue;
      const value = fieldTypes[field.type].parse(raw, field);
      parsed[at] = value;
      if (value instanceof Refusal) issues.push(issueOf(field, index, value.message, 'value_invalid'));
      else columns[slot] = value === null ? null : fieldTypes[field.type].toStored(value, field);
    }
    for (const { field, at } of reading.required) {
      const value = at === -1 || row[at] === undefined ? field.defaultValue : parsed[at];
      if (value instanceof Refusal || !isEmpty(value ?? null)) continue;
      issues.push(issueOf(field, index, 'must have a value', 'value_required'));
    }
    return columns;
  });
  throwIssues(issues, 'batch_failed');
  return read;
}

function issueOf(field: Field, index: number, message: string, code: Issue['code']): Issue {
  return { field: `create[${index}].${field.name}`, code, message, fieldId: field.id };
}

async function insertAll(scope: WriteScope, table: TableSchema, rows: readonly (readonly Stored[])[]): Promise<void> {
  const ids = await insertRows(scope, table, rows);
  const logged = table.fields
    .filter(({ type }) => !fieldTypes[type].isHidden && !fieldTypes[type].isReadOnly)
    .map(({ id, slot }) => ({ id, slot: slot - systemColumns.length }));
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
