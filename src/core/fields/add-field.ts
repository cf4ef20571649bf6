/** Adds one field to a table inside a transaction: its row, its column or join table, its index, its inverse. */
import { toTableSchema } from '../catalog.ts';
import type { Actor } from '../context.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { checkName } from '../names.ts';
import { type Tx, UniqueViolation } from '../store.ts';
import type { FieldRow } from '../system-rows.ts';
import type { Touch } from '../tables/change-schema.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { emailField, usernameField } from '../tables/user-fields.ts';
import { type Field, type FieldTypeName, fieldTypeNames, type Json, Refusal } from './field-type.ts';
import { formulaOptions } from './formula-options.ts';
import { columnStorageOf, fieldTypes } from './index.ts';
import { validateOptions } from './parse-value.ts';

export interface FieldInput {
  readonly name: string;
  readonly type: FieldTypeName;
  /** As the type defines them; a relation takes `{target, cardinality?, inverse_name?, inverse_cardinality?}`. */
  readonly options?: Readonly<Record<string, Json>>;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly indexed?: boolean;
  readonly default?: Json;
  /** Place among the fields, from 0; without: last. */
  readonly position?: number;
  readonly foreign?: Readonly<Record<string, Json>>;
}

/** Fields that a table may have: below the column limit of the engines. */
const fieldsMax = 500;

/** Adds the field; answers its id. `path` prefixes names in refusals (`fields[2].`). */
export async function addField(
  tx: Tx,
  touch: Touch,
  tableId: string,
  input: FieldInput,
  now: number,
  actor: Actor,
  path = '',
): Promise<string> {
  const table = await touch(tableId);
  const name = checkName(input.name, `${path}name`);
  refuseTaken(table, name, path);
  if (!fieldTypeNames.includes(input.type)) throw refused(`${path}type`, `must be one of ${fieldTypeNames.join(', ')}`);
  if (table.fields.length >= fieldsMax) throw refused(`${path}name`, `a table has at most ${fieldsMax} fields`);
  if (input.type === 'relation') return addRelation(tx, touch, table, { ...input, name }, now, path);
  const options = optionsOf(input, path);
  const row = rowOf(table, { ...input, name, ...flagsOfUsers(table, { ...input, name }) }, options, now);
  checkFlags(row, path);
  if (row.type === 'formula') {
    row.options = await formulaOptions(tx, actor, table, { ...fieldOf(table, row), options }, path);
  }
  row.default_value = checkDefault(table, row, path);
  await insertField(tx, table, row);
  return row.id;
}

/**
 * The first e-mail of the app's users tells them apart, and by their username they are looked up. Who wants it otherwise changes
 * the field afterwards.
 */
function flagsOfUsers({ role, fields }: TableSchema, input: FieldInput): Pick<FieldInput, 'unique' | 'indexed'> {
  if (role !== 'users') return {};
  if (emailField([...fields, input]) === input) return { unique: true };
  return usernameField([...fields, input]) === input ? { indexed: true } : {};
}

export function refuseTaken(table: TableSchema, name: string, path = ''): void {
  if (!table.fieldByName.has(name)) return;
  const message = `the table already has a field "${name}"`;
  throw new AppError('name_taken', `${path}name: ${message}`, {
    issues: [{ field: `${path}name`, code: 'name_taken', message }],
  });
}

/** The validated options; where one of several fields is refused, `path` says which. */
function optionsOf(input: FieldInput, path: string): Record<string, Json> {
  try {
    return validateOptions(input.type, input.options ?? {});
  } catch (error) {
    if (path === '' || !(error instanceof AppError)) throw error;
    const issues = error.issues.map((issue) => ({ ...issue, field: path + issue.field }));
    throw new AppError(error.code, path + error.message, { issues });
  }
}

/** What may be unique, indexed or required. */
export function checkFlags(row: FieldRow, path = ''): void {
  const type = fieldTypes[row.type];
  if (row.is_unique === 1 && !type.canBeUnique)
    throw refused(`${path}unique`, `values of type ${row.type} cannot be unique`);
  const isIndexable = type.storage !== 'links' && type.storage !== 'json' && type.storage !== 'formula';
  if (row.is_indexed === 1 && (type.comparison === null || !isIndexable)) {
    throw refused(`${path}indexed`, `values of type ${row.type} cannot be indexed`);
  }
  if (row.is_required === 1 && type.isReadOnly) throw refused(`${path}required`, `a ${row.type} field fills itself`);
}

/** The default as a canonical value. */
export function checkDefault(table: TableSchema, row: FieldRow, path = ''): Json {
  if (row.default_value === null || row.default_value === undefined) return null;
  const type = fieldTypes[row.type];
  if (type.isReadOnly || type.isHidden || type.storage === 'links') {
    throw refused(`${path}default`, `a ${row.type} field takes no default`);
  }
  const value = type.parse(row.default_value, fieldOf(table, row));
  if (value instanceof Refusal) throw refused(`${path}default`, value.message);
  return value;
}

/** The field as the catalog would resolve it after everything else in the table. */
export function fieldOf(table: TableSchema, row: FieldRow): Field {
  const others = table.fields.filter((one) => one.id !== row.id).map(toRow);
  const schema = toTableSchema(tableRowOf(table), table.workspaceId, [...others, row]);
  const field = schema.fieldById.get(row.id);
  if (field === undefined) throw new AppError('internal_error', undefined, { internal: 'field lost in its own table' });
  return field;
}

/** Creates the column (or nothing, for system values) and the index. @throws value_not_unique */
export async function createStorage(tx: Tx, table: TableSchema, row: FieldRow): Promise<void> {
  if (columnStorageOf(row.type) === null) return;
  const field = fieldOf(table, row);
  await tx.schema.addColumn(table, field);
  await createIndexOf(tx, table, row);
}

/** The index that the flags of the field ask for. @throws value_not_unique naming the field */
export async function createIndexOf(tx: Tx, table: TableSchema, row: FieldRow): Promise<void> {
  if (row.is_unique === 0 && row.is_indexed === 0) return;
  if (columnStorageOf(row.type) === null) return;
  try {
    await tx.schema.createIndex(table, fieldOf(table, row), row.is_unique === 1);
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    const message = 'some records hold the same value, so it cannot be unique';
    throw new AppError('value_not_unique', `${row.name}: ${message}`, {
      issues: [{ field: row.name, code: 'value_not_unique', message, fieldId: row.id }],
    });
  }
}

async function insertField(tx: Tx, table: TableSchema, row: FieldRow): Promise<void> {
  await tx.insert('fields', row);
  await createStorage(tx, table, row);
}

function rowOf(table: TableSchema, input: FieldInput, options: Readonly<Record<string, Json>>, now: number): FieldRow {
  const id = newId();
  const last = table.fields.reduce((most, field) => Math.max(most, field.position), -1);
  return {
    id,
    table_id: table.id,
    name: input.name,
    type: input.type,
    options,
    is_required: input.required === true ? 1 : 0,
    is_unique: input.unique === true ? 1 : 0,
    is_indexed: input.indexed === true ? 1 : 0,
    position: input.position ?? last + 1,
    default_value: input.default ?? null,
    foreign: input.foreign ?? {},
    column_name: `f_${id}`,
    created_at: now,
    updated_at: now,
  };
}

/** Both sides of a relation and the join table between them. */
async function addRelation(
  tx: Tx,
  touch: Touch,
  table: TableSchema,
  input: FieldInput,
  now: number,
  path: string,
): Promise<string> {
  const wanted = input.options ?? {};
  const known = new Set(['target', 'cardinality', 'inverse_name', 'inverse_cardinality']);
  for (const key of Object.keys(wanted))
    if (!known.has(key)) throw refused(`${path}options.${key}`, 'is not an option of a relation');
  const targetId = wanted.target;
  if (typeof targetId !== 'string') throw refused(`${path}options.target`, 'must be the id of a table');
  const target = await touch(targetId).catch(() => undefined);
  if (target === undefined || target.appId !== table.appId) {
    throw refused(`${path}options.target`, 'must be the id of a table of the same app');
  }
  if (input.unique === true || input.indexed === true)
    throw refused(`${path}unique`, 'relations are indexed on both sides already');
  const cardinality = cardinalityOf(wanted, 'cardinality', path);
  const inverseCardinality = cardinalityOf(wanted, 'inverse_cardinality', path);
  const link = newId();
  const field = rowOf(table, input, {}, now);
  const inverse = rowOf(
    target,
    { name: inverseName(table, target, input, wanted.inverse_name, path), type: 'relation' },
    {},
    now,
  );
  if (target.id === table.id) inverse.position = field.position + 1;
  field.options = relationOptions(link, 'a', target.id, cardinality, inverse.id, inverseCardinality);
  inverse.options = relationOptions(link, 'b', table.id, inverseCardinality, field.id, cardinality);
  await tx.insert('fields', field);
  await tx.insert('fields', inverse);
  await tx.schema.createLinks(fieldOf(table, field));
  return field.id;
}

function relationOptions(
  link: string,
  side: 'a' | 'b',
  target: string,
  cardinality: 'one' | 'many',
  inverse: string,
  inverseCardinality: 'one' | 'many',
): Record<string, Json> {
  return { link, side, target, cardinality, inverse, inverse_cardinality: inverseCardinality };
}

function cardinalityOf(options: Readonly<Record<string, Json>>, key: string, path: string): 'one' | 'many' {
  const value = options[key] ?? 'many';
  if (value !== 'one' && value !== 'many') throw refused(`${path}options.${key}`, 'must be "one" or "many"');
  return value;
}

/** The wanted name, or the source table's name, made unique in the target. */
function inverseName(
  table: TableSchema,
  target: TableSchema,
  input: FieldInput,
  wanted: Json | undefined,
  path: string,
): string {
  if (wanted !== undefined) {
    if (typeof wanted !== 'string') throw refused(`${path}options.inverse_name`, 'must be a text');
    const name = checkName(wanted, `${path}options.inverse_name`);
    if (target.fieldByName.has(name) || (target.id === table.id && name === input.name))
      refuseTaken(target, name, `${path}options.inverse_`);
    return name;
  }
  const isTaken = (name: string) => target.fieldByName.has(name) || (target.id === table.id && name === input.name);
  let name = table.name;
  for (let number = 2; isTaken(name); number += 1) name = `${table.name} ${number}`;
  return name;
}

function refused(field: string, message: string): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}

/** A catalog field back in the form of its row. */
function toRow(field: Field): FieldRow {
  return {
    id: field.id,
    table_id: field.tableId,
    name: field.name,
    type: field.type,
    options: field.options,
    is_required: field.isRequired ? 1 : 0,
    is_unique: field.isUnique ? 1 : 0,
    is_indexed: field.isIndexed ? 1 : 0,
    position: field.position,
    default_value: field.defaultValue,
    foreign: field.foreign,
    column_name: field.column,
    created_at: 0,
    updated_at: 0,
  };
}

function tableRowOf(table: TableSchema) {
  return {
    id: table.id,
    number: table.number,
    app_id: table.appId,
    name: table.name,
    description: table.description,
    role: table.role,
    position: table.position,
    version: table.version,
    foreign: table.foreign,
    created_by: table.createdBy,
    created_at: table.createdAt,
    updated_at: table.updatedAt,
  };
}
