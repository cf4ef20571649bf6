/** A telephone number of 5 to 20 digits, kept as sent (spaces, dashes and extension too) without the space around it. */
import { type FieldType, Refusal } from '../field-type.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

/** Digits of any script: people type Persian and Arabic ones. */
const phoneForm = /^[+\p{Nd}\p{Zs}()./\p{Pd}]+(?:(?:ext\.?|x|#)[\p{Zs}\p{Nd}]+)?$/iu;
const nonDigits = /\P{Nd}/gu;
const phoneLengthMax = 64;

const refusal = new Refusal('must be a telephone number of 5 to 20 digits');

export const phoneType: FieldType = textLike({
  name: 'phone',
  canBeUnique: true,
  parse(input) {
    const text = readTrimmed(input);
    if (typeof text !== 'string') return text;
    if (text.length > phoneLengthMax || !phoneForm.test(text)) return refusal;
    const digits = [...text.replace(nonDigits, '')].length;
    return digits >= 5 && digits <= 20 ? text : refusal;
  },
  example: () => '+1 555 123 4567',
  jsonSchema: () => ({ type: 'string', maxLength: phoneLengthMax }),
});
