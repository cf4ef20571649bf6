/** An instant, `YYYY-MM-DDTHH:MM:SS.mmmZ`: always UTC, always three decimals, so that text order is time order. */

import { dateOptions, formatOf, formHint } from '../date-options.ts';
import { type Field, type FieldType, Refusal } from '../field-type.ts';
import { instantOf, readInstant } from '../read-instant.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

const notInstant = new Refusal('must be milliseconds since 1970 within the years 0001 to 9999');

/** The instant of an ISO text, of a slashed one where the field says so, or of milliseconds since 1970. */
export function parseInstant(input: unknown, field: Field): string | null | Refusal {
  if (typeof input === 'number') return instantOf(input) ?? notInstant;
  const text = readTrimmed(input);
  if (typeof text !== 'string') return text;
  return readInstant(text, formatOf(field)) ?? new Refusal(formHint('a date and time', 'YYYY-MM-DDTHH:MM:SSZ', field));
}

export const datetimeType: FieldType = textLike({
  name: 'datetime',
  canBeUnique: true,
  options: dateOptions,
  parse: parseInstant,
  example: () => '2026-03-05T09:07:11.042Z',
  jsonSchema: () => ({ type: 'string', format: 'date-time' }),
});
