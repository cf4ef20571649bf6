/**
 * Values of formulas: what they are while a formula is worked out, and how the result stands in a row. Dates are
 * `YYYY-MM-DD`, instants `YYYY-MM-DDTHH:MM:SS.mmmZ`; null is the empty value; an error is a value like any other.
 */
import type { Json, Stored } from '../fields/field-type.ts';
import { roundTo } from '../fields/read-number.ts';

/** What a formula can result in. */
export const resultTypes = ['number', 'text', 'boolean', 'date', 'datetime'] as const;
export type ResultType = (typeof resultTypes)[number];

/** A part of a formula may also be a list, all records linked through a relation, or nothing at all. */
export type ValueType = ResultType | 'blank' | 'links' | { readonly listOf: ResultType };

/** Every error that a formula can show, with its meaning. */
export const formulaErrors = {
  '#DIV/0!': 'A number is divided by zero or by an empty value.',
  '#NUM!': 'A number does not exist or is too large, as the square root of -1.',
  '#VALUE!': 'A value cannot be read as what is needed, as the number in "twelve".',
  '#FIELD!': 'A field that the formula uses has been deleted.',
  '#TYPE!': 'A field that the formula uses has changed its type and no longer fits.',
  '#SIZE!': 'The result, or a list on the way to it, is too long.',
  '#ERROR!': 'The value could not be worked out.',
} as const;
export type FormulaErrorCode = keyof typeof formulaErrors;

/** An error as a value. One object per code. */
export class FormulaError {
  readonly code: FormulaErrorCode;
  constructor(code: FormulaErrorCode) {
    this.code = code;
  }
}

const errorObjects = new Map(Object.keys(formulaErrors).map((code) => [code, new FormulaError(code as never)]));

export function formulaError(code: FormulaErrorCode): FormulaError {
  return errorObjects.get(code) ?? new FormulaError(code);
}

export type Scalar = number | string | boolean | null;
export type Value = Scalar | FormulaError | readonly Scalar[];

/** Characters that a formula may have. */
export const formulaLengthMax = 5_000;

/** Characters that a text may have anywhere in a formula. */
export const textMax = 20_000;
/** Characters of texts that one formula may look at for one record, all parts together: a request must not wait long for it. */
export const charactersMax = 250_000;
/** Characters of each text in a list of related records. */
export const itemLengthMax = 2_000;
/** Values that a list may have. */
export const listMax = 1_000;

/** Before the code of an error in a row: no character at all, which no result begins with. It sorts after every date. */
const errorMark = '\uffff';

/** The shown text of an error in a row (`#DIV/0!`); null for every other value. */
export function errorIn(stored: Stored): string | null {
  return typeof stored === 'string' && stored.startsWith(errorMark) ? stored.slice(1) : null;
}

export function storedError({ code }: FormulaError): string {
  return errorMark + code;
}

/**
 * The result as a row holds it. Numbers are cut to the 15 digits that a double keeps through arithmetic, so that 0.1 + 0.2 is 0.3; an
 * empty text is nothing.
 */
export function storedResult(value: Value, precision: number | null): Stored {
  if (value instanceof FormulaError) return storedError(value);
  if (typeof value === 'number') {
    const exact = cut(value);
    if (!Number.isFinite(exact)) return storedError(formulaError('#NUM!'));
    const rounded = precision === null ? exact : roundTo(exact, precision);
    return rounded === 0 ? 0 : rounded;
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return null;
  const text = value.startsWith(errorMark) ? value.slice(1) : value;
  if (text.length > textMax) return storedError(formulaError('#SIZE!'));
  return text === '' ? null : text;
}

/** A value of a field, as its type shows it, as a value of a formula. */
export function scalarOf(shown: Json): Scalar {
  return typeof shown === 'object' ? null : shown;
}

/** The number to 15 digits, which is what arithmetic leaves of a double's 17. */
function cut(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  // Most are decimals of few places and stay as they are; going through text costs ten times as much.
  const scaled = value * 1e6;
  if (scaled < 1e15 && scaled > -1e15 && Math.round(scaled) / 1e6 === value) return value;
  return Number(value.toPrecision(15));
}

/** A value as text: what joining texts makes of it. */
export function textOf(value: Scalar): string {
  if (value === null) return '';
  return String(typeof value === 'number' ? cut(value) : value);
}
