/** `/openapi.json` for the API, and for each app. Made when they are asked for: starting the server pays for neither. */

import type { Core } from '../../../core/context.ts';
import { visibleApp } from '../../../core/permit.ts';
import { Type } from '../../../core/schema.ts';
import { listTables } from '../../../core/tables/list-tables.ts';
import { appDocument } from '../openapi/app-document.ts';
import { nativeDocument } from '../openapi/native-document.ts';
import type { Operation } from '../openapi/operations.ts';
import { actorOf } from '../request-actor.ts';
import { sendJson } from '../send.ts';
import { pathOf } from '../shapes/parts.ts';
import type { NativeScope } from '../typed-scope.ts';

const tags = ['documents'];
const openApi = Type.Object(
  {
    openapi: Type.String({ examples: ['3.1.0'] }),
    info: Type.Object({ title: Type.String(), version: Type.String() }),
    paths: Type.Object({}),
  },
  { description: 'An OpenAPI 3.1 document.' },
);

export function documentRoutes(scope: NativeScope, core: Core, operations: readonly Operation[]): void {
  let text: string | undefined;

  scope.get(
    '/api/v1/openapi.json',
    {
      schema: {
        tags,
        operationId: 'getOpenApi',
        summary: 'This API as an OpenAPI document',
        response: { 200: openApi },
      },
      config: { access: 'open' },
    },
    async (_request, reply) => {
      text ??= JSON.stringify(nativeDocument(operations));
      return sendJson(reply, 200, text);
    },
  );

  scope.get(
    '/api/v1/apps/:app/openapi.json',
    {
      schema: {
        tags,
        operationId: 'getAppOpenApi',
        summary: 'The tables of an app as an OpenAPI document, as far as the key may use them',
        params: pathOf('app'),
        response: { 200: openApi },
      },
      config: { verb: 'read' },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      const app = await visibleApp(core, actor, request.params.app);
      const tables = await listTables(core, actor, app.id);
      return sendJson(reply, 200, JSON.stringify(appDocument(app, actor, tables, operations)));
    },
  );
}
