/**
 * Search for a whole value, ignoring case and space around it; numbers by their value (wire/retable.md §7). What the cell reads
 * as decides; the store is asked for a superset, so that few rows are looked at.
 */
import { toIso } from '../../core/clock.ts';
import type { Core } from '../../core/context.ts';
import { type Field, Refusal } from '../../core/fields/field-type.ts';
import { comparisonOfField, fieldTypes } from '../../core/fields/index.ts';
import { makeFilter } from '../../core/records/make-filter.ts';
import type { Filter } from '../../core/records/query.ts';
import { cellTextOf, personSlotsOf, slotsOf } from './cells.ts';
import type { RowTest } from './send-rows.ts';

export interface Search {
  /** Undefined: every row must be looked at. */
  readonly filter: Filter | undefined;
  readonly matches: RowTest;
}

/** Characters of the term that the store looks for; the rest is compared here. */
const needleMax = 1000;

const never: Filter = { op: 'never' };

export async function searchFor(core: Core, field: Field, term: string): Promise<Search> {
  const text = cellTextOf(field);
  const isNumeric = comparisonOfField(field) === 'number';
  const wanted = normal(term);
  const number = isNumeric ? numberOf(field, term) : null;
  return {
    filter: await supersetOf(core, field, term),
    matches: {
      personSlots: personSlotsOf(field),
      relations: field.type === 'relation' ? [field] : [],
      slots: slotsOf(field),
      test(row, links, people) {
        const cell = text(row, links, people);
        if (number === null) return normal(cell) === wanted;
        return cell !== '' && numberOf(field, cell) === number;
      },
    },
  };
}

function normal(text: string): string {
  return text.trim().toLowerCase();
}

/** The value of a number as the field reads it; null for what is none. */
function numberOf(field: Field, text: string): number | null {
  const value = fieldTypes[field.type].parse(text, field);
  return typeof value === 'number' ? value : null;
}

/** Rows among which all matches are; undefined for all rows. */
async function supersetOf(core: Core, field: Field, term: string): Promise<Filter | undefined> {
  switch (field.type) {
    case 'user': {
      const user = await core.store.find('users', { email: term.toLowerCase() });
      return user === undefined ? never : { op: 'eq', field, value: user.id };
    }
    case 'autonumber': {
      const { parse, toStored } = fieldTypes.autonumber;
      const label = parse(term, field);
      const id = label instanceof Refusal ? null : toStored(label, field);
      return id === null ? never : { op: 'eq', field, value: id };
    }
    case 'datetime':
    case 'created_at':
    case 'updated_at':
      return spanOf(field, term);
    // Shown otherwise than stored, and without an order or index to use.
    case 'created_by':
    case 'updated_by':
    case 'location':
    case 'json':
    case 'file':
    case 'image':
    case 'formula':
      return undefined;
    case 'relation':
    case 'multi_select':
      return listed(field, term);
    default:
      return equal(field, term);
  }
}

function equal(field: Field, term: string): Filter | undefined {
  const comparison = comparisonOfField(field);
  const isText = comparison === 'text' || comparison === 'text_nocase';
  const filter =
    isText && field.type !== 'date'
      ? makeFilter(field, 'contains', term.slice(0, needleMax))
      : makeFilter(field, 'eq', term);
  // What the field does not read as a value, no cell of it reads as.
  return filter instanceof Refusal ? never : filter;
}

/** Cells of times show less than is stored: minutes in calendars, seconds elsewhere. */
function spanOf(field: Field, term: string): Filter {
  const first = fieldTypes.datetime.parse(term, field);
  if (typeof first !== 'string') return never;
  const from = Date.parse(first.slice(0, 17).concat('00.000Z'));
  const of: Filter[] = [
    { op: 'gte', field, value: toIso(from) },
    { op: 'lt', field, value: toIso(from + 60_000) },
  ];
  return { op: 'and', of };
}

/** One of the listed values, of which a match has all. */
function listed(field: Field, term: string): Filter {
  const values = fieldTypes[field.type].parse(term, field);
  const first = Array.isArray(values) ? values[0] : undefined;
  if (first === undefined) return never;
  const filter = makeFilter(field, 'any_of', [first]);
  return filter instanceof Refusal ? never : filter;
}
