/**
 * Turns what a client sent for a record into column values and links, or into a list of everything that is wrong
 * with it. Nothing is written here.
 */
import { AppError, type ErrorCode, type Issue } from '../errors.ts';
import { type Field, type Json, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { isEmpty } from '../fields/parse-value.ts';
import type { Grant } from '../keys/scopes.ts';
import { perObject } from '../per-object.ts';
import type { TableSchema } from '../tables/table-schema.ts';

/** Values by field, as they came. Later entries for the same field win. */
export type RecordInput = readonly (readonly [Field, unknown])[];

/** `create`: left-out fields get their default. `merge`: left-out fields stay. `replace`: as create, on an existing record. */
export type WriteMode = 'create' | 'merge' | 'replace';

/** Required fields that a write may leave empty all the same: the caller's protocol does not ask for them here. */
export type MayBeEmpty = (field: Field) => boolean;

/** A checked record, ready to be stored. */
export interface Draft {
  /** Canonical values by field; absent fields are not touched. */
  readonly values: ReadonlyMap<Field, Json>;
  /** Column values by field, for fields with a column. */
  readonly stored: ReadonlyMap<Field, Stored>;
  readonly links: ReadonlyMap<Field, readonly number[]>;
}

/** Fields whose values need slow preparation (hashing) before they can be stored. */
function needsPreparation(field: Field): boolean {
  return fieldTypes[field.type].prepare !== undefined;
}

/** The fields that reading a record asks about one by one; of most tables there are few. */
const askedFieldsOf = perObject((table: TableSchema) => ({
  required: table.fields.filter(({ isRequired }) => isRequired),
  withDefault: table.fields.filter(({ type }) => !fieldTypes[type].isReadOnly),
  prepared: table.fields.filter(needsPreparation),
}));

/**
 * Reads one record; throws one AppError with an issue per problem, each path prefixed with `prefix`. A promise only where a
 * field needs preparation.
 */
export function readInput(
  table: TableSchema,
  input: RecordInput,
  mode: WriteMode,
  grant: Grant,
  prefix = '',
  mayBeEmpty?: MayBeEmpty,
): Draft | Promise<Draft> {
  const issues: Issue[] = [];
  const draft = draftOf(table, input, mode, grant, prefix, issues, mayBeEmpty);
  throwIssues(issues);
  return askedFieldsOf(table).prepared.length === 0 ? draft : prepareDraft(draft).then(() => draft);
}

/** As `readInput`, but collects issues instead of throwing, so that a batch can report every item. */
export function draftOf(
  table: TableSchema,
  input: RecordInput,
  mode: WriteMode,
  grant: Grant,
  prefix: string,
  issues: Issue[],
  mayBeEmpty?: MayBeEmpty,
): Draft {
  const values = new Map<Field, Json>();
  const refuse = (field: Field, message: string, code: ErrorCode = 'value_invalid') =>
    issues.push({ field: prefix + field.name, code, message, fieldId: field.id });

  for (const [field, raw] of input) {
    const type = fieldTypes[field.type];
    if (type.isReadOnly) {
      refuse(field, 'cannot be written', 'field_read_only');
      continue;
    }
    if (grant.writable !== null && !grant.writable.has(field.id)) {
      refuse(field, 'is not among the fields that this key may write', 'scope_missing');
      continue;
    }
    const value = type.parse(raw, field);
    if (value instanceof Refusal) refuse(field, value.message);
    else values.set(field, value);
  }
  if (mode !== 'merge') addDefaults(table, values, grant);
  for (const field of askedFieldsOf(table).required) {
    if (mayBeEmpty?.(field) === true) continue;
    const value = values.get(field);
    const isMissing = value === undefined ? mode !== 'merge' : isEmpty(value);
    const isRefused = issues.some((issue) => issue.fieldId === field.id && issue.field === prefix + field.name);
    if (isMissing && !isRefused) refuse(field, 'must have a value', 'value_required');
  }

  const stored = new Map<Field, Stored>();
  const links = new Map<Field, readonly number[]>();
  for (const [field, value] of values) {
    const type = fieldTypes[field.type];
    if (type.storage === 'links') links.set(field, value as number[]);
    else stored.set(field, value === null ? null : type.toStored(value, field));
  }
  return { values, stored, links };
}

/** Hashes what must be hashed. Passwords are stored only in this form. */
export async function prepareDraft(draft: Draft): Promise<void> {
  const stored = draft.stored as Map<Field, Stored>;
  for (const [field, value] of draft.values) {
    if (value === null || !needsPreparation(field)) continue;
    const prepared = await fieldTypes[field.type].prepare?.(value, field);
    if (prepared !== undefined) stored.set(field, fieldTypes[field.type].toStored(prepared, field));
  }
}

export function throwIssues(issues: readonly Issue[], code?: ErrorCode): void {
  const [first] = issues;
  if (first === undefined) return;
  throw new AppError(code ?? first.code, `${first.field}: ${first.message}`, { issues });
}

function addDefaults(table: TableSchema, values: Map<Field, Json>, grant: Grant): void {
  for (const field of askedFieldsOf(table).withDefault) {
    if (values.has(field)) continue;
    // Replacing does not reach what the caller may not write.
    if (grant.writable !== null && !grant.writable.has(field.id)) continue;
    values.set(field, fieldTypes[field.type].storage === 'links' ? [] : field.defaultValue);
  }
}

/** The same input against a newer version of its table; values of fields that are gone are dropped. */
export function rebind(input: RecordInput, table: TableSchema): RecordInput {
  if (input.every(([field]) => table.fieldById.get(field.id) === field)) return input;
  const bound: [Field, unknown][] = [];
  for (const [field, value] of input) {
    const current = table.fieldById.get(field.id);
    if (current !== undefined) bound.push([current, value]);
  }
  return bound;
}
