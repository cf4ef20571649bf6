/**
 * Cells in both directions: every value goes out as text, `""` when there is none (wire/retable.md §6.1, §8), and the text
 * that went out comes back in as the same value.
 */
import { type Field, type Json, Refusal, type Stored } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { storedToJson } from '../../core/fields/parse-value.ts';
import type { StoredRow } from '../../core/records/query.ts';
import { type Links, recordId } from '../../core/records/record-view.ts';
import type { People } from './people.ts';

/** The text of one cell of a row. */
export type CellText = (row: StoredRow, links: Links, people: People) => string;

type Value = Exclude<Stored, null>;

/** Text of a stored value; called once per cell, so what depends on the field alone is decided before. */
function textOf(field: Field): (stored: Value, people: People) => string {
  switch (field.type) {
    case 'checkbox':
      return (stored) => (stored === 0 ? 'false' : 'true');
    case 'date':
      return (stored) => dayText(String(stored), field);
    case 'datetime':
      return (stored) => `${dayText(String(stored), field)} ${String(stored).slice(11, 16)}`;
    case 'currency':
      return (stored) => amountText(Number(stored), field);
    case 'number':
    case 'percent':
    case 'rating':
    case 'duration':
      return (stored) => plainNumber(Number(stored));
    case 'formula':
      return (stored) =>
        typeof stored === 'number' && field.options.result === 'number'
          ? plainNumber(stored)
          : resultText(stored, field);
    case 'location':
      return (stored) => placeText(storedToJson(field, stored), field);
    case 'file':
    case 'image':
      return (stored) => urlsText(storedToJson(field, stored));
    case 'user':
      return (stored, people) => people.email(String(stored));
    default: {
      const type = fieldTypes[field.type];
      return type.isStoredAsIs ? String : (stored) => type.toText(storedToJson(field, stored), field);
    }
  }
}

/** Dates and texts as they are, `true` or `false`, or the error that is shown. */
function resultText(stored: Value, field: Field): string {
  return fieldTypes[field.type].toText(storedToJson(field, stored), field);
}

export function cellTextOf(field: Field): CellText {
  const { slot } = field;
  switch (field.type) {
    case 'relation':
      return (row, links) => links.get(field.id)?.get(recordId(row))?.join(',') ?? '';
    case 'created_at':
      return (row) => rowTime(row[1]);
    case 'updated_at':
      return (row) => (isUpdated(row) ? rowTime(row[2]) : '');
    case 'created_by':
      return (row, _links, people) => people.email(row[3]);
    case 'updated_by':
      return (row, _links, people) => (isUpdated(row) ? people.email(row[4]) : '');
    default: {
      const text = textOf(field);
      return (row, _links, people) => {
        const stored = row[slot];
        return stored === null || stored === undefined ? '' : text(stored, people);
      };
    }
  }
}

/** Slots of a row that the text of the cell is made from. */
export function slotsOf(field: Field): readonly number[] {
  if (field.type === 'updated_at' || field.type === 'updated_by') return [1, 2, field.slot];
  return field.slot < 0 ? [] : [field.slot];
}

/** Slots of a row that hold the id of a person whose address the cell shows. */
export function personSlotsOf(field: Field): readonly number[] {
  return field.type === 'user' || field.type === 'created_by' || field.type === 'updated_by' ? [field.slot] : [];
}

/** A row is changed for the first time by its first update: creation is none (wire/retable.md §3.2). */
export function isUpdated(row: StoredRow): boolean {
  return row[1] !== row[2];
}

/** `2026-03-05 09:07:11` of an ISO instant. */
export function rowTime(instant: Stored | undefined): string {
  const text = String(instant);
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

function dayText(iso: string, field: Field): string {
  const day = iso.slice(0, 10);
  const { format } = field.options;
  if (format !== 'eu' && format !== 'us') return day;
  const [year, month, date] = day.split('-');
  return format === 'eu' ? `${date}/${month}/${year}` : `${month}/${date}/${year}`;
}

const centsDefault = 2;

/** `12.50`, without a symbol. */
function amountText(amount: number, field: Field): string {
  const { precision } = field.options;
  return amount.toFixed(typeof precision === 'number' ? precision : centsDefault);
}

const exponentForm = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/;

/** Digits and a point, never an exponent: spreadsheets and forms do not read those. */
function plainNumber(value: number): string {
  const text = String(value);
  const [, sign, first, rest = '', exponent] = exponentForm.exec(text) ?? [];
  // The numbers of a field lie below 2^53, so an exponent is always a negative one.
  return exponent === undefined ? text : `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`;
}

const isNumber = (value: Json | undefined): value is number => typeof value === 'number';

/** `lat,long`; the address or name of a place without a position. */
function placeText(place: Json, field: Field): string {
  if (typeof place === 'object' && place !== null && !Array.isArray(place)) {
    const { latitude, longitude } = place;
    if (isNumber(latitude) && isNumber(longitude)) return `${plainNumber(latitude)},${plainNumber(longitude)}`;
  }
  return fieldTypes[field.type].toText(place, field);
}

/** The addresses of files, joined by commas. */
function urlsText(value: Json): string {
  const files = Array.isArray(value) ? value : [value];
  return files
    .map((file) => (typeof file === 'object' && file !== null && !Array.isArray(file) ? String(file.url ?? '') : ''))
    .filter((url) => url !== '')
    .join(',');
}

const positionForm = /^\s*[+-]?\d{1,3}(?:\.\d+)?\s*[,;]\s*[+-]?\d{1,3}(?:\.\d+)?\s*$/;
const notPosition = new Refusal('must be "latitude,longitude"');
const notWhole = new Refusal('must be a whole number, 0 or more');

/**
 * What the core is to read for a cell. `""` and null clear. Values that Retable's own column of this type would refuse and the
 * core would take are refused here.
 */
export function readCell(field: Field, type: string, value: unknown): unknown | Refusal {
  if (value === '' || value === null) return null;
  if (type === 'geolocation' && typeof value === 'string' && !positionForm.test(value)) {
    // A place that another API wrote may have an address alone; its cell can be sent back as it was read.
    return field.foreign.retable === undefined ? value : notPosition;
  }
  const isText = typeof value === 'string' || typeof value === 'number';
  if (type === 'duration' && !(isText && /^\s*\d+(?:\.0+)?\s*$/.test(String(value)))) {
    return field.foreign.retable === undefined ? value : notWhole;
  }
  return value;
}
