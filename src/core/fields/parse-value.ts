/** Values and options of a field, whatever its type. */
import { createRequire } from 'node:module';
import type * as TypeboxValue from 'typebox/value';
import { AppError, type Issue } from '../errors.ts';
import type { TSchema } from '../schema.ts';
import { type Field, type FieldTypeName, type Json, Refusal, type Stored } from './field-type.ts';
import { fieldTypes } from './index.ts';
import { isPlainObject } from './plain-json.ts';
import { problemOfText } from './read-text.ts';

const require = createRequire(import.meta.url);
let typeboxValue: typeof TypeboxValue | undefined;

/** Loaded with the first field that is made or changed: most servers never need its 140 modules, and a start would wait for them. */
function schemas(): typeof TypeboxValue {
  typeboxValue ??= require('typebox/value') as typeof TypeboxValue;
  return typeboxValue;
}

/** Canonical value of what a client sent, or why the field refuses it. */
export function parseFieldValue(field: Field, input: unknown): Json | Refusal {
  return fieldTypes[field.type].parse(input, field);
}

/** Canonical value of what the column holds. */
export function storedToJson(field: Field, stored: Stored): Json {
  const type = fieldTypes[field.type];
  return type.isStoredAsIs ? stored : type.fromStored(stored, field);
}

/** Whether a required field would miss its value: nothing, an empty text or an empty list. */
export function isEmpty(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Characters of JSON text that a field's options may have: room for the longest list of choices. */
const optionsLengthMax = 8_000_000;
const optionsDepthMax = 20;

/**
 * The options as the catalog keeps them: checked, defaulted and completed (ids for new choices). `null` unsets an option.
 * @throws body_invalid with one issue per wrong option, its path as `options.x`
 */
export function validateOptions(type: FieldTypeName, options: unknown): Record<string, Json> {
  const { options: schema, completeOptions } = fieldTypes[type];
  if (options === undefined || options === null) return validateOptions(type, {});
  if (!isPlainObject(options)) throw refused([issue('options', 'must be an object')]);
  const given = withoutUnset(schema, copyOf(options));
  const completed = schemas().Default(schema, given) as Record<string, Json>;
  const issues = issuesOf(schema, completed);
  if (issues.length > 0) throw refused(issues);
  const result = completeOptions === undefined ? completed : completeOptions(completed);
  if (!(result instanceof Refusal)) return result;
  // The refusal reads "min must not be more than max": its first word is the option.
  const [option = '', ...rest] = result.message.split(' ');
  throw refused([issue(`options.${option}`, rest.join(' '))]);
}

function issue(field: string, message: string): Issue {
  return { field, code: 'body_invalid', message };
}

function refused(issues: readonly Issue[]): AppError {
  const [first] = issues;
  return new AppError('body_invalid', first && `${first.field}: ${first.message}`, { issues });
}

/** A deep copy of plain JSON within bounds; refuses everything else. */
function copyOf(options: Record<string, unknown>): Record<string, Json> {
  const allowance = { left: optionsLengthMax };
  const problem = problemOfJson(options, 'options', optionsDepthMax, allowance);
  if (problem !== null) throw refused([problem]);
  return JSON.parse(JSON.stringify(options)) as Record<string, Json>;
}

function problemOfJson(value: unknown, path: string, depthLeft: number, allowance: { left: number }): Issue | null {
  allowance.left -= typeof value === 'string' ? value.length + 2 : 2;
  if (allowance.left < 0) return issue('options', 'must be smaller');
  if (typeof value === 'string') {
    const problem = problemOfText(value);
    return problem === null ? null : issue(path, problem.message);
  }
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return null;
  if (!Array.isArray(value) && !isPlainObject(value)) return issue(path, 'must be JSON');
  if (depthLeft === 0) return issue('options', `must not be nested deeper than ${optionsDepthMax} levels`);
  const isList = Array.isArray(value);
  for (const [key, entry] of Object.entries(value)) {
    // Options are merged and spread by what reads them; this key would not survive that as data.
    if (key === '__proto__' || !key.isWellFormed()) return issue(path, 'must not have a key like this');
    const problem = problemOfJson(entry, isList ? `${path}[${key}]` : `${path}.${key}`, depthLeft - 1, allowance);
    if (problem !== null) return problem;
  }
  return null;
}

/** Drops options sent as null, except where null is a value of the option. */
function withoutUnset(schema: TSchema, options: Record<string, Json>): Record<string, Json> {
  const properties = 'properties' in schema ? (schema.properties as Record<string, TSchema>) : {};
  const kept = Object.entries(options).filter(([name, value]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return value !== null || (property !== undefined && schemas().Check(property, null));
  });
  return Object.fromEntries(kept);
}

/** One issue per place. Unknown options are named as such. */
function issuesOf(schema: TSchema, value: unknown): Issue[] {
  const messages = new Map<string, string>();
  for (const error of schemas().Errors(schema, value)) {
    if (error.keyword === 'additionalProperties') {
      for (const key of error.params.additionalProperties)
        messages.set(pathOf(`${error.instancePath}/${key}`), 'is not an option');
      continue;
    }
    const path = pathOf(error.instancePath);
    const known = messages.get(path);
    if (known === undefined || error.keyword === 'anyOf')
      messages.set(path, messageOf(error.keyword, error.message, schema, error.instancePath));
  }
  return [...messages].map(([path, message]) => issue(path, message));
}

/** `/choices/1/name` → `options.choices[1].name`. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : `${path}.${key}`), 'options');
}

/** For a choice between fixed words, the words. */
function messageOf(keyword: string, message: string, schema: TSchema, pointer: string): string {
  if (keyword !== 'anyOf') return message;
  const properties = 'properties' in schema ? (schema.properties as Record<string, TSchema>) : {};
  const property = properties[pointer.slice(1)];
  const variants = property !== undefined && 'anyOf' in property ? (property.anyOf as { const?: Json }[]) : [];
  const words = variants.flatMap((variant) => (variant.const === undefined ? [] : JSON.stringify(variant.const)));
  return words.length > 0 ? `must be ${words.join(' or ')}` : 'does not have an accepted form';
}
