/** A whole number from 0 to the field's maximum (5 unless set). */
import { Type } from '../../schema.ts';
import { type Field, type FieldType, Refusal } from '../field-type.ts';
import { numberLike } from '../number-like.ts';
import { readNumber } from '../read-number.ts';

const maxDefault = 5;

function maxOf(field: Field): number {
  const { max } = field.options;
  return typeof max === 'number' ? max : maxDefault;
}

export const ratingType: FieldType = numberLike({
  name: 'rating',
  storage: 'integer',
  options: Type.Object(
    { max: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: maxDefault })) },
    { additionalProperties: false },
  ),
  completeOptions: (options) => ({ ...(options as object) }),
  parse(input, field) {
    const value = readNumber(input);
    if (typeof value !== 'number') return value;
    const max = maxOf(field);
    return Number.isInteger(value) && value >= 0 && value <= max
      ? value
      : new Refusal(`must be a whole number from 0 to ${max}`);
  },
  jsonSchema: (field) => ({ type: 'integer', minimum: 0, maximum: maxOf(field) }),
});
