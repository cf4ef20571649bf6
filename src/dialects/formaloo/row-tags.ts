/** Tags of rows: made per form, given to rows by slug. */
import { AppError } from '../../core/errors.ts';
import { Refusal } from '../../core/fields/field-type.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';
import { list } from './attributes.ts';
import type { Form } from './form.ts';
import { itemsOf } from './matrix.ts';
import { textOrNull } from './memory.ts';

/** The slugs of known tags in what a client sent: slugs, or objects with a slug. @throws body_invalid */
export function readRowTags(form: Form, input: unknown): string[] {
  const known = new Set(itemsOf(form.memory.row_tags).map(({ slug }) => textOrNull(slug)));
  const sent = list(input);
  if (sent instanceof Refusal) throw refusedTags(sent.message);
  const slugs = (sent as unknown[]).map((one) => (isPlainObject(one) ? one.slug : one));
  const missing = slugs.find((slug) => typeof slug !== 'string' || !known.has(slug));
  if (missing !== undefined) throw refusedTags('must hold slugs of row tags of the form');
  return [...new Set(slugs as string[])];
}

function refusedTags(message: string): AppError {
  return new AppError('body_invalid', `row_tags: ${message}`, {
    issues: [{ field: 'row_tags', code: 'body_invalid', message }],
  });
}
