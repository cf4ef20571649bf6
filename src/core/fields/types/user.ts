/** A member of the workspace, by id. An e-mail address is read too; the writer puts the id of its owner in its place. */
import { type FieldType, Refusal } from '../field-type.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';
import { exampleUserId, isUserId, userIdSchema } from '../user-id.ts';
import { isEmailAddress } from './email.ts';

const refusal = new Refusal('must be the id or the e-mail address of a member');

export const userType: FieldType = {
  ...textLike({
    name: 'user',
    canBeUnique: true,
    parse(input) {
      const text = readTrimmed(input);
      if (typeof text !== 'string' || isUserId(text)) return text;
      return isEmailAddress(text) ? text.toLowerCase() : refusal;
    },
    example: () => exampleUserId,
    jsonSchema: () => userIdSchema,
  }),
  refersTo: 'users',
};
