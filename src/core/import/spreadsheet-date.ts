/** Days and times as spreadsheets keep them: numbers that only their format tells from others. */

/** What the number of a cell means. */
export type NumberMeaning = 'number' | 'date' | 'time' | 'elapsed';

/** Formats that are known by number and are never written out. */
const builtinDates: readonly (readonly [number, number])[] = [
  [14, 17],
  [22, 22],
  [27, 31],
  [34, 36],
  [50, 58],
];
const builtinTimes: readonly (readonly [number, number])[] = [
  [18, 21],
  [32, 33],
  [45, 45],
  [47, 47],
];
const builtinElapsed = 46;

const within = (id: number, ranges: readonly (readonly [number, number])[]) =>
  ranges.some(([first, last]) => id >= first && id <= last);

/** `code`: where the file writes the format out. */
export function meaningOf(formatId: number, code: string | undefined): NumberMeaning {
  if (code === undefined) {
    if (formatId === builtinElapsed) return 'elapsed';
    if (within(formatId, builtinTimes)) return 'time';
    return within(formatId, builtinDates) ? 'date' : 'number';
  }
  // Of the sections for positive, negative and other values, the first says what it is. Texts in it say nothing.
  const [section = ''] = code.replace(/"[^"]*"|\\.|_.|\*./g, '').split(';');
  if (/\[(?:h+|m+|s+)\]/i.test(section)) return 'elapsed';
  const plain = section.replace(/\[[^\]]*\]/g, '').replace(/general/gi, '');
  if (/[yd]/i.test(plain)) return 'date';
  if (/[hs]/i.test(plain)) return 'time';
  return /m/i.test(plain) ? 'date' : 'number';
}

const dayMs = 86_400_000;
/** 1970-01-01, counted as if 1900 had had a 29th of February. */
const epoch1900 = 25_569;
const epoch1904 = 24_107;

/** As a field reads it: a day, an instant, a time of day or hours; the number itself where it is none of these. */
export function textOfSerial(serial: number, meaning: NumberMeaning, is1904: boolean): string {
  if (meaning === 'number') return String(serial);
  if (meaning === 'elapsed' || (meaning === 'time' && serial >= 0 && serial < 1)) return timeOf(serial);
  // Spreadsheets believe that there was a 29th of February 1900.
  const days = is1904 ? serial - epoch1904 : serial - epoch1900 + (serial < 60 ? 1 : 0);
  const ms = Math.round(days * dayMs);
  const date = new Date(ms);
  if (serial < 0 || Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return String(serial);
  const iso = date.toISOString();
  return ms % dayMs === 0 ? iso.slice(0, 10) : iso;
}

function timeOf(serial: number): string {
  const seconds = Math.round(Math.abs(serial) * 86_400);
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return serial < 0 ? `-${text}` : text;
}
