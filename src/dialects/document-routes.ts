/** `/api/v1/apps/{app}/docs/{dialect}`: how an app is called through a dialect, as data. Part of the native API's scope. */

import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/context.ts';
import { AppError } from '../core/errors.ts';
import { actorAt } from '../core/keys/key-actor.ts';
import { type Static, Type } from '../core/schema.ts';
import { addressOf } from '../http/address-of.ts';
import type { Dialect } from './dialect.ts';

const params = Type.Object({ app: Type.String(), dialect: Type.String() });

export function documentRoutes(scope: FastifyInstance, core: Core, dialects: readonly Dialect[]): void {
  scope.get(
    '/api/v1/apps/:app/docs/:dialect',
    {
      schema: {
        tags: ['apps'],
        operationId: 'getDocs',
        summary: 'How the app is called through a dialect: endpoints, properties, samples',
        description: 'The key stands in the samples for those who manage the app; showing it is audited.',
        params,
        response: { 200: Type.Record(Type.String(), Type.Unknown()) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { call } = request;
      if (call === null) throw new AppError('credential_missing');
      const { app, dialect: name } = request.params as Static<typeof params>;
      const dialect = dialects.find((one) => one.name === name);
      if (dialect?.document === undefined) throw new AppError('route_not_found');
      // A key that manages the app can take a new secret at any time, so it may see the one that is; a person's session
      // does not say here how fresh it is.
      const isFreshSession = call.verified !== null;
      return dialect.document(core, actorAt(call.actor, addressOf(request)), app, { isFreshSession });
    },
  );
}
