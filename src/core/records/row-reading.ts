/**
 * How many rows that bring values for the same fields are read: decided once for a table, the fields and a grant. Plain data, so
 * that another thread can read by it.
 */
import type { ErrorCode } from '../errors.ts';
import { type Field, type Json, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { isEmpty } from '../fields/parse-value.ts';
import { fileFieldsOf } from '../files/file-refs.ts';
import type { Grant } from '../keys/scopes.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';

/** Values by place of their field; undefined leaves the field out. */
export type RowInput = readonly unknown[];

export interface RowReading {
  /** `at`: place of the value in a row; `slot`: place of its column among those of fields. */
  readonly fields: readonly { readonly field: Field; readonly at: number; readonly slot: number }[];
  readonly required: readonly { readonly field: Field; readonly at: number }[];
  /** Columns of a record that brings nothing. */
  readonly defaults: readonly Stored[];
  /** What the changes log tells of a record. */
  readonly logged: readonly { readonly id: string; readonly slot: number }[];
}

/** Null when the records are more than rows: linked, with files or members, hashed, adding choices, or not to be written. */
export function rowReadingOf(table: TableSchema, sent: readonly Field[], { writable }: Grant): RowReading | null {
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
  return { fields, required, defaults, logged: loggedColumns(table) };
}

export function loggedColumns(table: TableSchema): RowReading['logged'] {
  return table.fields
    .filter(({ type }) => !fieldTypes[type].isHidden && !fieldTypes[type].isReadOnly)
    .map(({ id, slot }) => ({ id, slot: slot - systemColumns.length }));
}

export type RefuseValue = (field: Field, message: string, code: ErrorCode) => void;

/** The columns of one row; what is refused of it is told, and then the columns are not to be used. */
export function readRow(reading: RowReading, row: RowInput, refuse: RefuseValue): Stored[] {
  const columns = reading.defaults.slice();
  for (const { field, at, slot } of reading.fields) {
    const raw = row[at];
    if (raw === undefined) continue;
    const type = fieldTypes[field.type];
    const value = type.parse(raw, field);
    if (value instanceof Refusal) refuse(field, value.message, 'value_invalid');
    else columns[slot] = value === null ? null : type.toStored(value, field);
  }
  for (const { field, at } of reading.required) {
    const value =
      at === -1 || row[at] === undefined ? field.defaultValue : fieldTypes[field.type].parse(row[at], field);
    if (value instanceof Refusal || !isEmpty((value as Json) ?? null)) continue;
    refuse(field, 'must have a value', 'value_required');
  }
  return columns;
}
