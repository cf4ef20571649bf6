import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';

/** Who calls. Every route but the open ones has a caller. */
export function actorOf(request: FastifyRequest): Actor {
  const { call } = request;
  if (call === null) throw new AppError('credential_missing');
  return call.actor;
}

/** Keys of this kind always belong to one app. */
export function appOf({ appId }: Actor): string {
  if (appId === null) throw new AppError('app_not_found');
  return appId;
}
