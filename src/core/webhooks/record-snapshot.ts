/** A record as it was when something happened to it: what is kept for a webhook, and the row made of it again at sending. */
import type { Core } from '../context.ts';
import { type Field, type Json, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { shownRow } from '../files/file-links.ts';
import type { StoredRow } from '../records/query.ts';
import { type Links, type RecordView, recordId } from '../records/record-view.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';

export interface RecordSnapshot {
  readonly table_id: string;
  /** Version of the table. */
  readonly version: number;
  readonly record_id: number;
  /** Who did it: `user:<id>`, `key:<id>` or `system`. */
  readonly actor: string;
  /** created_at, updated_at, created_by, updated_by. */
  readonly system: readonly Stored[];
  /** Stored values by field id; empty ones and those that are not told are left out. */
  readonly values: Readonly<Record<string, Stored>>;
  /** Linked ids by field id. */
  readonly links: Readonly<Record<string, readonly number[]>>;
  /** Ids of the fields that an update changed. */
  readonly changed: readonly string[];
  readonly is_test?: true;
}

/** `fields`: ids of the fields that may be told; null: all. Values that never leave the server are not kept. */
export function takeSnapshot(
  table: TableSchema,
  row: StoredRow,
  links: Links,
  actor: string,
  changed: readonly Field[],
  fields: ReadonlySet<string> | null,
): RecordSnapshot {
  const id = recordId(row);
  const values: Record<string, Stored> = {};
  const linked: Record<string, readonly number[]> = {};
  const isTold = (field: Field) => !fieldTypes[field.type].isHidden && (fields === null || fields.has(field.id));
  for (const field of table.fields) {
    if (!isTold(field)) continue;
    if (field.slot < 0) {
      const ids = links.get(field.id)?.get(id);
      if (ids !== undefined) linked[field.id] = ids;
    } else if (field.slot >= systemColumns.length) {
      const value = row[field.slot] ?? null;
      if (value !== null) values[field.id] = value;
    }
  }
  return {
    table_id: table.id,
    version: table.version,
    record_id: id,
    actor,
    system: row.slice(1, systemColumns.length),
    values,
    links: linked,
    changed: changed.filter(isTold).map((field) => field.id),
  };
}

/**
 * The record of a snapshot in the columns that its table has now. A value that its field, converted since, cannot hold is
 * left out, as is what belonged to a field that is gone.
 */
export function viewOfSnapshot(core: Core, table: TableSchema, snapshot: RecordSnapshot): RecordView {
  const row: Stored[] = new Array(table.columns.length).fill(null);
  row[0] = snapshot.record_id;
  for (const [index, value] of snapshot.system.entries()) row[index + 1] = value;
  const links = new Map<string, ReadonlyMap<number, readonly number[]>>();
  const isSame = table.version === snapshot.version;
  for (const field of table.fields) {
    if (field.slot < 0) {
      const ids = snapshot.links[field.id];
      if (ids !== undefined) links.set(field.id, new Map([[snapshot.record_id, ids]]));
      continue;
    }
    const value = snapshot.values[field.id] ?? null;
    if (value !== null && (isSame || fits(field, value))) row[field.slot] = value;
  }
  return { table, row: shownRow(core, table, row), links };
}

/** Whether a value that a field once stored is one that it could store now. */
function fits(field: Field, stored: Stored): boolean {
  const type = fieldTypes[field.type];
  try {
    const value: Json = type.fromStored(stored, field);
    if (type.prepare !== undefined || type.refersTo !== undefined) return true;
    const read = type.parse(value, field);
    return !(read instanceof Refusal) && (read === null || type.toStored(read, field) === stored);
  } catch {
    return false;
  }
}
