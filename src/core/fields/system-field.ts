/** Types that show what every record has: when it was made or changed, and by whom. Read-only; `parse` serves filters. */
import { type FieldType, Refusal } from './field-type.ts';
import { readTrimmed } from './read-text.ts';
import { textLike } from './text-like.ts';
import { datetimeType, parseInstant } from './types/datetime.ts';
import { exampleUserId, isUserId, userIdSchema } from './user-id.ts';

/** The time of a change, as a datetime value. */
export function systemTime(name: 'created_at' | 'updated_at'): FieldType {
  return {
    ...textLike({
      name,
      canBeUnique: false,
      parse: parseInstant,
      example: datetimeType.example,
      jsonSchema: () => ({ type: 'string', format: 'date-time', readOnly: true }),
    }),
    storage: 'system',
    systemColumn: name,
    isReadOnly: true,
  };
}

const refusal = new Refusal('must be the id of a user');

/** The user behind a change; null where a key or the server itself made it. */
export function systemUser(name: 'created_by' | 'updated_by'): FieldType {
  return {
    ...textLike({
      name,
      canBeUnique: false,
      parse(input) {
        const text = readTrimmed(input);
        return typeof text !== 'string' || isUserId(text) ? text : refusal;
      },
      example: () => exampleUserId,
      jsonSchema: () => ({ ...userIdSchema, readOnly: true }),
    }),
    storage: 'system',
    systemColumn: name,
    isReadOnly: true,
  };
}
