/**
 * Reading of dates, times and instants in the forms that clients send. Every function answers the canonical text or null
 * for what it does not read, and never throws. Years run from 0001 to 9999.
 */

/** How day, month and year are ordered in slashed dates: `DD/MM/YYYY` (eu) or `MM/DD/YYYY` (us). `iso` reads none. */
export type DateFormat = 'iso' | 'eu' | 'us';

const isoForm =
  /^(\d{4})-(\d\d)-(\d\d)(?:(?:[Tt]| +)(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?)?$/;
const slashedForm = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})((?:[Tt]| +)\d\d:\d\d.*)?$/;
const timeForm = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?$/;
const inputLengthMax = 64;

/** The day as written (`YYYY-MM-DD`); a time after it must be a real one and is cut off, whatever its offset. */
export function readDay(text: string, format: DateFormat): string | null {
  if (text.length === 10 && isDay(text)) return text;
  const parts = partsOf(text, format);
  return parts === null ? null : parts.day;
}

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`. Without an offset the text is taken as UTC; finer fractions than ms are cut. */
export function readInstant(text: string, format: DateFormat): string | null {
  if (isCanonicalInstant(text)) return text;
  const parts = partsOf(text, format);
  if (parts === null) return null;
  const instant = `${parts.day}T${parts.time}Z`;
  return parts.offsetMinutes === 0 ? instant : instantOf(Date.parse(instant) - parts.offsetMinutes * 60_000);
}

/** The instant that lies so many milliseconds after 1970; null beyond the years that have four digits. */
export function instantOf(ms: number): string | null {
  return ms >= -62_135_596_800_000 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : null;
}

/** `HH:MM:SS` from `H:MM`, `HH:MM` or `HH:MM:SS`; fractions of a second are cut. */
export function readTime(text: string): string | null {
  if (text.length > inputLengthMax) return null;
  const match = timeForm.exec(text);
  if (match === null) return null;
  const [, hour = '', minute = '', second = '00'] = match;
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
    ? `${hour.padStart(2, '0')}:${minute}:${second}`
    : null;
}

interface Parts {
  readonly day: string;
  /** `HH:MM:SS.mmm` as written. */
  readonly time: string;
  readonly offsetMinutes: number;
}

function partsOf(text: string, format: DateFormat): Parts | null {
  if (text.length > inputLengthMax) return null;
  const match = isoForm.exec(format === 'iso' ? text : slashedToIso(text, format));
  if (match === null) return null;
  const [, year, month, date, hour = '00', minute = '00', second = '00', fraction = '', sign, hours, minutes = '00'] =
    match;
  const day = `${year}-${month}-${date}`;
  if (!isDay(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  // Real offsets end at 14 hours; 23:59 is where RFC 3339 ends.
  if (sign !== undefined && (Number(hours) > 23 || Number(minutes) > 59)) return null;
  const offset = sign === undefined ? 0 : Number(hours) * 60 + Number(minutes);
  const time = `${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  return { day, time, offsetMinutes: sign === '-' ? -offset : offset };
}

/** Rewrites `31/12/2026 10:00` to ISO order; any other text comes back unchanged. */
function slashedToIso(text: string, format: 'eu' | 'us'): string {
  const match = slashedForm.exec(text);
  if (match === null) return text;
  const [, first = '', , second = '', year, rest = ''] = match;
  const [date, month] = format === 'eu' ? [first, second] : [second, first];
  return `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}${rest}`;
}

/** Whether the first ten characters are a calendar day. By character: this runs for every date written. */
function isDay(text: string): boolean {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  const century = twoDigits(text, 0);
  const yearInCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const year = century * 100 + yearInCentury;
  return (
    century >= 0 &&
    yearInCentury >= 0 &&
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month)
  );
}

function isCanonicalInstant(text: string): boolean {
  if (text.length !== 24 || !isDay(text) || text.charCodeAt(10) !== 84 || text.charCodeAt(23) !== 90) return false;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58 || text.charCodeAt(19) !== 46) return false;
  const lastDigit = text.charCodeAt(22) - 48;
  return (
    inRange(twoDigits(text, 11), 23) &&
    inRange(twoDigits(text, 14), 59) &&
    inRange(twoDigits(text, 17), 59) &&
    inRange(twoDigits(text, 20), 99) &&
    inRange(lastDigit, 9)
  );
}

function inRange(value: number, max: number): boolean {
  return value >= 0 && value <= max;
}

/** The two digits at `at` as a number; -1 when they are not digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
