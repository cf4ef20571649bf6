/** A number: a double whose whole part is exact (up to 2^53), rounded to the field's precision if it has one. */
import type { FieldType } from '../field-type.ts';
import { numberLike } from '../number-like.ts';

export const numberType: FieldType = numberLike({ name: 'number' });
