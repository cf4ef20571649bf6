import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { shownChange } from '../files/file-links.ts';
import type { ChangeRow } from '../system-rows.ts';
import { listTables } from '../tables/list-tables.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { verbBits } from '../workspaces/roles.ts';

export interface ChangesQuery {
  /** Only what came after this sequence number; 0: from the beginning. */
  readonly after: number;
  /** Only this table. */
  readonly tableId?: string;
  readonly limit: number;
}

/** A change as far as the actor may see it. */
export interface Change {
  readonly row: ChangeRow;
  readonly table: TableSchema;
  /** The fields that the change names and the actor may read; never one whose values stay on the server. */
  readonly fields: readonly Field[];
}

export interface ChangesPage {
  readonly changes: readonly Change[];
  /** Where to go on from; null when the end of the log was reached. */
  readonly next: number | null;
}

const rowsPerPiece = 500;
/** Changes that one call looks at: a reader of one quiet table in a busy app gets short pages, not long waits. */
const rowsMax = 5_000;

/**
 * Changes of records in the order in which they were committed, of every table of the app that the actor may read. A page
 * can hold fewer than `limit`, even none, and still have a `next`. What has been deleted since, table or field, is left
 * out: its rules are gone, so nobody can say who may see it.
 * @throws app_not_found, table_not_found, scope_missing, role_insufficient
 */
export async function listChanges(core: Core, actor: Actor, appId: string, query: ChangesQuery): Promise<ChangesPage> {
  const tables = await readableTables(core, actor, appId, query.tableId);
  if (tables.size === 0) return { changes: [], next: null };
  const changes: Change[] = [];
  let after = query.after;
  for (let seen = 0; seen < rowsMax; seen += rowsPerPiece) {
    const where = { app_id: appId, seq: { gt: after } };
    const rows = await core.store.list('changes', where, { orderBy: [['seq', 'asc']], limit: rowsPerPiece });
    for (const row of rows) {
      const table = tables.get(row.table_id);
      // One more than the page holds is there, so there is a next.
      if (table !== undefined && changes.length === query.limit) return { changes, next: after };
      after = row.seq;
      if (table !== undefined) {
        changes.push({ row: shownChange(core, table, row), table, fields: shownFields(actor, table, row) });
      }
    }
    if (rows.length < rowsPerPiece) return { changes, next: null };
  }
  return { changes, next: after };
}

async function readableTables(
  core: Core,
  actor: Actor,
  appId: string,
  tableId: string | undefined,
): Promise<Map<string, TableSchema>> {
  const all = await listTables(core, actor, appId);
  const readable = all.filter((table) => actor.grant(table).verbs & verbBits.read);
  if (tableId === undefined) return new Map(readable.map((table) => [table.id, table]));
  const table = readable.find((one) => one.id === tableId);
  if (table !== undefined) return new Map([[tableId, table]]);
  const isVisible = all.some((one) => one.id === tableId);
  if (!isVisible) throw new AppError('table_not_found');
  throw new AppError(actor.keyId === null ? 'role_insufficient' : 'scope_missing');
}

function shownFields(actor: Actor, table: TableSchema, row: ChangeRow): Field[] {
  const { readable } = actor.grant(table);
  return Object.keys(row.fields).flatMap((id) => {
    const field = table.fieldById.get(id);
    if (field === undefined || fieldTypes[field.type].isHidden) return [];
    return readable === null || readable.has(id) ? [field] : [];
  });
}
