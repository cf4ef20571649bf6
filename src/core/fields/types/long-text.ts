/** Text of any number of lines, kept as sent. */
import type { FieldType } from '../field-type.ts';
import { textLike } from '../text-like.ts';
import { completeTextOptions, exampleText, limitedTextSchema, parseLimitedText, textOptions } from '../text-options.ts';

export const longTextType: FieldType = textLike({
  name: 'long_text',
  // An index entry would have to hold the whole text, and PostgreSQL refuses entries of more than 2.7 kB.
  canBeUnique: false,
  options: textOptions,
  completeOptions: completeTextOptions,
  parse: parseLimitedText,
  example: exampleText,
  jsonSchema: limitedTextSchema,
});
