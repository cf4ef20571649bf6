/** The token of one showing of a form: whatever is sent with it twice is kept once, and it tells when the form was opened. */
import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';

const tokenForm = /^([0-9a-z]{1,9})-[0-9A-Za-z]{16}$/;

export function newToken(clock: Clock): string {
  return `${clock.now().toString(36)}-${newId()}`;
}

export function isToken(token: string | undefined): token is string {
  return token !== undefined && tokenForm.test(token);
}

/** When the form was opened; null for what is no token. */
export function startOf(token: string | undefined): number | null {
  const started = tokenForm.exec(token ?? '')?.[1];
  return started === undefined ? null : Number.parseInt(started, 36);
}
