/**
 * The order of records and the place of a cursor in it. Empty values come first ascending and last descending; the id
 * breaks ties in the direction of the last key. What follows a cursor is a sequence of ranges, each of which an index
 * can seek: the rest of the cursor's own ties, then what comes after them, key by key from the last to the first.
 */
import { AppError } from '../../core/errors.ts';
import type { Field, Stored } from '../../core/fields/field-type.ts';
import { errorIn } from '../../core/formulas/formula-value.ts';
import type { SortKey } from '../../core/records/query.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import type { Param, SqlDialect } from '../engine.ts';
import { type Fragment, hole, sql } from '../sql.ts';
import { allOf, quoted } from '../statement.ts';
import { choiceIds, columnText, comparedText, comparedValue, comparisonOf, refused } from './field-expression.ts';

type Direction = 'asc' | 'desc';

/** One key of the order. The last is always the id. */
export interface OrderTerm {
  readonly field: Field | null;
  readonly direction: Direction;
  /** Names the term within its table. */
  readonly key: string;
}

export interface RecordOrder {
  readonly terms: readonly OrderTerm[];
  readonly key: string;
  /** Whether an index gives the order of the first key. */
  readonly isIndexed: boolean;
}

/** The places of choices stand in the text of the query, several times, and engines bound its length. */
const choicesMax = 2_000;

const byId: RecordOrder = { terms: [{ field: null, direction: 'asc', key: 'asc' }], key: 'asc', isIndexed: true };

/** @throws sort_invalid where a field has no order */
export function orderOf(sort: readonly SortKey[] | undefined): RecordOrder {
  if (sort === undefined || sort.length === 0) return byId;
  const terms: OrderTerm[] = [];
  let direction: Direction = 'asc';
  for (const { field, direction: wanted } of sort) {
    direction = wanted;
    // Ids are unique: what is named after them decides nothing.
    if (field.slot === 0) break;
    const kind = comparisonOf(field);
    if (kind === null || kind === 'options' || kind === 'links')
      throw refused('sort_invalid', field, 'cannot be sorted by');
    if (kind === 'option' && choiceIds(field).length > choicesMax) {
      throw refused('sort_invalid', field, `has more than ${choicesMax} choices and cannot be sorted by`);
    }
    terms.push({ field, direction, key: `${field.slot}${direction}` });
  }
  terms.push({ field: null, direction, key: direction });
  const first = terms[0]?.field ?? null;
  const isIndexed = first === null || ((first.isIndexed || first.isUnique) && comparisonOf(first) !== 'option');
  return { terms, key: terms.map((term) => term.key).join(), isIndexed };
}

/** `order by …` from the term number `from` on. */
export function orderBy(order: RecordOrder, table: TableSchema, dialect: SqlDialect, from = 0): Fragment {
  const terms = order.terms.slice(from).map(({ field, direction }) => {
    const nulls = field === null ? '' : direction === 'asc' ? dialect.nullsFirst : dialect.nullsLast;
    return sql.raw(`${expressionOf(field, table)} ${direction} ${nulls}`.trimEnd());
  });
  return sql`order by ${sql.join(terms)}`;
}

/** The cursor's values as the order compares them, one per term; the id is the last. @throws cursor_invalid */
export function cursorValues(
  order: RecordOrder,
  after: { readonly values: readonly Stored[]; readonly id: number },
): Param[] {
  return order.terms.map(({ field }, index) => {
    if (field === null) return after.id;
    const value = after.values[index];
    if (value === undefined) throw new AppError('cursor_invalid');
    const kind = comparisonOf(field);
    // An error in the last record shown lies among the empty values.
    if (errorIn(value) !== null) return null;
    if (kind !== 'option') return comparedValue(kind, value);
    const place = choiceIds(field).indexOf(String(value));
    return place < 0 ? null : place;
  });
}

/** One range of the records after a cursor. */
export interface Range {
  readonly condition: Fragment;
  /** First term that still varies inside the range. */
  readonly orderFrom: number;
}

/** The ranges after a cursor, in order. `at` is the place of the cursor's first value among the values of the run. */
export function rangesAfter(order: RecordOrder, table: TableSchema, cursor: readonly Param[], at: number): Range[] {
  const ranges: Range[] = [];
  for (let index = order.terms.length - 1; index >= 0; index -= 1) {
    const term = order.terms[index];
    if (term === undefined) continue;
    const ties = order.terms.slice(0, index).map(({ field }, place) => {
      const expression = sql.raw(expressionOf(field, table));
      return cursor[place] === null ? sql`${expression} is null` : sql`${expression} = ${hole(at + place)}`;
    });
    const expression = sql.raw(expressionOf(term.field, table));
    const isEmpty = cursor[index] === null;
    if (term.direction === 'asc') {
      const beyond = isEmpty ? sql`${expression} >= ${lowest(term.field)}` : sql`${expression} > ${hole(at + index)}`;
      ranges.push({ condition: allOf([...ties, beyond]), orderFrom: index });
    } else if (!isEmpty) {
      ranges.push({ condition: allOf([...ties, sql`${expression} < ${hole(at + index)}`]), orderFrom: index });
      if (term.field !== null)
        ranges.push({ condition: allOf([...ties, sql`${expression} is null`]), orderFrom: index + 1 });
    }
  }
  return ranges;
}

/** At or above this lies every value that is not empty. `is not null` says the same, but no index seeks by it. */
function lowest(field: Field | null): Fragment {
  const kind = field === null ? 'number' : comparisonOf(field);
  return sql.raw(kind === 'text' || kind === 'text_nocase' ? "''" : '-1.7976931348623157e308');
}

function expressionOf(field: Field | null, table: TableSchema): string {
  if (field === null) return quoted('id');
  const column = columnText(table, field);
  const kind = comparisonOf(field);
  if (kind !== 'option') return comparedText(column, kind);
  const places = choiceIds(field).map((id, place) => [id, place] as const);
  return placeText(
    column,
    places.sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

type Place = readonly [id: string, place: number];

/** The place of a choice among the choices; null for none of them. Halved until short, as a `case` looks at one after the other. */
function placeText(column: string, sorted: readonly Place[]): string {
  if (sorted.length === 0) return 'cast(null as integer)';
  const middle = sorted[sorted.length >> 1];
  if (sorted.length <= 16 || middle === undefined) {
    return `case ${column} ${sorted.map(([id, place]) => `when ${literal(id)} then ${place}`).join(' ')} end`;
  }
  const halves = [sorted.slice(0, sorted.length >> 1), sorted.slice(sorted.length >> 1)].map((half) =>
    placeText(column, half),
  );
  return `case when ${column} < ${literal(middle[0])} then ${halves.join(' else ')} end`;
}

/** Text as SQL text. Choice ids are ours; the quoting is for the day when one is not. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
