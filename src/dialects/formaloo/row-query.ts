/**
 * Which rows a list asks for, and in which order (wire/formaloo.md §7). What cannot be a value of its field matches nothing;
 * what names no field is ignored. Nothing here is refused.
 */
import type { FastifyRequest } from 'fastify';
import { toIso } from '../../core/clock.ts';
import type { Core } from '../../core/context.ts';
import { choicesOf } from '../../core/fields/choices.ts';
import { type Field, Refusal } from '../../core/fields/field-type.ts';
import { comparisonOfField } from '../../core/fields/index.ts';
import { readInstant } from '../../core/fields/read-instant.ts';
import { taggedRecords } from '../../core/forms/record-tags.ts';
import { type FilterOperator, makeFilter } from '../../core/records/make-filter.ts';
import type { Filter, SortKey } from '../../core/records/query.ts';
import { systemField } from '../../core/records/system-fields.ts';
import type { Form } from './form.ts';
import { itemsOf } from './matrix.ts';
import { queryText } from './pages.ts';

const never: Filter = { op: 'never' };
const dayMs = 86_400_000;

const operators: Readonly<Record<string, FilterOperator>> = {
  '': 'eq',
  _has: 'contains',
  _icontains: 'contains',
  _lt: 'lt',
  _lte: 'lte',
  _gt: 'gt',
  _gte: 'gte',
};
const suffixed = /^(.+?)(_has|_icontains|_lt|_lte|_gt|_gte)?$/;

/** Undefined: every row. */
export async function rowFilter(core: Core, form: Form, request: FastifyRequest): Promise<Filter | undefined> {
  const conditions: Filter[] = [];
  for (const name of Object.keys(request.query as object)) {
    const value = queryText(request, name);
    if (value === undefined) continue;
    const condition = await conditionOf(core, form, name, value);
    if (condition !== undefined) conditions.push(condition);
  }
  return conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0];
}

async function conditionOf(core: Core, form: Form, name: string, value: string): Promise<Filter | undefined> {
  if (name === 'search') return searchFilter(form, value);
  if (name === 'tags') return tagFilter(core, form, value);
  if (name === 'tracking_code') {
    return idFilter(core.secrets.submissionCodes.untrackIn(form.table.number, value.trim().toUpperCase()));
  }
  const [, subject = '', suffix = ''] = suffixed.exec(name) ?? [];
  const op = operators[suffix] ?? 'eq';
  // The time of a submission is when its row was made.
  if (subject === 'created_at' || subject === 'submit_time') return timeFilter('created_at', op, value);
  if (subject === 'updated_at') return timeFilter('updated_at', op, value);
  const field = form.bySlug.get(subject)?.field ?? null;
  return field === null ? undefined : fieldFilter(field, op, value);
}

function idFilter(id: number | null): Filter {
  const field = systemField('id');
  return id === null || field === undefined ? never : { op: 'eq', field, value: id };
}

/** Every text of the answers is looked through; choices by their titles, numbers by their value. */
export function searchFilter(form: Form, text: string): Filter {
  const of = form.answers.flatMap(({ field }) => {
    const comparison = comparisonOfField(field);
    if (comparison === 'options') return choiceFilter(field, text);
    if (comparison === 'number') return conditionOrNone(field, 'eq', text);
    const isText = comparison === 'text' || comparison === 'text_nocase' || comparison === 'option';
    return isText && field.slot >= 5 ? conditionOrNone(field, 'contains', text) : [];
  });
  return of.length === 0 ? never : { op: 'or', of };
}

function conditionOrNone(field: Field, op: FilterOperator, text: string): Filter[] {
  const filter = makeFilter(field, op, text);
  return filter instanceof Refusal || filter.op === 'never' ? [] : [filter];
}

function choiceFilter(field: Field, text: string): Filter[] {
  const wanted = text.toLowerCase();
  const values = choicesOf(field).flatMap(({ id, name }) => (name.toLowerCase().includes(wanted) ? id : []));
  return values.length === 0 ? [] : [{ op: 'any_of', field, values }];
}

function fieldFilter(field: Field, op: FilterOperator, value: string): Filter {
  const comparison = comparisonOfField(field);
  if (comparison === 'options') {
    if (op !== 'contains') return { op: 'any_of', field, values: [value] };
    return choiceFilter(field, value)[0] ?? never;
  }
  const filter = makeFilter(field, op, value);
  return filter instanceof Refusal ? never : filter;
}

const dayForm = /^\d{4}-\d\d-\d\d$/;

/** A day means all of it: equal is within it, later than it is after its end. */
function timeFilter(column: 'created_at' | 'updated_at', op: FilterOperator, value: string): Filter {
  const field = systemField(column);
  const text = value.trim();
  const start = readInstant(text, 'iso');
  if (field === undefined || start === null) return never;
  if (!dayForm.test(text)) return { op: op === 'contains' ? 'eq' : (op as 'eq'), field, value: start };
  const end = toIso(Date.parse(start) + dayMs);
  if (op === 'lt') return { op: 'lt', field, value: start };
  if (op === 'lte') return { op: 'lt', field, value: end };
  if (op === 'gt') return { op: 'gte', field, value: end };
  if (op === 'gte') return { op: 'gte', field, value: start };
  return {
    op: 'and',
    of: [
      { op: 'gte', field, value: start },
      { op: 'lt', field, value: end },
    ],
  };
}

async function tagFilter(core: Core, form: Form, value: string): Promise<Filter> {
  const known = new Set(itemsOf(form.memory.row_tags).map(({ slug }) => slug));
  const tags = value.split(',').flatMap((one) => (known.has(one.trim()) ? one.trim() : []));
  const field = systemField('id');
  if (tags.length === 0 || field === undefined) return never;
  const values = await taggedRecords(core.store, form.table.id, tags);
  return values.length === 0 ? never : { op: 'in', field, values };
}

/** Rows are numbered in the order of their making, so the number, which is indexed, stands for the time. */
const byNumber: ReadonlySet<string> = new Set(['created_at', 'position', 'id', 'slug', 'submit_number', 'submit_time']);

/** Newest first unless asked otherwise. */
export function rowOrder(form: Form, request: FastifyRequest): readonly SortKey[] {
  const text = queryText(request, 'ordering') ?? queryText(request, 'sort_by') ?? queryText(request, 'sort') ?? '';
  const keys = text.split(',').flatMap((part): SortKey[] => {
    const direction = part.startsWith('-') ? 'desc' : 'asc';
    const name = part.replace(/^[-+\s]/, '').trim();
    const field = sortFieldOf(form, name);
    return field === undefined ? [] : [{ field, direction }];
  });
  if (keys.length > 0) return keys.slice(0, 8);
  const field = systemField('id');
  return field === undefined ? [] : [{ field, direction: 'desc' }];
}

function sortFieldOf(form: Form, name: string): Field | undefined {
  if (byNumber.has(name)) return systemField('id');
  if (name === 'updated_at') return systemField('updated_at');
  const field = form.bySlug.get(name)?.field ?? undefined;
  if (field === undefined) return undefined;
  const comparison = comparisonOfField(field);
  return comparison === null || comparison === 'links' || comparison === 'options' ? undefined : field;
}
