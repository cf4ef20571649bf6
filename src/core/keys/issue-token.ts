import type { Core } from '../context.ts';
import type { VerifiedKey } from './verified-key.ts';

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * A short-lived token for a pair whose secret was verified. It dies with its key and with the secret that it was
 * issued for, whatever its own lifetime (wire/formaloo.md §2.2).
 */
export function issueToken(core: Core, { key, secret }: VerifiedKey): IssuedToken {
  const ttl = key.settings.token_ttl_seconds;
  const seconds = typeof ttl === 'number' ? ttl : core.settings.tokenTtlSeconds;
  // Rounded up: a client that keeps a token for its documented lifetime never holds a dead one.
  const exp = Math.ceil(core.clock.now() / 1000) + seconds;
  return { token: core.secrets.mintToken({ int: key.id, gen: secret.generation, exp }), expiresAt: exp * 1000 };
}
