/** Overrides of call limits on a workspace or an app. */
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { keyKinds } from '../keys/scopes.ts';

/** Calls per second by kind of key; 0: no limit; null: back to what applies above. */
export type LimitsInput = Readonly<Record<string, number | null>>;

/** What the override becomes after the change. @throws body_invalid */
export function checkLimits(current: Readonly<Record<string, Json>>, input: LimitsInput): Record<string, Json> {
  const next: Record<string, Json> = { ...current };
  for (const [kind, perSecond] of Object.entries(input)) {
    if (!keyKinds.some((one) => one === kind)) throw refused(`limits.${kind}`, `must be one of ${keyKinds.join(', ')}`);
    if (perSecond === null) {
      delete next[kind];
      continue;
    }
    if (!Number.isInteger(perSecond) || perSecond < 0 || perSecond > 1_000_000) {
      throw refused(`limits.${kind}`, 'must be a whole number of calls per second from 0 (no limit) to 1,000,000');
    }
    next[kind] = perSecond;
  }
  return next;
}

function refused(field: string, message: string): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}
