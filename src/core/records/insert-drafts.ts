/** Inserts many records of one table in one transaction, with few statements where nothing hangs on the single record. */
import { toIso } from '../clock.ts';
import type { Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { fileFieldsOf } from '../files/file-refs.ts';
import { UniqueViolation } from '../store.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';
import type { StoredRow } from './query.ts';
import type { Draft } from './read-input.ts';
import { noLinks, type RecordView } from './record-view.ts';
import { entry, insertDraft, namingField, type WriteScope } from './write-record.ts';

/** Called with the place of the draft that was refused and why; throws. */
type Refuse = (index: number, error: unknown) => never;

/** The records in the order of the drafts. `pathOf` prefixes field names in refusals (`create[3].`). */
export async function insertDrafts(
  scope: WriteScope,
  table: TableSchema,
  drafts: readonly Draft[],
  pathOf: (index: number) => string,
  refuse: Refuse,
): Promise<RecordView[]> {
  if (drafts.length > 1 && (await areRowsAll(scope, table))) return insertRows(scope, table, drafts, pathOf, refuse);
  const created: RecordView[] = [];
  for (const [index, draft] of drafts.entries()) {
    const inserting = insertDraft(scope, table, draft, pathOf(index));
    created.push(await inserting.catch((error: unknown) => refuse(index, error)));
  }
  return created;
}

/** Whether a record of the table is its row and nothing else: no links, files or members to check, and nobody to tell. */
async function areRowsAll({ core, tx }: WriteScope, table: TableSchema): Promise<boolean> {
  if (table.relations.length > 0 || fileFieldsOf(table).length > 0) return false;
  if (table.fields.some(({ type }) => fieldTypes[type].refersTo === 'users')) return false;
  return (await core.webhooks.of(tx, table.id)).length === 0;
}

async function insertRows(
  scope: WriteScope,
  table: TableSchema,
  drafts: readonly Draft[],
  pathOf: (index: number) => string,
  refuse: Refuse,
): Promise<RecordView[]> {
  const { userId } = scope.actor;
  const at = toIso(scope.now);
  const width = table.columns.length - systemColumns.length;
  const rows = drafts.map(({ stored }) => {
    const columns: Stored[] = new Array(width).fill(null);
    for (const [field, value] of stored) columns[field.slot - systemColumns.length] = value;
    return columns;
  });
  const ids = await scope.tx.records.insert(table, rows, at, userId).catch((error: unknown) => {
    if (!(error instanceof UniqueViolation)) throw error;
    try {
      return namingField(table, pathOf(error.row))(error);
    } catch (named) {
      return refuse(error.row, named);
    }
  });
  return drafts.map((draft, index) => {
    const id = ids[index] as number;
    scope.changes.push(entry(scope, table, id, 'create', draft));
    const row: StoredRow = [id, at, at, userId, userId, ...(rows[index] as Stored[])];
    return { table, row, links: noLinks };
  });
}
