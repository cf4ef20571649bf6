/** The list parameters: `offset`, `limit`, `filterKey`, `filterValue` (wire/adalo.md §4). Nothing here is ever refused. */
import type { FastifyRequest } from 'fastify';
import { type Field, Refusal } from '../../core/fields/field-type.ts';
import { comparisonOfField } from '../../core/fields/index.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import { makeFilter } from '../../core/records/make-filter.ts';
import type { Filter } from '../../core/records/query.ts';
import { systemField } from '../../core/records/system-fields.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { builtInKeys, propertyOf, propertyTypes } from './fields.ts';

export const limitMax = 1000;

export interface ListQuery {
  readonly offset: number;
  readonly limit: number;
  readonly filter: Filter | undefined;
}

const wholeForm = /^\s*\d+\s*$/;
const never: Filter = { op: 'never' };

export function readListQuery(table: TableSchema, grant: Grant, request: FastifyRequest): ListQuery {
  const query = request.query as Readonly<Record<string, unknown>>;
  const limit = wholeNumber(query.limit);
  return {
    offset: wholeNumber(query.offset) ?? 0,
    // A page of none would never end.
    limit: limit === undefined || limit === 0 ? limitMax : Math.min(limit, limitMax),
    filter: filterOf(table, grant, request, query),
  };
}

function wholeNumber(value: unknown): number | undefined {
  const text = firstOf(value);
  // Beyond every record is beyond every record, however far.
  return text !== undefined && wholeForm.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined;
}

/** Of a parameter sent twice, the first. */
function firstOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' ? one : undefined;
}

/** Undefined without a filter: one of the two parameters alone is none. */
function filterOf(
  table: TableSchema,
  grant: Grant,
  request: FastifyRequest,
  query: Readonly<Record<string, unknown>>,
): Filter | undefined {
  const key = firstOf(query.filterKey);
  const value = firstOf(query.filterValue);
  if (key === undefined || key === '' || value === undefined) return undefined;
  const field = spellings(request, 'filterKey', key)
    .map((name) => filterField(table, grant, name))
    .find((one) => one !== undefined);
  if (field === undefined) return never;
  const of = spellings(request, 'filterValue', value)
    .map((spelled) => condition(field, spelled))
    .filter((one) => one !== null);
  const [first = never] = of;
  return of.length > 1 ? { op: 'or', of } : first;
}

/**
 * What a parameter can mean. Forms write a space as "+", while one client sends e-mail addresses with a bare "+" in them
 * (wire/adalo.md §11.6, Coach Edge): the text is looked for in both readings.
 */
function spellings(request: FastifyRequest, name: string, decoded: string): string[] {
  const url = request.raw.url ?? '';
  if (!url.includes('+')) return [decoded];
  const pair = url
    .slice(url.indexOf('?') + 1)
    .split('&')
    .find((one) => one.startsWith(`${name}=`));
  const literal = pair === undefined ? decoded : decoded === '' ? '' : decode(pair.slice(name.length + 1), decoded);
  return literal === decoded ? [decoded] : [decoded, literal];
}

function decode(text: string, otherwise: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return otherwise;
  }
}

function filterField(table: TableSchema, grant: Grant, name: string): Field | undefined {
  if (builtInKeys.has(name)) return systemField(name);
  const field = propertyOf(table.fieldByName, name);
  if (field === undefined || !propertyTypes[field.type].isFilterable) return undefined;
  return grant.readable === null || grant.readable.has(field.id) ? field : undefined;
}

/** Null where the value cannot be one of the field's: then no record has it. */
function condition(field: Field, value: string): Filter | null {
  // Exact match: an empty text is looked for as such and is not the same as no value.
  if (value === '') return comparisonOfField(field) === 'text' ? { op: 'eq', field, value } : null;
  const filter = makeFilter(field, 'eq', value);
  return filter instanceof Refusal ? null : filter;
}
