/**
 * Decides whether a presented secret or token opens anything. After the first use of a secret the answer comes from
 * memory, without a query and without a write; a change of the key, its user, role, plan or app counts from the next
 * call on. Refusals do not tell whether a key exists.
 */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Events } from '../events.ts';
import { createAttempts } from '../limits/attempts.ts';
import { createRecentMap } from '../recent-map.ts';
import type { CoreSettings } from '../settings.ts';
import type { Reads } from '../store.ts';
import { loadKey } from './load-key.ts';
import type { KeyKind } from './scopes.ts';
import { checkNativeFormat, type KeyPart, secretLengthMax } from './secret-format.ts';
import type { Secrets, TokenClaims } from './secrets.ts';
import { assertUsable, KeyRefused, type VerifiedKey } from './verified-key.ts';

export type { VerifiedKey } from './verified-key.ts';

/**
 * The secret that was presented last on one connection, with its hash: a connection mostly repeats itself, and hashing is the
 * dearest step of a verification. It lives as long as the connection, whose buffers hold the secret anyway.
 */
export interface SecretMemory {
  secret: string;
  hash: string;
}

export interface KeyRing {
  /**
   * The key of a secret of this kind and of one of these parts, presented from this address. Throws at once or later.
   * @throws credential_unknown, attempts_limited, address_not_allowed, key_disabled, key_expired, plan_excludes, api_disabled
   */
  verify(
    secret: string,
    kind: KeyKind,
    parts: readonly KeyPart[],
    address: string,
    memory?: SecretMemory,
  ): VerifiedKey | Promise<VerifiedKey>;
  /** The pair of an API key and a token that was issued for it. @throws as `verify`, and token_expired */
  verifyToken(
    token: string,
    apiKey: string,
    address: string,
    memory?: SecretMemory,
  ): VerifiedKey | Promise<VerifiedKey>;
  /** Forgets what is known about a key; null: about all. */
  drop(keyId: string | null): void;
  /** Keys held in memory now. */
  size(): number;
}

export interface KeyRingDeps {
  readonly store: Reads;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly events: Events;
  /** With limits off, failed attempts are not limited either. */
  readonly settings: Pick<CoreSettings, 'areLimitsOn'>;
  /** Secrets remembered at most, known and unknown ones each. */
  readonly entriesMax?: number;
}

/** Remembers that a hash belongs to no key. */
const absent = { isAbsent: true };

const apiKeyParts: readonly KeyPart[] = ['key'];

export function createKeyRing({ store, secrets, clock, events, settings, entriesMax = 20_000 }: KeyRingDeps): KeyRing {
  const attempts = settings.areLimitsOn ? createAttempts(clock) : null;
  const known = createRecentMap<string, VerifiedKey>(entriesMax);
  const unknown = createRecentMap<string, typeof absent>(entriesMax);
  const loading = new Map<string, Promise<VerifiedKey | null>>();
  /** Grows with every change that was told. */
  let generation = 0;

  function forget(isConcerned: (verified: VerifiedKey) => boolean): void {
    generation += 1;
    // A load under way may have read what was before the change: nobody who asks from now on may share it.
    loading.clear();
    unknown.clear();
    known.deleteWhere(isConcerned);
  }

  function drop(keyId: string | null): void {
    forget((verified) => keyId === null || verified.key.id === keyId);
  }

  events.on('keys.changed', ({ keyId }) => drop(keyId));
  events.on('catalog.changed', ({ workspaceId, tableId }) => {
    // Grants name tables and fields by id, so a change of a table changes no key.
    if (tableId !== null) return;
    // A key without an app reaches whatever its user joins: all of them are concerned.
    forget(({ key }) => workspaceId === null || key.workspace_id === workspaceId || key.app_id === null);
  });

  /** Loads once for all who wait for the same; keeps the result unless something changed meanwhile. */
  function load(hash: string): Promise<VerifiedKey | null> {
    const shared = loading.get(hash);
    if (shared !== undefined) return shared;
    const before = generation;
    const loaded = loadKey(store, hash)
      .then((verified) => {
        if (before === generation) {
          if (verified === null) unknown.set(hash, absent);
          else known.set(hash, verified);
        }
        return verified;
      })
      .finally(() => {
        if (loading.get(hash) === loaded) loading.delete(hash);
      });
    loading.set(hash, loaded);
    return loaded;
  }

  /** One answer for unknown, deleted, replaced and foreign secrets. Only these can be guesses, so only these count as attempts. */
  function unknownCredential(address: string): AppError {
    if (attempts?.fail(address) !== true) return new AppError('credential_unknown');
    return new AppError('attempts_limited', undefined, {
      retryAfterSeconds: Math.max(1, attempts.waitSeconds(address)),
    });
  }

  /** The checks of every use. The address comes first: who calls from elsewhere learns nothing about the key's state. */
  function admitted(verified: VerifiedKey, address: string): VerifiedKey {
    const { key, allowList } = verified;
    if (allowList !== null && !allowList.includes(address)) throw new KeyRefused('address_not_allowed', verified);
    if (key.is_enabled === 0) throw new KeyRefused('key_disabled', verified);
    if (key.expires_at !== null && clock.now() >= key.expires_at) throw new KeyRefused('key_expired', verified);
    assertUsable(verified);
    return verified;
  }

  function opened(
    verified: VerifiedKey | null,
    kind: KeyKind,
    parts: readonly KeyPart[],
    address: string,
  ): VerifiedKey {
    if (verified === null || verified.key.kind !== kind) throw unknownCredential(address);
    const { part, expiresAt } = verified.secret;
    if (!parts.includes(part) || (expiresAt !== null && clock.now() >= expiresAt)) throw unknownCredential(address);
    return admitted(verified, address);
  }

  function hashOf(secret: string, memory: SecretMemory | undefined): string {
    if (memory === undefined) return secrets.hash(secret);
    if (memory.secret !== secret) {
      memory.secret = secret;
      memory.hash = secrets.hash(secret);
    }
    return memory.hash;
  }

  function verify(
    secret: string,
    kind: KeyKind,
    parts: readonly KeyPart[],
    address: string,
    memory?: SecretMemory,
  ): VerifiedKey | Promise<VerifiedKey> {
    if (secret.length > secretLengthMax) throw unknownCredential(address);
    const hash = hashOf(secret, memory);
    const hit = known.get(hash);
    if (hit !== undefined) return opened(hit, kind, parts, address);
    if (kind === 'native' && !checkNativeFormat(secret)) throw unknownCredential(address);
    if (unknown.get(hash) !== undefined) throw unknownCredential(address);
    return load(hash).then((verified) => opened(verified, kind, parts, address));
  }

  /** Whether the token was issued for this pair, by a generation of its secrets that still lives. */
  function matched(verified: VerifiedKey, claims: TokenClaims, address: string): VerifiedKey {
    const end = claims.int === verified.key.id ? verified.generations.get(claims.gen) : undefined;
    if (end === undefined || (end !== null && clock.now() >= end)) throw unknownCredential(address);
    return verified;
  }

  return {
    verify,

    verifyToken(token, apiKey, address, memory) {
      const claims = secrets.verifyToken(token);
      if (claims === null) throw unknownCredential(address);
      const pair = verify(apiKey, 'pair', apiKeyParts, address, memory);
      // The pair first: that a token has expired is told only to who holds its key.
      const both = (verified: VerifiedKey) => {
        matched(verified, claims, address);
        if (clock.now() >= claims.exp * 1000) throw new AppError('token_expired');
        return verified;
      };
      return pair instanceof Promise ? pair.then(both) : both(pair);
    },

    drop,
    size: () => known.size(),
  };
}
