/** What the types whose canonical value is one number have in common: precision, bounds, storage. */
import { type Static, type TSchema, Type } from '../schema.ts';
import { type Field, type FieldType, type FieldTypeName, type Json, Refusal } from './field-type.ts';
import { readNumber, roundTo } from './read-number.ts';
import { fromStoredAsIs, toStoredAsIs } from './stored-form.ts';
import { toPlainText } from './text-like.ts';

const bound = (description: string) =>
  Type.Optional(Type.Number({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER, description }));

export const numberOptionProperties = {
  precision: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10, description: 'Decimals kept; more are rounded, half away from zero.' }),
  ),
  min: bound('Smallest value.'),
  max: bound('Largest value.'),
};

export const numberOptions = Type.Object(numberOptionProperties, { additionalProperties: false });

export function completeNumberOptions(options: Static<typeof numberOptions>): Record<string, Json> | Refusal {
  const { min, max } = options;
  if (min !== undefined && max !== undefined && min > max) return new Refusal('min must not be more than max');
  return { ...options };
}

interface NumberLike {
  readonly name: FieldTypeName;
  readonly storage?: 'number' | 'integer';
  readonly options?: TSchema;
  readonly completeOptions?: (options: never) => Record<string, Json> | Refusal;
  readonly parse?: (input: unknown, field: Field) => number | null | Refusal;
  readonly jsonSchema?: (field: Field) => Record<string, unknown>;
}

/** A type stored in a numeric column as it is. */
export function numberLike(type: NumberLike): FieldType {
  const parse = type.parse ?? parseBoundedNumber;
  return {
    storage: 'number',
    comparison: 'number',
    options: numberOptions,
    isReadOnly: false,
    isHidden: false,
    canBeUnique: true,
    isStoredAsIs: true,
    completeOptions: completeNumberOptions,
    toStored: toStoredAsIs,
    fromStored: fromStoredAsIs,
    toText: toPlainText,
    jsonSchema: boundedNumberSchema,
    ...type,
    parse,
    example: (field) => exampleOf(field, parse),
  };
}

/** A number rounded to the field's precision and within its bounds. */
export function parseBoundedNumber(input: unknown, field: Field): number | null | Refusal {
  const read = readNumber(input);
  if (typeof read !== 'number') return read;
  const { precision, min, max } = field.options;
  const value = typeof precision === 'number' ? roundTo(read, precision) : read;
  if (typeof min === 'number' && value < min) return new Refusal(`must be at least ${min}`);
  if (typeof max === 'number' && value > max) return new Refusal(`must be at most ${max}`);
  return value;
}

function boundedNumberSchema(field: Field): Record<string, unknown> {
  const { precision, min, max } = field.options;
  return {
    type: precision === 0 ? 'integer' : 'number',
    ...(typeof min === 'number' ? { minimum: min } : {}),
    ...(typeof max === 'number' ? { maximum: max } : {}),
  };
}

/** The first likely value that the field keeps; null when its bounds and precision leave none of them. */
function exampleOf(field: Field, parse: (input: unknown, field: Field) => number | null | Refusal): Json {
  for (const candidate of [19.9, 3, field.options.min, field.options.max]) {
    const value = parse(candidate, field);
    if (typeof value === 'number') return value;
  }
  return null;
}
