import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';

/** Who calls. Every route but the open ones has a caller. */
export function actorOf(request: FastifyRequest): Actor {
  const { call } = request;
  if (call === null) throw new AppError('credential_missing');
  return call.actor;
}
