/** A calendar day, `YYYY-MM-DD`, of the years 0001 to 9999; no time zone. */

import { dateOptions, formatOf, formHint } from '../date-options.ts';
import { type FieldType, Refusal } from '../field-type.ts';
import { readDay } from '../read-instant.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

export const dateType: FieldType = textLike({
  name: 'date',
  canBeUnique: true,
  options: dateOptions,
  parse(input, field) {
    const text = readTrimmed(input);
    if (typeof text !== 'string') return text;
    return readDay(text, formatOf(field)) ?? new Refusal(formHint('a date', 'YYYY-MM-DD', field));
  },
  example: () => '2026-03-05',
  jsonSchema: () => ({ type: 'string', format: 'date' }),
});
