/**
 * The product's own query language: filter trees, sort lists and lists of fields, over what the caller may see. The native API
 * and the command line read it here.
 */
import { AppError, type ErrorCode } from '../errors.ts';
import { type Field, Refusal } from '../fields/field-type.ts';
import { comparisonOfField, fieldTypes } from '../fields/index.ts';
import type { Grant } from '../keys/scopes.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { type FilterOperator, filterOperators, makeFilter } from './make-filter.ts';
import type { Filter, SortKey } from './query.ts';
import { systemField } from './system-fields.ts';

const depthMax = 20;
const conditionsMax = 200;
const sortKeysMax = 8;

/** A field that the caller may see, by name or id; system columns by their name where no field has it. */
export function visibleField(table: TableSchema, grant: Grant, name: string): Field | undefined {
  const field = table.fieldByName.get(name) ?? table.fieldById.get(name);
  if (field === undefined) return systemField(name);
  if (fieldTypes[field.type].isHidden) return undefined;
  return grant.readable === null || grant.readable.has(field.id) ? field : undefined;
}

function refused(code: ErrorCode, field: string, message: string): AppError {
  return new AppError(code, `${field}: ${message}`, { issues: [{ field, code, message }] });
}

/** Parses JSON that came inside a query parameter. */
export function parseParameter(name: string, text: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(code, name, 'must be valid JSON');
  }
}

/**
 * A filter tree: `{"Price": {"gte": 10}, "Name": "Lamp"}` (all must hold), `{"field": "Price", "op": "gte", "value": 10}`,
 * `{"and": […]}`, `{"or": […]}`, `{"not": …}`. @throws filter_invalid
 */
export function readFilter(table: TableSchema, grant: Grant, tree: unknown): Filter {
  let conditions = 0;

  function node(value: unknown, path: string, depth: number): Filter {
    if (depth > depthMax) throw refused('filter_invalid', path, `is nested deeper than ${depthMax} levels`);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refused('filter_invalid', path, 'must be an object');
    }
    const entries = Object.entries(value);
    const explicit = explicitCondition(value as Record<string, unknown>);
    if (explicit !== null) return condition(explicit.field, explicit.op, explicit.value, path);
    const of = entries.map(([key, inner]) => {
      const at = `${path}.${key}`;
      if ((key === 'and' || key === 'or') && Array.isArray(inner)) {
        return { op: key, of: inner.map((one, index) => node(one, `${at}[${index}]`, depth + 1)) } as const;
      }
      if (key === 'not' && typeof inner === 'object' && inner !== null) {
        return { op: 'not', of: node(inner, at, depth + 1) } as const;
      }
      return fieldConditions(key, inner, at);
    });
    const [first] = of;
    return of.length === 1 && first !== undefined ? first : { op: 'and', of };
  }

  function fieldConditions(name: string, inner: unknown, path: string): Filter {
    if (typeof inner !== 'object' || inner === null) return condition(name, 'eq', inner, path);
    if (Array.isArray(inner)) return condition(name, 'in', inner, path);
    const of = Object.entries(inner).map(([op, value]) => condition(name, op, value, `${path}.${op}`));
    const [first] = of;
    return of.length === 1 && first !== undefined ? first : { op: 'and', of };
  }

  function condition(name: string, op: string, value: unknown, path: string): Filter {
    conditions += 1;
    if (conditions > conditionsMax)
      throw refused('filter_invalid', 'filter', `has more than ${conditionsMax} conditions`);
    const field = visibleField(table, grant, name);
    if (field === undefined) throw refused('filter_invalid', path, `there is no field "${name}" in ${table.name}`);
    if (!isOperator(op)) throw refused('filter_invalid', path, `"${op}" is not one of ${filterOperators.join(', ')}`);
    const filter = makeFilter(field, op, value);
    if (filter instanceof Refusal) throw refused('filter_invalid', path, filter.message);
    return filter;
  }

  return node(tree, 'filter', 0);
}

function isOperator(op: string): op is FilterOperator {
  return filterOperators.some((one) => one === op);
}

/** `{field, op, value}` and nothing else: the form in which any field name can be written. */
function explicitCondition(value: Record<string, unknown>): { field: string; op: string; value: unknown } | null {
  const { field, op } = value;
  if (typeof field !== 'string' || typeof op !== 'string') return null;
  return Object.keys(value).every((key) => key === 'field' || key === 'op' || key === 'value')
    ? { field, op, value: value.value }
    : null;
}

/** `name,-price` or a list of such texts; `-` sorts downwards. @throws sort_invalid */
export function readSort(table: TableSchema, grant: Grant, sort: string | readonly string[]): SortKey[] {
  const names = typeof sort === 'string' ? splitNames(sort) : sort;
  if (names.length > sortKeysMax) throw refused('sort_invalid', 'sort', `takes at most ${sortKeysMax} fields`);
  return names.map((text, index) => {
    // A field may itself begin with a minus sign: the exact name wins.
    const exact = visibleField(table, grant, text);
    const field = exact ?? (/^[-+]/.test(text) ? visibleField(table, grant, text.slice(1)) : undefined);
    const path = typeof sort === 'string' ? 'sort' : `sort[${index}]`;
    if (field === undefined)
      throw refused('sort_invalid', path, `there is no field "${text.replace(/^[-+]/, '')}" in ${table.name}`);
    const comparison = comparisonOfField(field);
    if (comparison === null || comparison === 'links' || comparison === 'options') {
      throw refused('sort_invalid', path, `a ${field.type} field has no order`);
    }
    return { field, direction: exact === undefined && text.startsWith('-') ? 'desc' : 'asc' };
  });
}

/** Fields to show: `a,b` or a list, by name or id. @throws parameter_invalid */
export function readFields(
  table: TableSchema,
  grant: Grant,
  names: string | readonly string[],
  parameter: string,
): Field[] {
  const list = typeof names === 'string' ? splitNames(names) : names;
  return list.map((name) => {
    const field = visibleField(table, grant, name);
    if (field === undefined || field.tableId === '') {
      throw refused('parameter_invalid', parameter, `there is no field "${name}" in ${table.name}`);
    }
    return field;
  });
}

/** As `readFields`, with system columns by their names. @throws parameter_invalid */
export function readColumns(table: TableSchema, grant: Grant, names: string | readonly string[]): Field[] {
  return (typeof names === 'string' ? splitNames(names) : names).map((name) => {
    const field = visibleField(table, grant, name);
    if (field === undefined) {
      throw refused('parameter_invalid', 'fields', `there is no field "${name}" in ${table.name}`);
    }
    return field;
  });
}

/** Every field that the caller may see. */
export function visibleFields(table: TableSchema, grant: Grant): readonly Field[] {
  const { readable } = grant;
  return readable === null ? table.fields : table.fields.filter((field) => readable.has(field.id));
}

/** A comma list; names that hold a comma are written as a JSON list. */
function splitNames(text: string): string[] {
  if (text.startsWith('[')) {
    const list = parseParameter('list', text, 'parameter_invalid');
    if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  }
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
