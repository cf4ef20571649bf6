/** What callers may say about a key, checked field by field. Fields are named as in the native API. */
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import type { KeyRow } from '../system-rows.ts';
import { checkAddressList } from './address-list.ts';

/** Times are milliseconds since 1970; what is left out keeps its value, or its default on creation. */
export interface KeyTraits {
  /** Null: never. */
  readonly expires_at?: number | null;
  /** Addresses and CIDR blocks; empty: any. */
  readonly allow_list?: readonly string[];
  /** `https://app.example.com`; empty: any. */
  readonly allowed_origins?: readonly string[];
  /** Calls per second; 0: no limit; null: as app, workspace and plan say. */
  readonly limit_per_second?: number | null;
  readonly settings?: { readonly token_ttl_seconds?: number };
}

const limitMax = 1_000_000;
const originsMax = 50;
const dayMs = 86_400_000;

export const tokenTtl = { seconds: 30, secondsMin: 5, secondsMax: 30 * 86_400 } as const;
export const overlapSecondsMax = 30 * 86_400;

export function refuseKeyInput(field: string, message: string): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}

export function checkWhole(value: number, min: number, max: number, field: string): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw refuseKeyInput(field, `must be a whole number from ${min} to ${max}`);
}

type TraitColumns = Pick<KeyRow, 'expires_at' | 'allow_list' | 'allowed_origins' | 'limit_per_second' | 'settings'>;

/** The columns that the traits set. @throws body_invalid */
export function checkTraits(traits: KeyTraits, now: number, current: KeyRow | null): Partial<TraitColumns> {
  const columns: Partial<TraitColumns> = {};
  const { expires_at: expiresAt, limit_per_second: limit, settings } = traits;
  if (expiresAt !== undefined) {
    // A hundred years: beyond it is a mistake of units.
    const isPossible =
      expiresAt === null || (Number.isInteger(expiresAt) && expiresAt > now && expiresAt < now + 36_525 * dayMs);
    if (!isPossible) throw refuseKeyInput('expires_at', 'must be a time in the future');
    columns.expires_at = expiresAt;
  }
  if (traits.allow_list !== undefined) columns.allow_list = checkAddressList(traits.allow_list, 'allow_list');
  if (traits.allowed_origins !== undefined) columns.allowed_origins = checkOrigins(traits.allowed_origins);
  if (limit !== undefined) columns.limit_per_second = limit === null ? null : checkWhole(limit, 0, limitMax, 'limit');
  if (settings !== undefined) columns.settings = { ...current?.settings, ...checkSettings(settings) };
  return columns;
}

function checkSettings(settings: NonNullable<KeyTraits['settings']>): Record<string, Json> {
  const ttl = settings.token_ttl_seconds;
  if (ttl === undefined) return {};
  return { token_ttl_seconds: checkWhole(ttl, tokenTtl.secondsMin, tokenTtl.secondsMax, 'settings.token_ttl_seconds') };
}

function checkOrigins(origins: readonly string[]): string[] {
  if (origins.length > originsMax) throw refuseKeyInput('allowed_origins', `must have at most ${originsMax} entries`);
  return origins.map((origin, i) => {
    const url = URL.parse(origin.trim());
    // Browsers send exactly the serialised origin, so only that form is kept; a path would never match.
    const isOrigin =
      url !== null && url.origin !== 'null' && url.pathname === '/' && url.search === '' && url.hash === '';
    if (!isOrigin) throw refuseKeyInput(`allowed_origins[${i}]`, 'must be an origin such as https://app.example.com');
    return url.origin;
  });
}
