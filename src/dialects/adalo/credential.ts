/** `Authorization: Bearer <key>`, spaced as anybody likes; anything else counts as no token (wire/adalo.md §2). */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Credential } from '../../http/authenticate.ts';

const scheme = /^\s*bearer\s/i;
const parts = ['key'] as const;

export function findCredential(request: FastifyRequest): Credential {
  const header = request.headers.authorization;
  if (header === undefined) throw new AppError('credential_missing');
  const prefix = scheme.exec(header)?.[0];
  const secret = prefix === undefined ? '' : header.slice(prefix.length).trim();
  if (secret === '') throw new AppError('credential_malformed');
  return { type: 'key', kind: 'app', secret, parts };
}
