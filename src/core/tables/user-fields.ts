/** What the users of an app are named by, beside their id. */
import type { Field } from '../fields/field-type.ts';

type Named = Pick<Field, 'type' | 'name'>;

/** The first e-mail of the users table. */
export function emailField<F extends Named>(fields: readonly F[]): F | undefined {
  return fields.find(({ type }) => type === 'email');
}

export function usernameField<F extends Named>(fields: readonly F[]): F | undefined {
  return fields.find(({ type, name }) => type === 'text' && /^user[ _-]?name$/i.test(name));
}
