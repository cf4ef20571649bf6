/** An e-mail address in its everyday form (`local@domain.tld`), kept as sent without the space around it; case does not count. */
import { type FieldType, Refusal } from '../field-type.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

/** Quoted local parts and address literals of RFC 5322 are left out; labels beyond ASCII are allowed. */
const addressForm =
  /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}]$/u;
/** What almost every address looks like, told in a fifth of the time. */
const plainForm = /^[a-zA-Z0-9._%+-]{1,64}@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/;
/** RFC 5321. */
const addressLengthMax = 254;

const refusal = new Refusal('must be an e-mail address');

/** Whether a trimmed text has the form of an address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= addressLengthMax && (plainForm.test(text) || addressForm.test(text));
}

export const emailType: FieldType = textLike({
  name: 'email',
  comparison: 'text_nocase',
  canBeUnique: true,
  parse(input) {
    const text = readTrimmed(input);
    return typeof text !== 'string' || isEmailAddress(text) ? text : refusal;
  },
  example: () => 'ada@example.com',
  jsonSchema: () => ({ type: 'string', format: 'email', maxLength: addressLengthMax }),
});
