/** HTML, kept as sent: only who shows it knows which tags are safe there. */
import type { FieldType } from '../field-type.ts';
import { readText } from '../read-text.ts';
import { textLike } from '../text-like.ts';

export const richTextType: FieldType = textLike({
  name: 'rich_text',
  canBeUnique: false,
  parse: readText,
  example: () => '<p>string</p>',
  jsonSchema: () => ({ type: 'string', contentMediaType: 'text/html' }),
});
