/** Any JSON, bounded in depth and size, stored as its text. */
import type { FieldType } from '../field-type.ts';
import { jsonLengthMax, readPlainJson } from '../plain-json.ts';
import { fromStoredJson } from '../stored-form.ts';
import { noOptions } from '../text-like.ts';

const bracketed = /^\s*[[{]/;

/** The list or object that a text spells, else the text itself: clients of the dialects can only send text. */
function unwrapped(input: unknown): unknown {
  if (typeof input !== 'string' || input.length > jsonLengthMax || !bracketed.test(input)) return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

export const jsonType: FieldType = {
  name: 'json',
  storage: 'json',
  comparison: null,
  options: noOptions,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  parse(input) {
    if (input === '' || input === null || input === undefined) return null;
    return readPlainJson(unwrapped(input));
  },
  toStored: (value) => (value === null ? null : JSON.stringify(value)),
  fromStored: fromStoredJson,
  toText: (value) => (value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)),
  example: () => ({ key: 'value' }),
  jsonSchema: () => ({}),
};
