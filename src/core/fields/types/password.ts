/** A password: written in clear, kept as a slow hash, never read back by anybody. Check one with `verifyPassword`. */
import { type FieldType, Refusal } from '../field-type.ts';
import { hashPassword } from '../password-hash.ts';
import { isPlainObject } from '../plain-json.ts';
import { problemOfText } from '../read-text.ts';
import { noOptions } from '../text-like.ts';

const lengthMax = 1_024;

const refusal = new Refusal(`must be text of 1 to ${lengthMax} characters`);

export const passwordType: FieldType = {
  name: 'password',
  storage: 'text',
  comparison: null,
  options: noOptions,
  isReadOnly: false,
  isHidden: true,
  canBeUnique: false,
  isStoredAsIs: false,
  // Not trimmed, and numbers are not turned into text: what is typed at the next sign-in must be what was sent.
  parse(input) {
    if (input === '' || input === null || input === undefined) return null;
    return typeof input === 'string' && input.length <= lengthMax && problemOfText(input) === null ? input : refusal;
  },
  // The hash travels in an object, which `parse` never returns: so a password sent in the form of a hash is hashed like any other.
  prepare: async (value) => (typeof value === 'string' ? { hash: await hashPassword(value) } : null),
  /** Only of what `prepare` made. A clear text is stored as nothing rather than as it is. */
  toStored: (value) => (isPlainObject(value) && typeof value.hash === 'string' ? value.hash : null),
  fromStored: () => null,
  toText: () => '',
  example: () => 'string',
  jsonSchema: () => ({ type: 'string', minLength: 1, maxLength: lengthMax, writeOnly: true }),
};
