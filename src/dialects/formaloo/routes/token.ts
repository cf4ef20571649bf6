/** `POST …/oauth2/authorization-token/`: a secret key becomes a short-lived token (wire/formaloo.md §2.1). */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { issueToken } from '../../../core/keys/issue-token.ts';
import type { VerifiedKey } from '../../../core/keys/key-ring.ts';
import { addressOf } from '../../../http/address-of.ts';
import { authenticate } from '../../../http/authenticate.ts';
import { takeCall } from '../../../http/rate-limit.ts';
import { apiKeyOf } from '../credential.ts';
import { everyVersion } from '../paths.ts';
import { type Body, bodyOf } from '../read-body.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its refusals also name an OAuth error. */
    isTokenEndpoint?: true;
  }
}

const basicForm = /^\s*Basic\s+(\S+)\s*$/i;
/** The second spelling stands in one API description. */
const grants: ReadonlySet<unknown> = new Set(['client_credentials', 'client-credentials']);

export function tokenRoutes(scope: FastifyInstance, core: Core): void {
  scope.post(
    `${everyVersion}/oauth2/authorization-token`,
    { config: { access: 'open', isTokenEndpoint: true, verb: 'token' } },
    async (request, reply) => {
      const body = bodyOf(request);
      const verified = await verifySecret(core, request, body);
      const call = {
        actor: verified.actor,
        // Minting has a count of its own: one client mints a token for every call that it makes.
        verified: { ...verified, limit: { ...verified.limit, subject: `${verified.limit.subject}/token` } },
        tableId: '',
        verb: 'token',
      };
      request.call = call;
      await takeCall(core, call, reply);
      checkGrant(body.grant_type);
      const { token } = issueToken(core, verified);
      // Exactly 200 and no envelope: one client takes any other answer for no token.
      return reply
        .header('Content-Type', 'application/json; charset=utf-8')
        .header('Cache-Control', 'no-store')
        .send(`{"authorization_token":"${token}"}`);
    },
  );
}

/** @throws credential_missing, and what the key ring throws */
async function verifySecret(core: Core, request: FastifyRequest, body: Body): Promise<VerifiedKey> {
  const secret = secretOf(request, body);
  const credential = { type: 'key', kind: 'pair', secret, parts: ['secret'] } as const;
  const { verified } = await authenticate(core, credential, request, null);
  if (verified === null) throw new AppError('credential_unknown');
  const apiKey = apiKeyOf(request) ?? textOf(body.client_id);
  if (apiKey === undefined) return verified;
  const own = await core.keyRing.verify(apiKey, 'pair', ['key', 'write_only'], addressOf(request));
  if (own.key.id !== verified.key.id) throw new AppError('credential_unknown');
  return verified;
}

/** The secret stands in the header as it is: nothing is decoded. */
function secretOf(request: FastifyRequest, body: Body): string {
  const { authorization } = request.headers;
  const inHeader = authorization === undefined ? undefined : basicForm.exec(authorization)?.[1];
  const secret = inHeader ?? textOf(body.client_secret);
  if (secret !== undefined) return secret;
  if (authorization === undefined) throw new AppError('credential_missing');
  throw new AppError('credential_malformed', 'The Authorization header must be "Basic {secret key}".');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws body_invalid */
function checkGrant(grant: unknown): void {
  if (grants.has(grant)) return;
  const isMissing = textOf(grant) === undefined;
  const message = isMissing ? 'is required' : 'must be "client_credentials"';
  const code = isMissing ? 'value_required' : 'value_invalid';
  throw new AppError('body_invalid', `grant_type: ${message}`, { issues: [{ field: 'grant_type', code, message }] });
}
