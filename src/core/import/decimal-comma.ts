/**
 * Numbers written with a comma as their decimal sign (`1,50`, `1.234,56`). A whole column decides, since `1,234` alone may be read in two
 * ways; what it does not decide is told and read as nothing else.
 */
import { type FieldTypeName, Refusal } from '../fields/field-type.ts';
import { readNumber } from '../fields/read-number.ts';
import type { Delimiter } from './sniff-csv.ts';

/** What the commas and points of a column say. */
export interface NumberMarks {
  /**
   * `comma`: the comma is the decimal sign. `unclear`: numbers that can be read in two ways. `points`: all points could group
   * thousands as well, which matters where other columns have decimal commas.
   */
  readonly kind: 'comma' | 'unclear' | 'points';
  /** A value of the column that shows it. */
  readonly example: string;
}

export interface CommaGuess {
  /** Told every cell that is not blank. */
  see(cell: string): void;
  marks(): NumberMarks | null;
  /** Every cell is a number with a decimal comma, or a whole number beside such. */
  isNumber(): boolean;
}

/** Types that read a number from a text. */
const numberTypes: ReadonlySet<FieldTypeName> = new Set(['number', 'currency', 'percent', 'rating']);

export function readsNumbers(type: FieldTypeName): boolean {
  return numberTypes.has(type);
}

/** Files with these separators come from where the comma is the decimal sign; only the first from nowhere else. */
export function mayHaveDecimalCommas(delimiter: Delimiter): boolean {
  return delimiter === ';' || delimiter === '\t';
}

const whole = /^-?(?:0|[1-9]\d*)$/;
const withComma = /^-?(?:0|[1-9]\d*)?,\d+(?:[eE][+-]?\d+)?$/;
/** Thousands by points or spaces, perhaps with decimals. */
const grouped = /^-?[1-9]\d{0,2}([. \u00a0\u202f])\d{3}(?:\1\d{3})*(,\d+)?$/;
/** With a point as the decimal sign, or with commas between thousands. */
const withPoint = /^-?(?:\d+\.\d+|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?:[eE][+-]?\d+)?$/;
const commaOrThousands = /^-?[1-9]\d{0,2},\d{3}$/;
const pointOrThousands = /^-?[1-9]\d{0,2}\.\d{3}$/;
/** Doubles keep every decimal number of so many digits. */
const digitsKept = 17;

export function createCommaGuess(delimiter: Delimiter): CommaGuess {
  /** The first value that can be read in one way only. */
  let decimal: string | null = null;
  let unclearComma: string | null = null;
  let unclearPoint: string | null = null;
  let hasPoints = false;
  let hasOthers = false;

  function isComma(): boolean {
    if (decimal === null || hasPoints) return false;
    return delimiter === ';' || (unclearComma === null && unclearPoint === null);
  }

  return {
    see(cell) {
      if (hasPoints && hasOthers) return;
      const text = cell.trim();
      if (!isKeptExactly(text)) hasOthers = true;
      if (whole.test(text)) return;
      if (commaOrThousands.test(text)) unclearComma ??= text;
      else if (pointOrThousands.test(text)) unclearPoint ??= text;
      else if (withComma.test(text)) decimal ??= text;
      else if (withPoint.test(text)) hasPoints = true;
      else {
        const found = grouped.exec(text);
        if (found === null) hasOthers = true;
        else if (found[2] !== undefined) decimal ??= text;
      }
    },
    marks() {
      if (isComma()) return { kind: 'comma', example: decimal ?? '' };
      if (hasOthers) return null;
      if (decimal === null && unclearComma === null) {
        return unclearPoint === null || hasPoints ? null : { kind: 'points', example: unclearPoint };
      }
      // Beside 1,234.56 the comma of 1,234 is none of a decimal.
      if (decimal === null && hasPoints) return null;
      const example = unclearComma ?? unclearPoint;
      return example === null ? null : { kind: 'unclear', example };
    },
    isNumber: () => isComma() && !hasOthers,
  };
}

/** Long numbers lose digits, and those with an exponent may be too large; of others nothing is to be asked. */
function isKeptExactly(text: string): boolean {
  if (text.length < digitsKept && !/[eE]/.test(text)) return true;
  if (text.replace(/\D/g, '').length > digitsKept) return false;
  return !(readNumber(withDecimalPoint(text)) instanceof Refusal);
}

/** The number as fields read it; a text that is no such number stays as it is. */
export function withDecimalPoint(cell: string): string {
  const text = cell.trim();
  if (withComma.test(text)) return text.replace(',', '.');
  return grouped.test(text) ? text.replace(/[. \u00a0\u202f]/g, '').replace(',', '.') : cell;
}
