/** From a credential to a caller: one path for every dialect. Synchronous when the key is in memory. */

import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../core/context.ts';
import { AppError } from '../core/errors.ts';
import type { SecretMemory } from '../core/keys/key-ring.ts';
import type { KeyKind } from '../core/keys/scopes.ts';
import { KeyRefused, type VerifiedKey } from '../core/keys/verified-key.ts';
import type { KeySecretRow } from '../core/system-rows.ts';
import { addressOf } from './address-of.ts';
import type { Call } from './call.ts';

/** What a request proves its sender with. */
export type Credential =
  /** A key, as it was sent. `parts`: which secrets of the key open this route. */
  | {
      readonly type: 'key';
      readonly kind: KeyKind;
      readonly secret: string;
      readonly parts: readonly KeySecretRow['part'][];
    }
  /** A short-lived token, and the key that must belong to the same set. */
  | { readonly type: 'token'; readonly token: string; readonly key: string }
  /** A person's session, from the request's headers. */
  | { readonly type: 'session'; readonly headers: Readonly<Record<string, string | string[] | undefined>> };

/** Finds the person behind a session, or null. Provided where accounts are mounted. */
export type SessionReader = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  address: string,
) => Promise<Actor | null>;

/** @throws credential_unknown, key_disabled, key_expired, token_expired, address_not_allowed, origin_not_allowed, attempts_limited */
export function authenticate(
  core: Core,
  credential: Credential,
  request: FastifyRequest,
  readSession: SessionReader | null,
): Call | Promise<Call> {
  const address = addressOf(request);
  const { origin } = request.headers;
  switch (credential.type) {
    case 'key': {
      const { secret, kind, parts } = credential;
      const verified = core.keyRing.verify(secret, kind, parts, address, memoryOf(request.raw.socket));
      return verified instanceof Promise ? verified.then((one) => callOf(one, origin)) : callOf(verified, origin);
    }
    case 'token': {
      const verified = core.keyRing.verifyToken(
        credential.token,
        credential.key,
        address,
        memoryOf(request.raw.socket),
      );
      return verified instanceof Promise ? verified.then((one) => callOf(one, origin)) : callOf(verified, origin);
    }
    case 'session':
      if (readSession === null) throw new AppError('credential_unknown');
      return readSession(credential.headers, address).then((actor) => {
        if (actor === null) throw new AppError('credential_unknown');
        return { actor, verified: null, tableId: '', verb: '' };
      });
  }
}

const memories = new WeakMap<Socket, SecretMemory>();

function memoryOf(connection: Socket): SecretMemory {
  let memory = memories.get(connection);
  if (memory === undefined) {
    memory = { secret: '', hash: '' };
    memories.set(connection, memory);
  }
  return memory;
}

function callOf(verified: VerifiedKey, origin: string | undefined): Call {
  const allowed = verified.key.allowed_origins;
  // A browser names its page's origin; a key that lists origins is refused from any other page. Programs send none.
  if (allowed.length > 0 && origin !== undefined && !allowed.includes(origin))
    throw new KeyRefused('origin_not_allowed', verified);
  return { actor: verified.actor, verified, tableId: '', verb: '' };
}
