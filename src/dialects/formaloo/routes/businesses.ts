/** The workspace that an integration belongs to, and its keys (wire/formaloo.md §3). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { actorAt } from '../../../core/keys/key-actor.ts';
import { revealKey } from '../../../core/keys/reveal-key.ts';
import { rotateKey } from '../../../core/keys/rotate-key.ts';
import { visibleApp } from '../../../core/permit.ts';
import { addressOf } from '../../../http/address-of.ts';
import { boolean } from '../attributes.ts';
import { actorOf, appOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import { queryText } from '../pages.ts';
import { modern } from '../paths.ts';
import type { SlugParams } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;
/** Stands for the workspace of the caller. */
const active = 'active_business';

export function businessRoutes(scope: FastifyInstance, core: Core): void {
  scope.get(`${modern}/businesses`, read, async (request, reply) => {
    const business = await businessOf(core, request);
    const page = '"count":1,"next":null,"previous":null,"page_size":10,"page_count":1,"current_page":1';
    return sendData(reply, `{${page},"businesses":${JSON.stringify([business])}}`);
  });
  scope.get(`${modern}/businesses/:slug`, read, async (request, reply) => sendBusiness(core, request, reply));
  // What can be set there concerns features that are not here; clients check for success alone.
  scope.patch(`${modern}/businesses/:slug`, { config: { access: 'token', verb: 'update' } }, async (request, reply) =>
    sendBusiness(core, request, reply),
  );

  scope.get(`${modern}/keys`, { config: { access: 'token', verb: 'manage' } }, async (request, reply) => {
    const keyId = request.call?.verified?.key.id;
    if (keyId === undefined) throw new AppError('key_not_found');
    const actor = actorAt(actorOf(request), addressOf(request));
    const isRotated = boolean(queryText(request, 'rotate')) === true;
    // Who holds API key and secret key proved it with the token of this very call.
    const { key, secret, write_only } = isRotated
      ? (await rotateKey(core, actor, keyId)).secrets
      : await revealKey(core, actor, keyId, { isFreshSession: true });
    reply.header('Cache-Control', 'no-store');
    return sendData(reply, JSON.stringify({ keys: { api_key: key, api_secret: secret, write_only_key: write_only } }));
  });
}

async function businessOf(core: Core, request: FastifyRequest) {
  const actor = actorOf(request);
  const app = await visibleApp(core, actor, appOf(actor));
  return {
    slug: app.id,
    title: app.name,
    business_identifier: app.id,
    description: app.description,
    logo: null,
    access_level: request.call?.verified?.role ?? null,
  };
}

/** Under both names that clients know (wire/formaloo.md §3). */
async function sendBusiness(core: Core, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const business = await businessOf(core, request);
  const { slug } = request.params as SlugParams;
  if (slug !== active && slug !== business.slug) throw new AppError('app_not_found');
  return sendData(reply, JSON.stringify({ object: business, business }));
}
