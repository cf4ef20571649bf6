/** Who makes a native request. */

import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { actorAt } from '../../core/keys/key-actor.ts';
import { addressOf } from '../../http/address-of.ts';
import type { Call } from '../../http/call.ts';

type Request = Pick<FastifyRequest, 'call' | 'ip'>;

export function callOf(request: Pick<FastifyRequest, 'call'>): Call {
  if (request.call === null) throw new AppError('credential_missing');
  return request.call;
}

/** The actor with the address that the audit names. */
export function actorOf(request: Request): Actor {
  return actorAt(callOf(request).actor, addressOf(request));
}
