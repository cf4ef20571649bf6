/** The person behind the integration (wire/formaloo.md §3). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import { legacy, modern } from '../paths.ts';

const paths = [
  `${modern}/profile`,
  `${modern}/profiles/me`,
  `${modern}/forms-profile`,
  `${legacy}/profiles/profile/me`,
];

export function profileRoutes(scope: FastifyInstance, core: Core): void {
  for (const path of paths) {
    scope.get(path, { config: { access: 'token', verb: 'read' } }, async (request, reply) =>
      sendData(reply, JSON.stringify({ profile: await profileOf(core, request) })),
    );
  }
}

async function profileOf(core: Core, request: FastifyRequest) {
  const { userId } = actorOf(request);
  const user = userId === null ? undefined : (await core.users.find([userId])).get(userId);
  if (user === undefined) throw new AppError('user_not_found');
  const verified = request.call?.verified ?? null;
  return {
    username: user.email,
    first_name: user.name,
    last_name: user.surname,
    email: user.email,
    phone_number: null,
    avatar: null,
    gender: null,
    verified_account: true,
    verified_email: true,
    verified_phone: false,
    score: 0,
    balance: 0,
    team: null,
    plan: verified?.plan.name ?? null,
    active_business: verified?.app?.id ?? null,
    is_guest: false,
  };
}
