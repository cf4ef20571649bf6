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

function idsOf(field: Field, row: StoredRow, links: Links): readonly number[] {
  return links.get(field.id)?.get(row[0] as number) ?? noIds;
}

/** What stands beside the fields of a record: a slot that is shown as it is stored. */
export interface ShownSlot {
  readonly key: string;
  readonly slot: number;
}

/** The shown values of a row under their keys, in order. Relations are lists of ids. */
export type RowReader = (row: StoredRow, links: Links) => Record<string, unknown>;

/**
 * Made once per table version: an object literal as somebody would write it for this table, `{"Name":row[5],"Paid":…}`. The
 * engine makes such an object three times as fast as one that is filled key by key, and a page has hundreds
 * (docs/decisions/0004).
 */
export function rowReader(shown: readonly (ShownField | ShownSlot)[]): RowReader {
  const reads = shown.map((one) => ('field' in one ? one.read : null));
  const relations = shown.map((one) => ('field' in one ? one.field : null));
  const values = shown.map((one, at) => {
    const slot = 'field' in one ? one.field.slot : one.slot;
    if (slot < 0) return `idsOf(relations[${at}], row, links)`;
    return reads[at] === null ? `row[${slot}]` : `row[${slot}] === null ? null : reads[${at}](row[${slot}])`;
  });
  const literal = shown.map(({ key }, at) => `${keyText(key)}: ${values[at]}`).join(', ');
  // Only numbers of ours and quoted texts are in it.
  const make = new Function('reads', 'relations', 'idsOf', `return (row, links) => ({ ${literal} });`);
  return make(reads, relations, idsOf) as RowReader;
}

/** In a literal, a plain `"__proto__"` would set the prototype. */
function keyText(key: string): string {
  return key === '__proto__' ? '["__proto__"]' : JSON.stringify(key);
}
