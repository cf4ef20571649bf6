import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/context.ts';
import { addressOf } from '../../http/address-of.ts';
import { tokenOf } from './credential.ts';

/** Where the API key alone is enough for some things and not for others. @throws credential_missing, token_expired */
export async function requireToken(core: Core, request: FastifyRequest): Promise<void> {
  const { token, key } = tokenOf(request);
  await core.keyRing.verifyToken(token, key, addressOf(request));
}
