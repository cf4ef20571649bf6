/**
 * Field types as Retable's column types (wire/retable.md §8): what each name makes and what each type is called. The name
 * used at creation is kept and shown again; types that Retable lacks are shown under the nearest name.
 */
import type { FieldInput } from '../../core/fields/add-field.ts';
import type { Field, FieldTypeName, Json } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';

interface ColumnType {
  readonly type: FieldTypeName;
  readonly options?: Readonly<Record<string, Json>>;
  /** Filled by Retable, not by clients: what they write is ignored. */
  readonly isReadOnly?: true;
}

/** Choices come with the values that are written. Several can be, so a select holds a list. */
const select: ColumnType = { type: 'multi_select', options: { allow_new: true } };

/** By name, aliases included. */
export const columnTypes: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ['text', { type: 'text' }],
  ['number', { type: 'number' }],
  ['checkbox', { type: 'checkbox' }],
  ['calendar', { type: 'date' }],
  ['color', { type: 'color' }],
  ['email', { type: 'email' }],
  ['phonenumber', { type: 'phone' }],
  ['phone_number', { type: 'phone' }],
  ['percent', { type: 'percent' }],
  ['image', { type: 'image', options: { multiple: true } }],
  ['attachment', { type: 'file', options: { multiple: true } }],
  ['currency', { type: 'currency' }],
  ['rating', { type: 'rating' }],
  ['duration', { type: 'duration' }],
  ['select', select],
  ['dropdown', select],
  ['url', { type: 'url' }],
  ['richtext', { type: 'rich_text' }],
  ['geolocation', { type: 'location' }],
  ['user', { type: 'user' }],
  ['formula', { type: 'text', isReadOnly: true }],
  ['created_at', { type: 'created_at' }],
  ['updated_at', { type: 'updated_at' }],
  ['created_by', { type: 'created_by' }],
  ['updated_by', { type: 'updated_by' }],
  ['vote', { type: 'number', options: { precision: 0 }, isReadOnly: true }],
  ['qr_code', { type: 'text' }],
  ['qrcode', { type: 'text' }],
  ['autonumber', { type: 'autonumber' }],
]);

/** The name of a type whose column was not made here; null: not shown at all. */
const columnTypeNames: Record<FieldTypeName, string | null> = {
  text: 'text',
  long_text: 'text',
  rich_text: 'richtext',
  email: 'email',
  url: 'url',
  phone: 'phonenumber',
  number: 'number',
  percent: 'percent',
  currency: 'currency',
  rating: 'rating',
  duration: 'duration',
  autonumber: 'autonumber',
  checkbox: 'checkbox',
  date: 'calendar',
  // With the time included.
  datetime: 'calendar',
  time: 'text',
  single_select: 'select',
  multi_select: 'select',
  location: 'geolocation',
  file: 'attachment',
  image: 'image',
  // Ids of rows, comma-separated.
  relation: 'reference',
  user: 'user',
  color: 'color',
  json: 'text',
  formula: 'formula',
  password: null,
  created_at: 'created_at',
  updated_at: 'updated_at',
  created_by: 'created_by',
  updated_by: 'updated_by',
};

/** What is kept with a field about the column that it was created as. */
function keptName(field: Field): string | undefined {
  const kept = field.foreign.retable;
  const name = typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? kept.type : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The name as created; a field that has since been converted goes by its new type. */
export function columnTypeOf(field: Field): string {
  const kept = keptName(field);
  if (kept !== undefined && columnTypes.get(kept)?.type === field.type) return kept;
  return columnTypeNames[field.type] ?? 'text';
}

/** Whether what clients write into the column is ignored. */
export function isIgnoredOnWrite(field: Field): boolean {
  return fieldTypes[field.type].isReadOnly || columnTypes.get(columnTypeOf(field))?.isReadOnly === true;
}

const shown = new WeakMap<TableSchema, readonly Field[]>();

/** The columns of a table in their order. */
export function columnsOf(table: TableSchema): readonly Field[] {
  let fields = shown.get(table);
  if (fields === undefined) {
    fields = table.fields.filter((field) => columnTypeNames[field.type] !== null);
    shown.set(table, fields);
  }
  return fields;
}

/** A column by id, else by title (wire/retable.md §3.1). */
export function findColumn(table: TableSchema, reference: string): Field | undefined {
  const field =
    table.fieldById.get(reference) ?? table.fieldByName.get(reference) ?? table.fieldByName.get(reference.trim());
  return field === undefined || columnTypeNames[field.type] === null ? undefined : field;
}

/** The field that a new column makes; undefined for a type that there is not. */
export function newColumn(title: string, typeName: string): FieldInput | undefined {
  const made = columnTypes.get(typeName);
  if (made === undefined) return undefined;
  const { type, options } = made;
  return { name: title, type, ...(options === undefined ? {} : { options }), foreign: { retable: { type: typeName } } };
}
