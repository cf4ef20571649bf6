/**
 * How a stored row becomes the values that a dialect shows. What each field needs is decided once per table version; then a
 * whole page is plain objects for one JSON.stringify, which beats putting texts together (docs/decisions).
 */
import type { Field, Json, Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { storedToJson } from '../fields/parse-value.ts';
import type { StoredRow } from './query.ts';
import type { Links } from './record-view.ts';

/** Makes the shown value of a stored one. Not called for null, which is `null` in every type. */
export type ReadValue = (stored: Exclude<Stored, null>) => Json;

export interface ShownField {
  readonly field: Field;
  /** Under which name the value is shown. */
  readonly key: string;
  /** Null: the stored form is shown as it is. Not asked for relations. */
  readonly read: ReadValue | null;
}

/** The canonical value of a field with a column; null where that is the stored form itself. */
export function readValueOf(field: Field): ReadValue | null {
  const type = fieldTypes[field.type];
  if (type.storage === 'boolean') return (stored) => stored === 1;
  return type.isStoredAsIs ? null : (stored) => storedToJson(field, stored);
}

const noIds: readonly number[] = [];

/** Writes the values of one row into `target`, in the order of `shown`. Relations are lists of ids. */
export function fillValues(
  target: Record<string, unknown>,
  shown: readonly ShownField[],
  row: StoredRow,
  links: Links,
): void {
  for (const { field, key, read } of shown) {
    if (field.slot < 0) {
      target[key] = links.get(field.id)?.get(row[0] as number) ?? noIds;
      continue;
    }
    const stored = row[field.slot] ?? null;
    target[key] = stored === null || read === null ? stored : read(stored);
  }
}
