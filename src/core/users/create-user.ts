import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { checkDescription } from '../names.ts';
import type { Tx } from '../store.ts';
import type { UserRow } from '../system-rows.ts';

export interface UserInput {
  readonly email: string;
  readonly name: string;
  readonly surname?: string;
}

const emailForm = /^[^\s@]+@[^\s@]+$/;

/** The address as accounts are found by it. @throws body_invalid */
export function checkEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (emailForm.test(email) && email.length <= 254 && email.isWellFormed()) return email;
  const message = 'must be an e-mail address';
  throw new AppError('body_invalid', `email: ${message}`, {
    issues: [{ field: 'email', code: 'body_invalid', message }],
  });
}

/** The user with this e-mail address (compared in lower case), created when there is none. @throws body_invalid */
export async function findOrCreateUser(tx: Tx, core: Core, input: UserInput): Promise<UserRow> {
  const email = checkEmail(input.email);
  const existing = await tx.find('users', { email });
  if (existing !== undefined) return existing;
  const now = core.clock.now();
  const user: UserRow = {
    id: newId(),
    email,
    name: checkDescription(input.name, 'name').trim() === '' ? (email.split('@')[0] ?? email) : input.name.trim(),
    surname: checkDescription(input.surname?.trim() ?? '', 'surname'),
    is_disabled: 0,
    created_at: now,
    updated_at: now,
  };
  await tx.insert('users', user);
  return user;
}
