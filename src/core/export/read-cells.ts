/** Rows as values: what each field needs is decided once per export. */
import type { Field, Json } from '../fields/field-type.ts';
import type { StoredRow } from '../records/query.ts';
import type { Links } from '../records/record-view.ts';
import { readValueOf } from '../records/row-values.ts';

export type ReadCell = (row: StoredRow, links: Links) => Json;

const noIds: Json[] = [];

/** The canonical value of a field in a row. Relations are lists of ids. */
export function readCellOf(field: Field): ReadCell {
  const { id, slot } = field;
  if (slot < 0) return (row, links) => (links.get(id)?.get(row[0] as number) as Json[] | undefined) ?? noIds;
  const read = readValueOf(field);
  return (row) => {
    const stored = row[slot] ?? null;
    return stored === null || read === null ? stored : read(stored);
  };
}
