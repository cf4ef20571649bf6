/** A record as operations answer it: the stored row plus its links. Dialects render it. */
import type { Field } from '../fields/field-type.ts';
import type { Reads } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { StoredRow } from './query.ts';

/** Linked ids by relation field id, then by record id; a record without links is absent. */
export type Links = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>;

export interface RecordView {
  /** The table as it was when the row was read or written: render with this one, another may have other columns. */
  readonly table: TableSchema;
  readonly row: StoredRow;
  readonly links: Links;
}

export const noLinks: Links = new Map();

/** The links of these rows through the given relation fields: one query per field, none without fields. */
export async function linksOf(reads: Reads, fields: readonly Field[], rows: readonly StoredRow[]): Promise<Links> {
  if (fields.length === 0 || rows.length === 0) return noLinks;
  const ids = rows.map(recordId);
  const links = new Map<string, ReadonlyMap<number, readonly number[]>>();
  for (const field of fields) links.set(field.id, await reads.records.links(field, ids));
  return links;
}

export async function viewOf(reads: Reads, table: TableSchema, row: StoredRow): Promise<RecordView> {
  return { table, row, links: await linksOf(reads, table.relations, [row]) };
}

export function recordId(row: StoredRow): number {
  return row[0] as number;
}

/** ISO text, as in the column. */
export function createdAt(row: StoredRow): string {
  return row[1] as string;
}

export function updatedAt(row: StoredRow): string {
  return row[2] as string;
}
