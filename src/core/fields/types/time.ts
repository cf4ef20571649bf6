/** A time of day, `HH:MM:SS`; no time zone. */
import { type FieldType, Refusal } from '../field-type.ts';
import { readTime } from '../read-instant.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

const refusal = new Refusal('must be a time in the form HH:MM or HH:MM:SS');

export const timeType: FieldType = textLike({
  name: 'time',
  canBeUnique: true,
  parse(input) {
    const text = readTrimmed(input);
    return typeof text === 'string' ? (readTime(text) ?? refusal) : text;
  },
  example: () => '09:07:00',
  jsonSchema: () => ({ type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$' }),
});
