/** One line of text, kept as sent. */
import type { FieldType } from '../field-type.ts';
import { textLike } from '../text-like.ts';
import { completeTextOptions, exampleText, limitedTextSchema, parseLimitedText, textOptions } from '../text-options.ts';

export const textType: FieldType = textLike({
  name: 'text',
  canBeUnique: true,
  options: textOptions,
  completeOptions: completeTextOptions,
  parse: parseLimitedText,
  example: exampleText,
  jsonSchema: limitedTextSchema,
});
