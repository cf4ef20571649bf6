/** `/me`, `/me/keys`, `/verify`: the caller itself. */

import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { createKey } from '../../../core/keys/create-key.ts';
import { describeKey } from '../../../core/keys/describe-key.ts';
import { listKeys } from '../../../core/keys/list-keys.ts';
import { Type } from '../../../core/schema.ts';
import { getMe } from '../../../core/users/get-me.ts';
import { verbBits } from '../../../core/workspaces/roles.ts';
import { answerCreatedKey, traitsOf } from '../key-request.ts';
import { actorOf, callOf } from '../request-actor.ts';
import {
  createdKeyShape,
  listedKeyShape,
  listedKeyView,
  ownKeyInput,
  verifiedShape,
  verifiedView,
} from '../shapes/key.ts';
import { id, name, named, nullable, pageOf } from '../shapes/parts.ts';
import { role } from '../shapes/workspace.ts';
import type { NativeScope } from '../typed-scope.ts';

const tags = ['me'];
const ownText = nullable(Type.String({ description: 'Null where the key is bound to an app and does not manage it.' }));

const meShape = named('Me', {
  id: id(),
  email: ownText,
  name: ownText,
  surname: ownText,
  workspaces: Type.Array(Type.Object({ id: id(), name, role })),
});

export function meRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    '/api/v1/me',
    {
      schema: { tags, operationId: 'getMe', summary: 'The user behind the key', response: { 200: meShape } },
      config: { verb: 'read' },
    },
    async (request) => {
      const actor = actorOf(request);
      const { user, workspaces } = await getMe(core, actor);
      // Keys of an app end up in web pages; who made them is not their holders' business.
      const isBound = actor.workspaceId !== null && actor.appId !== null;
      const isTold = !isBound || (actor.verbs(actor.workspaceId, actor.appId) & verbBits.manage) !== 0;
      return {
        id: user.id,
        email: isTold ? user.email : null,
        name: isTold ? user.name : null,
        surname: isTold ? user.surname : null,
        workspaces: [...workspaces],
      };
    },
  );

  scope.get(
    '/api/v1/me/keys',
    {
      schema: {
        tags,
        operationId: 'listOwnKeys',
        summary: 'List your own keys',
        response: { 200: pageOf(listedKeyShape) },
      },
      config: { verb: 'manage' },
    },
    async (request) => {
      const keys = await listKeys(core, actorOf(request), { isOwn: true });
      return { data: keys.map(listedKeyView), next: null };
    },
  );

  scope.post(
    '/api/v1/me/keys',
    {
      schema: {
        tags,
        operationId: 'createOwnKey',
        summary: 'Create a key of your own',
        description: 'It reaches what you reach, in every workspace, and belongs to no app.',
        body: ownKeyInput,
        response: { 201: createdKeyShape },
      },
      config: { verb: 'manage', isIdempotent: true },
    },
    async (request, reply) => {
      const { kind = 'personal', name: keyName, workspace_id: asked } = request.body;
      const workspaceId = asked ?? callOf(request).verified?.workspace.id ?? null;
      const input = { kind, name: keyName, workspace_id: workspaceId, ...(await traitsOf(core, request.body)) };
      return answerCreatedKey(request, reply, (once) => createKey(core, actorOf(request), input, once));
    },
  );

  scope.get(
    '/api/v1/verify',
    {
      schema: {
        tags,
        operationId: 'verifyKey',
        summary: 'What the key that you send is and may do',
        response: { 200: verifiedShape },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { verified } = callOf(request);
      if (verified === null) throw new AppError('credential_missing', 'Send the key that you ask about.');
      return verifiedView(describeKey(verified));
    },
  );
}
