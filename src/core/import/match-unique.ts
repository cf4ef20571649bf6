/** Finds records by what they hold in a unique field, many at a time. */
import type { Core } from '../context.ts';
import { type Field, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { projectionOf } from '../records/query.ts';
import { recordId } from '../records/record-view.ts';
import type { TableSchema } from '../tables/table-schema.ts';

/** Values that a unique field takes as one are the same in this form. */
export function comparable(field: Field, stored: Stored): Stored {
  return fieldTypes[field.type].comparison === 'text_nocase' ? String(stored).toLowerCase() : stored;
}

/**
 * Record ids by place in `values`; absent where no record holds the value. Nothing of the records is shown, so no right to
 * read is asked for: writing by the key finds them as well.
 */
export async function findByUnique(
  core: Core,
  table: TableSchema,
  field: Field,
  values: readonly Stored[],
): Promise<Map<number, number>> {
  const wanted = new Map<number, Exclude<Stored, null>>();
  for (const [at, value] of values.entries()) if (value !== null) wanted.set(at, value);
  const found = new Map<number, number>();
  if (wanted.size === 0) return found;
  const filter = { op: 'in', field, values: [...new Set(wanted.values())] } as const;
  const projection = projectionOf([0, field.slot]);
  const rows = await core.store.records.page(table, { filter, projection, limit: wanted.size });
  const ids = new Map(rows.map((row) => [comparable(field, row[field.slot] ?? null), recordId(row)]));
  for (const [at, stored] of wanted) {
    const id = ids.get(comparable(field, stored));
    if (id !== undefined) found.set(at, id);
  }
  return found;
}

/** As `findByUnique`, for values as they are sent. */
export function matchUnique(
  core: Core,
  table: TableSchema,
  field: Field,
  values: readonly string[],
): Promise<Map<number, number>> {
  const type = fieldTypes[field.type];
  const stored = values.map((text) => {
    const value = type.parse(text, field);
    // What does not fit the field is refused when it is written.
    return value instanceof Refusal || value === null ? null : type.toStored(value, field);
  });
  return findByUnique(core, table, field, stored);
}
