/** The option that date and datetime share: how slashed dates that clients send are to be read. */
import { Type } from '../schema.ts';
import type { Field } from './field-type.ts';
import type { DateFormat } from './read-instant.ts';

export const dateOptions = Type.Object(
  {
    format: Type.Optional(
      Type.Union([Type.Literal('iso'), Type.Literal('eu'), Type.Literal('us')], {
        default: 'iso',
        description: 'Also reads DD/MM/YYYY (eu) or MM/DD/YYYY (us). Values are shown as YYYY-MM-DD whatever this is.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function formatOf(field: Field): DateFormat {
  const { format } = field.options;
  return format === 'eu' || format === 'us' ? format : 'iso';
}

/** `must be a date such as YYYY-MM-DD or DD/MM/YYYY`. */
export function formHint(what: string, form: string, field: Field): string {
  const slashed = { iso: '', eu: ' or DD/MM/YYYY', us: ' or MM/DD/YYYY' }[formatOf(field)];
  return `must be ${what} in the form ${form}${slashed}`;
}
