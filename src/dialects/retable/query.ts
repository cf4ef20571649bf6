/** Query parameters of rows: `row_id`, `limit`, `offset`, and those of the search (wire/retable.md §6.1, §7). Others are ignored. */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Field } from '../../core/fields/field-type.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { columnsOf, findColumn } from './fields.ts';

/** Ids in one `row_id` at most. */
const rowIdsMax = 50;

const idForm = /^[1-9]\d{0,14}$/;
const wholeForm = /^\d{1,15}$/;

function refusedParameter(name: string, message: string): AppError {
  return new AppError('parameter_invalid', `${name}: ${message}`, {
    issues: [{ field: name, code: 'parameter_invalid', message }],
  });
}

/** A parameter as text; sent several times, joined like a list. Undefined when it is not there or empty. */
function parameter(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Readonly<Record<string, unknown>>)[name];
  const text = Array.isArray(value) ? value.join(',') : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

/** The ids that are asked for; undefined: every row. @throws parameter_invalid */
export function readRowIds(request: FastifyRequest): number[] | undefined {
  const text = parameter(request, 'row_id');
  if (text === undefined) return undefined;
  const ids = text.split(',').map((one) => one.trim());
  if (ids.length > rowIdsMax) throw refusedParameter('row_id', `must name at most ${rowIdsMax} rows`);
  if (!ids.every((one) => idForm.test(one))) throw refusedParameter('row_id', 'must be row ids, separated by commas');
  return ids.map(Number);
}

export interface Page {
  /** Null: all. */
  readonly limit: number | null;
  readonly offset: number;
}

/** @throws parameter_invalid */
export function readPage(request: FastifyRequest): Page {
  const limit = wholeNumber(request, 'limit');
  if (limit === 0) throw refusedParameter('limit', 'must be 1 or more');
  return { limit: limit ?? null, offset: wholeNumber(request, 'offset') ?? 0 };
}

function wholeNumber(request: FastifyRequest, name: string): number | undefined {
  const text = parameter(request, name);
  if (text === undefined) return undefined;
  if (!wholeForm.test(text)) throw refusedParameter(name, 'must be a whole number, 0 or more');
  return Number(text);
}

export interface SearchQuery {
  readonly field: Field;
  readonly term: string;
  /** Columns to show; undefined: all. */
  readonly fields: readonly Field[] | undefined;
}

/** @throws parameter_invalid */
export function readSearch(table: TableSchema, request: FastifyRequest): SearchQuery {
  const reference = parameter(request, 'columnID');
  if (reference === undefined) throw refusedParameter('columnID', 'must name the column to search');
  const term = parameter(request, 'term');
  if (term === undefined) throw refusedParameter('term', 'must be the text to search for');
  const field = findColumn(table, reference);
  if (field === undefined) throw unknownColumn('columnID', reference);
  const more = parameter(request, 'columnIDs');
  if (more === undefined) return { field, term, fields: undefined };
  const chosen = new Set([field, ...readColumns(table, more)]);
  return { field, term, fields: columnsOf(table).filter((one) => chosen.has(one)) };
}

/** One column whose title holds commas, or a comma list. */
function readColumns(table: TableSchema, text: string): Field[] {
  const whole = findColumn(table, text);
  if (whole !== undefined) return [whole];
  return text
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((reference) => {
      const field = findColumn(table, reference);
      if (field === undefined) throw unknownColumn('columnIDs', reference);
      return field;
    });
}

function unknownColumn(name: string, reference: string): AppError {
  return refusedParameter(name, `there is no column "${reference.trim()}" in this retable`);
}
