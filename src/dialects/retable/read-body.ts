/**
 * What bodies say: things by name, columns to add, rows to write. Unknown keys are ignored; what is wrong is named by its place
 * (wire/retable.md §4, §5, §6). Read after the thing that the path names has been found, so 403 and 404 come before 400.
 */
import { AppError, type ErrorCode, type Issue } from '../../core/errors.ts';
import type { FieldInput } from '../../core/fields/add-field.ts';
import { Refusal } from '../../core/fields/field-type.ts';
import { batchItemsMax } from '../../core/records/batch-records.ts';
import type { RecordInput } from '../../core/records/read-input.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { readCell } from './cells.ts';
import { columnTypeOf, findColumn, isIgnoredOnWrite, newColumn } from './fields.ts';

type Body = Readonly<Record<string, unknown>>;

export function refused(field: string, message: string, code: ErrorCode = 'body_invalid'): AppError {
  return new AppError(code, `${field}: ${message}`, { issues: [{ field, code, message }] });
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in the body; an empty one without a body. @throws body_invalid_json, body_invalid */
export function readBody(text: unknown): Body {
  if (typeof text !== 'string' || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('body_invalid_json');
  }
  if (!isObject(value)) throw refused('body', 'must be a JSON object');
  return value;
}

/** @throws body_invalid */
function readList(body: Body, name: string): readonly unknown[] {
  const list = body[name];
  if (!Array.isArray(list)) throw refused(name, 'must be a list');
  return list;
}

export function readName(body: Body): string {
  const { name } = body;
  if (typeof name !== 'string' || name.trim() === '') throw refused('name', 'must be a text that is not empty');
  return name;
}

/** A text or null; null when it is left out. */
export function readOptionalText(body: Body, name: string): string | null {
  const text = body[name] ?? null;
  if (text !== null && typeof text !== 'string') throw refused(name, 'must be a text');
  return text;
}

const colorForm = /^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i;

export function readColor(body: Body): string | null {
  const color = readOptionalText(body, 'color');
  if (color === null || color.trim() === '') return null;
  if (!colorForm.test(color.trim())) throw refused('color', 'must be a CSS hex colour such as #898cff');
  return color.trim();
}

/** The columns to add to a table. @throws body_invalid, name_taken */
export function readNewColumns(table: TableSchema, body: Body): FieldInput[] {
  const titles = new Set(table.fields.map((field) => field.name));
  return readList(body, 'columns').map((column, index) => {
    const place = `columns[${index}]`;
    if (!isObject(column)) throw refused(place, 'must be an object with title and type');
    const { title, type } = column;
    if (typeof title !== 'string' || title.trim() === '') {
      throw refused(`${place}.title`, 'must be a text that is not empty');
    }
    if (titles.has(title.trim())) {
      throw refused(`${place}.title`, `there is already a column "${title.trim()}"`, 'name_taken');
    }
    titles.add(title.trim());
    if (type !== undefined && type !== null && typeof type !== 'string')
      throw refused(`${place}.type`, 'must be a text');
    const input = newColumn(title, type ?? 'text');
    if (input === undefined) throw refused(`${place}.type`, `there is no column type "${type}"`);
    return input;
  });
}

/** References to columns, by id or title, as they were sent. */
export function readColumnReferences(body: Body): string[] {
  return readList(body, 'column_ids').flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' ? [String(one)] : [],
  );
}

/** In the order in which they count: the new name of the call, its older one, then those of the other call (§6.1). */
const insertKeys = ['cell_value', 'cell_data', 'update_cell_value', 'update_cell_data'] as const;
const updateKeys = ['update_cell_value', 'update_cell_data', 'cell_value', 'cell_data'] as const;

/** Rows to insert. @throws body_invalid, field_unknown, value_invalid, batch_too_large */
export function readNewRows(table: TableSchema, body: Body): RecordInput[] {
  const rows = bounded(readList(body, 'data'));
  return rows.map((row, index) => readCells(table, row, `data[${index}]`, insertKeys));
}

export interface RowUpdate {
  readonly id: number;
  readonly input: RecordInput;
}

/** Rows to update. @throws body_invalid, field_unknown, value_invalid, batch_too_large */
export function readRowUpdates(table: TableSchema, body: Body): RowUpdate[] {
  const rows = bounded(readList(body, 'rows'));
  return rows.map((row, index) => {
    const place = `rows[${index}]`;
    const id = isObject(row) ? rowIdOf(row.row_id) : null;
    if (id === null) throw refused(`${place}.row_id`, 'must be the id of a row');
    return { id, input: readCells(table, row, place, updateKeys) };
  });
}

/** Ids of rows to delete, each once. @throws body_invalid, batch_too_large */
export function readRowsToDelete(body: Body): number[] {
  const ids = bounded(readList(body, 'row_ids')).map((one, index) => {
    const id = rowIdOf(one);
    if (id === null) throw refused(`row_ids[${index}]`, 'must be the id of a row');
    return id;
  });
  return [...new Set(ids)];
}

function bounded(items: readonly unknown[]): readonly unknown[] {
  if (items.length > batchItemsMax) throw new AppError('batch_too_large');
  return items;
}

const idForm = /^\s*\d{1,15}\s*$/;

function rowIdOf(value: unknown): number | null {
  const id = typeof value === 'string' && idForm.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null;
}

function readCells(table: TableSchema, row: unknown, place: string, keys: readonly string[]): RecordInput {
  if (!isObject(row) || !Array.isArray(row.columns)) throw refused(`${place}.columns`, 'must be a list');
  const input: (readonly [RecordInput[number][0], unknown])[] = [];
  for (const [index, cell] of row.columns.entries()) {
    const at = `${place}.columns[${index}]`;
    const reference = isObject(cell) ? cell.column_id : undefined;
    if (!isObject(cell) || (typeof reference !== 'string' && typeof reference !== 'number')) {
      throw refused(`${at}.column_id`, 'must be the id or the title of a column');
    }
    const field = findColumn(table, String(reference));
    if (field === undefined) {
      throw refused(`${at}.column_id`, `there is no column "${reference}" in this retable`, 'field_unknown');
    }
    const key = keys.find((one) => cell[one] !== undefined);
    if (key === undefined || isIgnoredOnWrite(field)) continue;
    const value = readCell(field, columnTypeOf(field), cell[key]);
    if (value instanceof Refusal) throw valueRefused(place, field.name, value.message);
    input.push([field, value]);
  }
  return input;
}

function valueRefused(place: string, title: string, message: string): AppError {
  const issue: Issue = { field: `${place}, column "${title}"`, code: 'value_invalid', message };
  return new AppError('value_invalid', `${issue.field}: ${message}`, { issues: [issue] });
}
