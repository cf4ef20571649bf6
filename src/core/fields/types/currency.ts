/** An amount of money in the field's one currency. */
import { type Static, Type } from '../../schema.ts';
import type { FieldType } from '../field-type.ts';
import { completeNumberOptions, numberLike, numberOptionProperties, parseBoundedNumber } from '../number-like.ts';

const precisionDefault = 2;

const options = Type.Object(
  {
    ...numberOptionProperties,
    code: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', default: 'USD', description: 'ISO 4217 code.' })),
    precision: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, default: precisionDefault })),
  },
  { additionalProperties: false },
);

export const currencyType: FieldType = numberLike({
  name: 'currency',
  options,
  completeOptions: (given: Static<typeof options>) => completeNumberOptions(given),
  parse: parseBoundedNumber,
});
