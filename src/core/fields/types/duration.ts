/** A length of time in seconds, not negative; fractions allowed. */
import { type FieldType, Refusal } from '../field-type.ts';
import { numberLike } from '../number-like.ts';
import { readNumber } from '../read-number.ts';
import { noOptions } from '../text-like.ts';

const negative = new Refusal('must be a number of seconds, 0 or more');

export const durationType: FieldType = numberLike({
  name: 'duration',
  options: noOptions,
  completeOptions: () => ({}),
  parse(input) {
    const value = readNumber(input);
    return typeof value === 'number' && value < 0 ? negative : value;
  },
  jsonSchema: () => ({ type: 'number', minimum: 0 }),
});
