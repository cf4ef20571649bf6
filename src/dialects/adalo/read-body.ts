/** Bodies of records: JSON whatever their content type says, keyed by property name (wire/adalo.md §2 and §5). */
import { AppError } from '../../core/errors.ts';
import type { Field } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import type { RecordInput } from '../../core/records/read-input.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { propertyOf, propertyTypes } from './fields.ts';

/** The object in a body; nothing sent is an empty one. @throws body_invalid_json */
export function readBody(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'string' || body === '' || body.trim() === '') return {};
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AppError('body_invalid_json');
  return value as Readonly<Record<string, unknown>>;
}

/** Some programs begin their files with a byte order mark; it is no part of the JSON (RFC 8259 §8.1). */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    throw new AppError('body_invalid_json');
  }
}

/**
 * The values of known properties. What is no property, and what cannot be written, is left out silently: clients echo
 * whole records.
 */
export function inputOf(table: TableSchema, body: Readonly<Record<string, unknown>>): RecordInput {
  const input: [Field, unknown][] = [];
  for (const name of Object.keys(body)) {
    const field = propertyOf(table.fieldByName, name);
    if (field === undefined || fieldTypes[field.type].isReadOnly) continue;
    const { accept } = propertyTypes[field.type];
    input.push([field, accept === undefined ? body[name] : accept(body[name])]);
  }
  return input;
}
