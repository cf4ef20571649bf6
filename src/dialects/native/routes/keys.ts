/** `/apps/{app}/keys` and `/keys/{key}`: who may do what. */
import type { Core } from '../../../core/context.ts';
import { type CreatedKey, createKey } from '../../../core/keys/create-key.ts';
import { deleteKey } from '../../../core/keys/delete-key.ts';
import { disableKey } from '../../../core/keys/disable-key.ts';
import { enableKey } from '../../../core/keys/enable-key.ts';
import { getKey } from '../../../core/keys/get-key.ts';
import { listKeys } from '../../../core/keys/list-keys.ts';
import { revealKey } from '../../../core/keys/reveal-key.ts';
import { rotateKey } from '../../../core/keys/rotate-key.ts';
import { updateKey } from '../../../core/keys/update-key.ts';
import { answerCreatedKey, traitsOf } from '../key-request.ts';
import { actorOf, callOf } from '../request-actor.ts';
import {
  createdKeyShape,
  keyInput,
  keyPatch,
  keyShape,
  keyView,
  listedKeyShape,
  listedKeyView,
  rotatedKeyShape,
  rotatedView,
  rotateInput,
  secretsShape,
  secretsView,
} from '../shapes/key.ts';
import { nothing, pageOf, pathOf } from '../shapes/parts.ts';
import type { NativeScope } from '../typed-scope.ts';

const path = '/api/v1/keys/:key';
const tags = ['keys'];
const params = pathOf('key');
const config = { verb: 'manage' };

export function keyRoutes(scope: NativeScope, core: Core): void {
  for (const place of ['app', 'workspace'] as const) {
    scope.get(
      `/api/v1/${place}s/:${place}/keys`,
      {
        schema: {
          tags,
          operationId: place === 'app' ? 'listKeys' : 'listWorkspaceKeys',
          summary: place === 'app' ? 'List the keys of an app' : 'List all keys of a workspace and its members',
          params: pathOf(place),
          response: { 200: pageOf(listedKeyShape) },
        },
        config,
      },
      async (request) => {
        const id = request.params[place];
        const keys = await listKeys(core, actorOf(request), place === 'app' ? { appId: id } : { workspaceId: id });
        return { data: keys.map(listedKeyView), next: null };
      },
    );
  }

  scope.post(
    '/api/v1/apps/:app/keys',
    {
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'Create a key',
        description: 'The secret of a native key is shown here and never again. Nobody can give more than they have.',
        params: pathOf('app'),
        body: keyInput,
        response: { 201: createdKeyShape },
      },
      config: { verb: 'manage', isIdempotent: true },
    },
    async (request, reply) => {
      const { kind = 'native', name } = request.body;
      const traits = await traitsOf(core, request.body);
      return answerCreatedKey(request, reply, (once): Promise<CreatedKey> => {
        return createKey(core, actorOf(request), { kind, name, app_id: request.params.app, ...traits }, once);
      });
    },
  );

  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'getKey',
        summary: 'Get a key, without its secret',
        params,
        response: { 200: keyShape },
      },
      config,
    },
    async (request) => keyView(await getKey(core, actorOf(request), request.params.key)),
  );

  scope.patch(
    path,
    {
      schema: {
        tags,
        operationId: 'updateKey',
        summary: 'Change what a key is called, may do and is bound to',
        params,
        body: keyPatch,
        response: { 200: keyShape },
      },
      config,
    },
    async (request) => {
      const { name } = request.body;
      const patch = { ...(await traitsOf(core, request.body)), ...(name === undefined ? {} : { name }) };
      return keyView(await updateKey(core, actorOf(request), request.params.key, patch));
    },
  );

  scope.delete(
    path,
    {
      schema: {
        tags,
        operationId: 'deleteKey',
        summary: 'Delete a key; it stops working at once',
        params,
        response: { 204: nothing },
      },
      config,
    },
    async (request, reply) => {
      await deleteKey(core, actorOf(request), request.params.key);
      return reply.code(204).send();
    },
  );

  scope.post(
    `${path}/rotate`,
    {
      schema: {
        tags,
        operationId: 'rotateKey',
        summary: 'Give a key a new secret',
        params,
        body: rotateInput,
        response: { 200: rotatedKeyShape },
      },
      config,
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request) => rotatedView(await rotateKey(core, actorOf(request), request.params.key, request.body)),
  );

  scope.post(
    `${path}/reveal`,
    {
      schema: {
        tags,
        operationId: 'revealKey',
        summary: 'Show the secret of an app key or key pair again',
        description: 'Native and personal keys are shown once. Every showing is audited.',
        params,
        response: { 200: secretsShape },
      },
      config,
    },
    async (request) => {
      // A key that manages can take a new secret at any time, so it may see the one that is; how fresh a person's session
      // is, is not known here.
      const isFreshSession = callOf(request).verified !== null;
      const plain = await revealKey(core, actorOf(request), request.params.key, { isFreshSession });
      return { id: request.params.key, ...secretsView(plain) };
    },
  );

  for (const { verb, operationId, summary, change } of switches) {
    scope.post(
      `${path}/${verb}`,
      { schema: { tags, operationId, summary, params, response: { 200: keyShape } }, config },
      async (request) => keyView(await change(core, actorOf(request), request.params.key)),
    );
  }
}

const switches = [
  {
    verb: 'disable',
    operationId: 'disableKey',
    summary: 'Switch a key off; it stops working at once',
    change: disableKey,
  },
  { verb: 'enable', operationId: 'enableKey', summary: 'Switch a key on again', change: enableKey },
];
