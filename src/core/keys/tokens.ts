/**
 * Signed tokens (JWT, HS256). Signatures are worked out once per token: one that was minted here or was checked before is known,
 * and within a second the same claims are the same token. Whether its claims still open anything is asked on every use.
 */
import { createRequire } from 'node:module';
import { createRecentMap } from '../recent-map.ts';

/** What a token says: which key (`int`), which generation of its secrets, until when (seconds since 1970). */
export interface TokenClaims {
  readonly int: string;
  readonly gen: number;
  readonly exp: number;
}

export interface Tokens {
  mint(claims: TokenClaims): string;
  /** The claims of a token that was signed with this key, or null. Expiry is left to the caller, who has the clock. */
  verify(token: string): TokenClaims | null;
}

/** Some 400 bytes each. */
const knownMax = 20_000;
/** Tokens are shorter; what is longer is not worth a place. */
const tokenLengthMax = 512;

function isTokenClaims(value: unknown): value is TokenClaims {
  if (typeof value !== 'object' || value === null) return false;
  const claims = value as Partial<Record<keyof TokenClaims, unknown>>;
  return typeof claims.int === 'string' && Number.isSafeInteger(claims.gen) && typeof claims.exp === 'number';
}

interface Signatures {
  sign(claims: TokenClaims): string;
  /** @throws when the signature is not ours */
  check(token: string): unknown;
}

const require = createRequire(import.meta.url);

/** The library is loaded with the first token, in the middle of a synchronous call: a start would wait for its 40 modules. */
function createSignatures(key: Buffer): Signatures {
  const { createSigner, createVerifier } = require('fast-jwt') as typeof import('fast-jwt');
  return {
    sign: createSigner<TokenClaims>({ key, algorithm: 'HS256', noTimestamp: true }),
    // The algorithm is pinned: a token that names another one, or none, is refused whatever it carries.
    check: createVerifier<string>({ key, algorithms: ['HS256'], ignoreExpiration: true }),
  };
}

export function createTokens(key: Buffer): Tokens {
  let made: Signatures | undefined;
  const signatures = (): Signatures => {
    made ??= createSignatures(key);
    return made;
  };
  /** Only tokens with a good signature get in here, so whoever sends noise pushes none out. */
  const known = createRecentMap<string, TokenClaims>(knownMax);
  /** The latest of each key. */
  const latest = createRecentMap<string, { readonly claims: TokenClaims; readonly token: string }>(knownMax);

  return {
    mint(claims) {
      const last = latest.get(claims.int);
      if (last !== undefined && last.claims.gen === claims.gen && last.claims.exp === claims.exp) return last.token;
      const token = signatures().sign(claims);
      if (isTokenClaims(claims)) {
        latest.set(claims.int, { claims, token });
        known.set(token, claims);
      }
      return token;
    },
    verify(token) {
      const before = known.get(token);
      if (before !== undefined) return before;
      try {
        const claims = signatures().check(token);
        if (!isTokenClaims(claims)) return null;
        if (token.length <= tokenLengthMax) known.set(token, claims);
        return claims;
      } catch {
        return null;
      }
    },
  };
}
