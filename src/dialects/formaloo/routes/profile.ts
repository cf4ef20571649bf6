/** The person behind the integration (wire/formaloo.md §3). */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { actorAt } from '../../../core/keys/key-actor.ts';
import type { UserRow } from '../../../core/system-rows.ts';
import { updateMe } from '../../../core/users/update-me.ts';
import { addressOf } from '../../../http/address-of.ts';
import { text } from '../attributes.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import { textOrNull } from '../memory.ts';
import { legacy, modern } from '../paths.ts';
import { issueOf, readAttributes, refuse } from '../read-attributes.ts';
import { type Body, bodyOf } from '../read-body.ts';

const paths = [`${modern}/profile`, `${legacy}/profiles/profile/me`];
/** With the figures of the forms beside it. */
const countedPaths = [`${modern}/profiles/me`, `${modern}/forms-profile`];
const read = { config: { access: 'token', verb: 'read' } } as const;
const update = { config: { access: 'token', verb: 'update' } } as const;

const attributes = { first_name: { kind: text(100) }, last_name: { kind: text(100) } };

export function profileRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  for (const path of paths) {
    scope.get(path, read, async (request, reply) =>
      sendData(reply, JSON.stringify({ profile: profileOf(request, await userOf(core, request)) })),
    );
  }
  for (const path of countedPaths) {
    scope.get(path, read, async (request, reply) => {
      const profile = profileOf(request, await userOf(core, request));
      const own = await forms.all(actorOf(request));
      const counts = await Promise.all(own.map(({ table }) => core.store.records.count(table)));
      const totals = { total_forms: own.length, total_submits: counts.reduce((sum, one) => sum + one, 0) };
      return sendData(reply, JSON.stringify({ profile: { ...profile, ...totals, used_space: null } }));
    });
  }
  scope.patch(`${modern}/profile`, update, async (request, reply) => {
    const user = await updateMe(core, actorAt(actorOf(request), addressOf(request)), readNames(bodyOf(request)));
    return sendData(reply, JSON.stringify({ profile: profileOf(request, user) }));
  });
}

/** @throws user_not_found */
async function userOf(core: Core, request: FastifyRequest): Promise<UserRow> {
  const { userId } = actorOf(request);
  const user = userId === null ? undefined : (await core.users.find([userId])).get(userId);
  if (user === undefined) throw new AppError('user_not_found');
  return user;
}

/** Everything else of a person is not an integration's to change, and is ignored like unknown keys. @throws body_invalid */
function readNames(body: Body) {
  const { values, issues } = readAttributes(body, attributes);
  const name = textOrNull(values.first_name)?.trim();
  refuse(name === '' ? [...issues, issueOf('first_name', 'may not be blank')] : issues);
  return { name, surname: 'last_name' in values ? (textOrNull(values.last_name) ?? '') : undefined };
}

function profileOf(request: FastifyRequest, user: UserRow) {
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
