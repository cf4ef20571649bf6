/**
 * Who needs what (wire/formaloo.md §2.3): `x-api-key` everywhere but at the token endpoint, and `Authorization: JWT <token>`
 * beside it on everything that is not public. On public endpoints the Authorization header is not looked at.
 *
 * A route's `access`: `key`, the API key or the write-only key alone; `token`, API key and token; `token_or_write`, those or
 * the write-only key alone; `open`, nothing. A route that says none needs the token.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Credential } from '../../http/authenticate.ts';

/**
 * A route's `access`. `key`: the API key or the write-only key alone. `token`: API key and token. `token_or_write`: those,
 * or the write-only key alone. `open`: nothing. A route that says none needs the token.
 */
export type Access = 'key' | 'token' | 'token_or_write' | 'open';

const tokenForm = /^\s*JWT\s+(\S+)\s*$/i;
const keyParts = ['key', 'write_only'] as const;

export function findCredential(request: FastifyRequest): Credential {
  if (request.routeOptions.config.access !== 'key' && request.headers.authorization !== undefined) {
    return { type: 'token', ...tokenOf(request) };
  }
  const key = apiKeyOf(request);
  if (key === undefined) throw new AppError('credential_missing');
  return { type: 'key', kind: 'pair', secret: key, parts: keyParts };
}

/** Token and API key as they were sent. @throws credential_missing, credential_malformed */
export function tokenOf(request: FastifyRequest): { readonly token: string; readonly key: string } {
  const { authorization } = request.headers;
  const key = apiKeyOf(request);
  if (authorization === undefined) throw new AppError('credential_missing');
  const token = tokenForm.exec(authorization)?.[1];
  if (token === undefined) {
    throw new AppError('credential_malformed', 'The Authorization header must be "JWT {authorization token}".');
  }
  if (key === undefined) throw new AppError('credential_missing');
  return { token, key };
}

export function apiKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/**
 * Refuses a key that came without the token which its route needs. Runs after the key was verified, so that only its
 * holder learns which of the two is missing; what was not verified at all is refused as well.
 */
export function refuseBareKey(access: string | undefined) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const part = request.call?.verified?.secret.part;
    const hasToken = request.headers.authorization !== undefined && part === 'key';
    if (hasToken || (part === 'write_only' && access === 'token_or_write')) return done();
    done(new AppError(part === 'write_only' ? 'scope_missing' : 'credential_missing'));
  };
}
