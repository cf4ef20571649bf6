/** A percentage as people write it: 50 means 50 %. */
import type { FieldType } from '../field-type.ts';
import { numberLike, parseBoundedNumber } from '../number-like.ts';

/** `"50 %"` without its sign. A sign alone stays, to be refused. */
function withoutSign(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  const text = input.trim();
  return text.length > 1 && text.endsWith('%') ? text.slice(0, -1) : text;
}

export const percentType: FieldType = numberLike({
  name: 'percent',
  parse: (input, field) => parseBoundedNumber(withoutSign(input), field),
});
