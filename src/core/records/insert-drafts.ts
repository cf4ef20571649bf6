/** Inserts many records of one table in one transaction, with few statements where nothing hangs on the single record. */
import { toIso } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { fileFieldsOf } from '../files/file-refs.ts';
import { noteOrigins } from '../forms/note-origins.ts';
import { UniqueViolation } from '../store.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';
import type { StoredRow } from './query.ts';
import type { Draft } from './read-input.ts';
import { noLinks, type RecordView } from './record-view.ts';
import { workOutFormulas } from './work-out-formulas.ts';
import { entry, insertDraft, namingField, type WriteScope } from './write-record.ts';

/** The records in the order of the drafts. A refusal is that of the batch and names the item: `create[3].Name`. */
export async function insertDrafts(
  scope: WriteScope,
  table: TableSchema,
  drafts: readonly Draft[],
): Promise<RecordView[]> {
  if (drafts.length > 1 && (await areRowsAll(scope, table))) return insertAsRows(scope, table, drafts);
  const created: RecordView[] = [];
  for (const [index, draft] of drafts.entries()) {
    const path = `create[${index}]`;
    created.push(await insertDraft(scope, table, draft, `${path}.`).catch(namingItem(path)));
  }
  return created;
}

/** Whether a record of the table is its row and nothing else: no links, files or members to check, and nobody to tell. */
async function areRowsAll({ core, tx }: WriteScope, table: TableSchema): Promise<boolean> {
  if (table.relations.length > 0 || fileFieldsOf(table).length > 0) return false;
  if (table.fields.some(({ type }) => fieldTypes[type].refersTo === 'users')) return false;
  return (await core.webhooks.of(tx, table.id)).length === 0;
}

async function insertAsRows(scope: WriteScope, table: TableSchema, drafts: readonly Draft[]): Promise<RecordView[]> {
  const { userId } = scope.actor;
  const at = toIso(scope.now);
  const width = table.columns.length - systemColumns.length;
  const rows = drafts.map(({ stored }) => {
    const columns: Stored[] = new Array(width).fill(null);
    for (const [field, value] of stored) columns[field.slot - systemColumns.length] = value;
    return columns;
  });
  const ids = await insertRows(scope, table, rows);
  const written = drafts.map((draft, index): StoredRow => {
    const id = ids[index] as number;
    scope.changes.push(entry(scope, table, id, 'create', draft));
    return [id, at, at, userId, userId, ...(rows[index] as Stored[])];
  });
  const shown = await workOutFormulas(scope.tx, table, written);
  return shown.map((row) => ({ table, row, links: noLinks }));
}

/** Inserts rows of field columns and answers their ids; what becomes of them beyond that is the caller's business. */
export async function insertRows(
  { core, tx, now, actor }: WriteScope,
  table: TableSchema,
  rows: readonly (readonly Stored[])[],
): Promise<number[]> {
  const ids = await tx.records.insert(table, rows, toIso(now), actor.userId).catch((error: unknown): never => {
    if (!(error instanceof UniqueViolation)) throw error;
    const path = `create[${error.row}]`;
    try {
      return namingField(table, `${path}.`)(error);
    } catch (named) {
      return namingItem(path)(named);
    }
  });
  if (actor.origin !== undefined) await noteOrigins(core, tx, table.id, ids, actor.origin, now);
  return ids;
}

/** The refusal of one item as the refusal of the batch. */
export function namedItem(error: AppError, path: string): AppError {
  const issues = error.issues.length > 0 ? error.issues : [{ field: path, code: error.code, message: error.message }];
  return new AppError('batch_failed', `${path}: ${error.message}`, { issues });
}

export function namingItem(path: string) {
  return (error: unknown): never => {
    throw error instanceof AppError ? namedItem(error, path) : error;
  };
}
