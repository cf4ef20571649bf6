/** Builds one comparison of a filter from what a client sent, or says why it does not fit the field. */
import { type Comparison, type Field, Refusal, type Stored } from '../fields/field-type.ts';
import { comparisonOfField, fieldTypes } from '../fields/index.ts';
import type { ComparisonOperator, Filter } from './query.ts';

export const filterOperators = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'contains',
  'starts_with',
  'is_null',
  'any_of',
] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** What each kind of comparison can answer. */
const operatorsOf: Record<Exclude<Comparison, null>, readonly FilterOperator[]> = {
  text: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'contains', 'starts_with', 'is_null'],
  text_nocase: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'contains', 'starts_with', 'is_null'],
  number: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'is_null'],
  boolean: ['eq', 'ne', 'in', 'is_null'],
  option: ['eq', 'ne', 'in', 'contains', 'starts_with', 'is_null'],
  options: ['any_of', 'eq', 'contains', 'is_null'],
  links: ['any_of', 'eq', 'in', 'is_null'],
};

/** Values in one `in` or `any_of` at most. */
const filterValuesMax = 1000;

/** @returns the filter, or the refusal that completes the sentence "<field> …". */
export function makeFilter(field: Field, op: FilterOperator, value: unknown): Filter | Refusal {
  const comparison = comparisonOfField(field);
  if (op === 'is_null') {
    if (typeof value !== 'boolean') return new Refusal('is_null takes true or false');
    return { op: 'is_null', field, isNull: value };
  }
  if (comparison === null) return new Refusal(`a ${field.type} field can only be compared with is_null`);
  if (!operatorsOf[comparison].includes(op)) {
    return new Refusal(`a ${field.type} field knows ${operatorsOf[comparison].join(', ')}, not ${op}`);
  }
  if (op === 'eq' && isNothing(value)) return { op: 'is_null', field, isNull: true };
  if (op === 'ne' && isNothing(value)) return { op: 'is_null', field, isNull: false };
  if (comparison === 'links' || comparison === 'options') return membershipFilter(field, op, value);
  if (op === 'in' || op === 'any_of') return listFilter(field, value);
  if (op === 'contains' || op === 'starts_with') return textFilter(field, op, value);
  const stored = storedOf(field, value);
  if (stored instanceof Refusal) return stored;
  return { op, field, value: stored };
}

function isNothing(value: unknown): boolean {
  return value === null || value === '';
}

/** The value as the column would hold it. */
function storedOf(field: Field, value: unknown): Exclude<Stored, null> | Refusal {
  const type = fieldTypes[field.type];
  if (type.storage === 'system') return systemValue(field, value);
  const parsed = type.parse(value, field);
  if (parsed instanceof Refusal) return parsed;
  const stored = parsed === null ? null : type.toStored(parsed, field);
  return stored ?? new Refusal('needs a value to compare with');
}

/** Values of the system columns, which no client writes and whose types therefore parse nothing. */
function systemValue(field: Field, value: unknown): Exclude<Stored, null> | Refusal {
  if (field.column === 'id') {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number)
      ? number
      : new Refusal('must be compared with a whole number');
  }
  if (typeof value !== 'string') return new Refusal('must be compared with a text');
  if (field.column !== 'created_at' && field.column !== 'updated_at') return value;
  const instant = fieldTypes.datetime.parse(value, field);
  return instant instanceof Refusal ? instant : String(instant);
}

function listFilter(field: Field, value: unknown): Filter | Refusal {
  const values = listOf(value);
  if (values instanceof Refusal) return values;
  const stored: Exclude<Stored, null>[] = [];
  for (const one of values) {
    const converted = storedOf(field, one);
    if (converted instanceof Refusal) return converted;
    stored.push(converted);
  }
  return { op: 'in', field, values: stored };
}

function listOf(value: unknown): readonly unknown[] | Refusal {
  if (!Array.isArray(value)) return new Refusal('needs a list of values');
  if (value.length > filterValuesMax) return new Refusal(`takes at most ${filterValuesMax} values`);
  return value;
}

/** Relations and multiple choices: at least one of the values. */
function membershipFilter(field: Field, op: FilterOperator, value: unknown): Filter | Refusal {
  const values = op === 'eq' || op === 'contains' ? [value] : listOf(value);
  if (values instanceof Refusal) return values;
  const members: Exclude<Stored, null>[] = [];
  for (const one of values) {
    const parsed = fieldTypes[field.type].parse([one], field);
    if (parsed instanceof Refusal) return parsed;
    if (fieldTypes[field.type].storage === 'links') members.push(...(parsed as number[]));
    else if (parsed !== null)
      members.push(...(JSON.parse(String(fieldTypes[field.type].toStored(parsed, field))) as string[]));
  }
  return { op: 'any_of', field, values: members };
}

function textFilter(field: Field, op: 'contains' | 'starts_with', value: unknown): Filter | Refusal {
  if (typeof value !== 'string') return new Refusal(`${op} takes a text`);
  if (value.length > 10_000) return new Refusal(`${op} takes at most 10,000 characters`);
  if (comparisonOfField(field) !== 'option') return { op: op satisfies ComparisonOperator, field, value };
  // A choice is stored by id: look for it by name here, and for its id in the store.
  const wanted = value.toLowerCase();
  const choices = (field.options.choices ?? []) as unknown as readonly { id: string; name: string }[];
  const ids = choices
    .filter(({ name }) =>
      op === 'contains' ? name.toLowerCase().includes(wanted) : name.toLowerCase().startsWith(wanted),
    )
    .map(({ id }) => id);
  return ids.length === 0 ? { op: 'never' } : { op: 'in', field, values: ids };
}
