/** Filters and orders in plain JavaScript, to hold the store's answers against; and generators of both. */
import fc from 'fast-check';
import type { Field, Stored } from '../../../src/core/fields/field-type.ts';
import type { Filter, SortKey, StoredRow } from '../../../src/core/records/query.ts';
import { systemField } from '../../../src/core/records/system-fields.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { fieldOf, relationOptions, tableSchema, testId } from '../table-schema-factory.ts';

const choices = ['c2', 'c1', 'c3', ...Array.from({ length: 20 }, (_, n) => `x${(n * 7) % 20}`)].map((id) => ({
  id,
  name: id,
}));

/** One field of every comparison, with and without an index. */
export function queryTable(): TableSchema {
  return tableSchema('query', [
    { name: 'title', type: 'text', isIndexed: true },
    { name: 'note', type: 'text' },
    { name: 'mail', type: 'email', isIndexed: true },
    { name: 'n', type: 'number', isIndexed: true },
    { name: 'm', type: 'number' },
    { name: 'ok', type: 'checkbox', isIndexed: true },
    { name: 'kind', type: 'single_select', isIndexed: true, options: { choices } },
    { name: 'tags', type: 'multi_select', options: { choices } },
    { name: 'friends', type: 'relation', options: relationOptions(testId(), 'a', 'many', 'many') },
  ]);
}

// Cases of one length, wildcards of LIKE and GLOB, and characters whose order differs between UTF-16 and code points.
const texts = [
  '',
  'a',
  'A',
  'ab',
  'AB',
  'b',
  'Ä',
  'ä',
  'xÄb',
  'ж',
  'Ж',
  '%',
  '_',
  'a%b',
  '*',
  '?',
  '[a]',
  'a*',
  ']',
  '^',
  '\u{1F600}',
  '\uFF5E',
  "o'x",
];
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(-1e9, -1, -0.5, 0, 0.1, 1, 2, 770_305_335_713_489_200, 1e300);
const choice = fc.constantFrom('c1', 'c2', 'c3', 'x4', 'x19', 'gone');
const mail = fc.constantFrom('a@x', 'A@x', 'b@x', 'B@X', 'z');
const orEmpty = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });

export interface ModelRecord {
  readonly row: StoredRow;
  readonly friends: readonly number[];
}

/** Field columns in the order of `queryTable`, and the places of friends. */
export const recordValues = fc.tuple(
  fc.tuple(
    orEmpty(text),
    orEmpty(text),
    orEmpty(mail),
    orEmpty(number),
    orEmpty(number),
    orEmpty(fc.constantFrom(0, 1)),
    orEmpty(choice),
    orEmpty(fc.uniqueArray(choice, { minLength: 1, maxLength: 3 }).map((ids) => JSON.stringify(ids))),
  ),
  fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 3 }),
);

export function filters(table: TableSchema): fc.Arbitrary<Filter> {
  const field = (name: string) => fieldOf(table, name);
  const compare = <V extends string | number>(
    names: readonly string[],
    values: fc.Arbitrary<V>,
    ops: readonly ('eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'starts_with')[],
  ) => fc.record({ op: fc.constantFrom(...ops), field: fc.constantFrom(...names.map(field)), value: values });
  const among = <V extends string | number>(op: 'in' | 'any_of', names: readonly string[], values: fc.Arbitrary<V>) =>
    fc.record({
      op: fc.constant(op),
      field: fc.constantFrom(...names.map(field)),
      values: fc.array(values, { maxLength: 3 }),
    });
  const orders = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
  const leaf: fc.Arbitrary<Filter> = fc.oneof(
    compare(['title', 'note'], text, [...orders, 'contains', 'starts_with']),
    compare(['mail'], mail, [...orders, 'contains', 'starts_with']),
    compare(['n', 'm'], number, orders),
    compare(['ok'], fc.constantFrom(0, 1), ['eq', 'ne']),
    compare(['kind'], choice, ['eq', 'ne']),
    compare(['tags'], choice, ['contains']),
    among('in', ['title', 'note'], text),
    among('in', ['mail'], mail),
    among('in', ['n', 'm'], number),
    among('any_of', ['kind', 'tags'], choice),
    among('any_of', ['friends'], fc.integer({ min: 0, max: 31 })),
    fc.record({
      op: fc.constant('is_null' as const),
      field: fc.constantFrom(...['title', 'mail', 'n', 'ok', 'kind', 'tags', 'friends'].map(field)),
      isNull: fc.boolean(),
    }),
    fc.constant<Filter>({ op: 'never' }),
  );
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ op: fc.constantFrom('and' as const, 'or' as const), of: fc.array(tie('filter'), { maxLength: 3 }) }),
      fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    ),
  })).filter;
}

export function sorts(table: TableSchema): fc.Arbitrary<SortKey[]> {
  const fields = ['title', 'note', 'mail', 'n', 'm', 'ok', 'kind'].map((name) => fieldOf(table, name));
  for (const name of ['id', 'updated_by']) {
    const field = systemField(name);
    if (field !== undefined) fields.push(field);
  }
  return fc
    .uniqueArray(fc.constantFrom(...fields), { maxLength: 3 })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((field) =>
          fc.record({ field: fc.constant(field), direction: fc.constantFrom('asc' as const, 'desc' as const) }),
        ),
      ),
    );
}

export function matches(filter: Filter, record: ModelRecord): boolean {
  switch (filter.op) {
    case 'never':
      return false;
    case 'and':
      return filter.of.every((one) => matches(one, record));
    case 'or':
      return filter.of.some((one) => matches(one, record));
    case 'not':
      return !matches(filter.of, record);
    case 'is_null':
      return filter.isNull === (members(filter.field, record).length === 0);
    case 'in':
    case 'any_of':
      return members(filter.field, record).some((value) =>
        filter.values.some((wanted) => compared(filter.field, wanted) === value),
      );
    default: {
      const own = members(filter.field, record);
      const wanted = compared(filter.field, filter.value);
      const [value] = own;
      if (filter.op === 'ne') return value !== wanted;
      if (value === undefined) return false;
      if (filter.op === 'contains' && filter.field.type === 'multi_select') return own.includes(wanted);
      if (filter.op === 'contains') return lower(value).includes(lower(wanted));
      if (filter.op === 'starts_with') return lower(value).startsWith(lower(wanted));
      const order = compareValues(value, wanted);
      return { eq: order === 0, gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[filter.op];
    }
  }
}

function members(field: Field, record: ModelRecord): readonly Exclude<Stored, null>[] {
  if (field.type === 'relation') return record.friends;
  const value = record.row[field.slot] ?? null;
  if (value === null) return [];
  return field.type === 'multi_select' ? JSON.parse(String(value)) : [compared(field, value)];
}

function compared(field: Field, value: Exclude<Stored, null>): Exclude<Stored, null> {
  return field.type === 'email' ? lower(value) : value;
}

function lower(value: Stored): string {
  return String(value).toLowerCase();
}

function compareValues(a: Exclude<Stored, null>, b: Exclude<Stored, null>): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

export function inOrder(records: readonly ModelRecord[], sort: readonly SortKey[]): ModelRecord[] {
  return records.toSorted((a, b) => {
    for (const { field, direction } of sort) {
      const order = compareKeys(sortValue(field, a.row), sortValue(field, b.row));
      if (order !== 0) return direction === 'asc' ? order : -order;
    }
    const order = Number(a.row[0]) - Number(b.row[0]);
    return sort.at(-1)?.direction === 'desc' ? -order : order;
  });
}

function sortValue(field: Field, row: StoredRow): Stored {
  const value = row[field.slot] ?? null;
  if (value === null) return null;
  if (field.type !== 'single_select') return compared(field, value);
  const place = choices.findIndex((choice) => choice.id === value);
  return place < 0 ? null : place;
}

function compareKeys(a: Stored, b: Stored): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return compareValues(a, b);
}
