/** Yes or no; null while nobody has answered. */
import { type FieldType, Refusal } from '../field-type.ts';
import { noOptions, toPlainText } from '../text-like.ts';

/** What forms, spreadsheets and automation tools send for a box. */
const words = new Map<string, boolean | null>([
  ['', null],
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);
const wordLengthMax = 20;

const refusal = new Refusal('must be true or false');

export const checkboxType: FieldType = {
  name: 'checkbox',
  storage: 'boolean',
  comparison: 'boolean',
  options: noOptions,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  parse(input) {
    if (typeof input === 'boolean') return input;
    if (input === null || input === undefined) return null;
    if (input === 1) return true;
    if (input === 0) return false;
    if (typeof input !== 'string' || input.length > wordLengthMax) return refusal;
    const answer = words.get(input.trim().toLowerCase());
    return answer === undefined ? refusal : answer;
  },
  toStored: (value) => (value === null ? null : value === true ? 1 : 0),
  fromStored: (stored) => (stored === null ? null : stored === 1),
  toText: toPlainText,
  example: () => true,
  jsonSchema: () => ({ type: 'boolean' }),
};
