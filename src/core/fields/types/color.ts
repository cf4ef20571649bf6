/** A CSS hex colour: `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`, in lower case. */
import { type FieldType, Refusal } from '../field-type.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

const hexForm = /^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/;

const refusal = new Refusal('must be a CSS hex colour such as #3366ff');

export const colorType: FieldType = textLike({
  name: 'color',
  canBeUnique: true,
  parse(input) {
    const text = readTrimmed(input);
    if (typeof text !== 'string') return text;
    const color = text.toLowerCase();
    return hexForm.test(color) ? color : refusal;
  },
  example: () => '#3366ff',
  jsonSchema: () => ({ type: 'string', pattern: hexForm.source }),
});
