/** `Authorization: Bearer tsr_…`; a browser of a signed-in person sends its session cookie instead. */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Credential } from '../../http/authenticate.ts';

const bearer = /^Bearer +(\S+)$/i;

export function findCredential(request: FastifyRequest): Credential | null {
  const header = request.headers.authorization;
  if (header === undefined) {
    if (request.headers.cookie !== undefined) return { type: 'session', headers: request.headers };
    throw new AppError('credential_missing', 'Send a key in the header "Authorization: Bearer <key>".');
  }
  const secret = bearer.exec(header)?.[1];
  if (secret === undefined)
    throw new AppError('credential_malformed', 'The Authorization header must be "Bearer <key>".');
  return { type: 'key', kind: 'native', secret, parts: ['key'] };
}
