/** The header `ApiKey`, in any case, with the bare key; `API-Key` is the older name of it (wire/retable.md §2.1). */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Credential } from '../../http/authenticate.ts';

const parts = ['key'] as const;

export function findCredential(request: FastifyRequest): Credential {
  const secret = textOf(request.headers.apikey) || textOf(request.headers['api-key']);
  if (secret === '') throw new AppError('credential_missing');
  return { type: 'key', kind: 'personal', secret, parts };
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header.trim() : '';
}
