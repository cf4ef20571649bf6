/** `/workspaces/{workspace}/apps` and `/apps/{app}`. */
import { createApp } from '../../../core/apps/create-app.ts';
import { deleteApp } from '../../../core/apps/delete-app.ts';
import { listApps } from '../../../core/apps/list-apps.ts';
import { updateApp } from '../../../core/apps/update-app.ts';
import type { Core } from '../../../core/context.ts';
import { visibleApp } from '../../../core/permit.ts';
import type { AppRow } from '../../../core/system-rows.ts';
import { answerOnce } from '../once.ts';
import { actorOf } from '../request-actor.ts';
import { appInput, appPatch, appShape, appView } from '../shapes/app.ts';
import { nothing, pageOf, pathOf } from '../shapes/parts.ts';
import type { NativeScope } from '../typed-scope.ts';

const listPath = '/api/v1/workspaces/:workspace/apps';
const path = '/api/v1/apps/:app';
const tags = ['apps'];
const listParams = pathOf('workspace');
const params = pathOf('app');

export function appRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    listPath,
    {
      schema: {
        tags,
        operationId: 'listApps',
        summary: 'List the apps of a workspace',
        params: listParams,
        response: { 200: pageOf(appShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const rows = await listApps(core, actorOf(request), request.params.workspace);
      return { data: rows.map(appView), next: null };
    },
  );

  scope.post(
    listPath,
    {
      schema: {
        tags,
        operationId: 'createApp',
        summary: 'Create an app',
        params: listParams,
        body: appInput,
        response: { 201: appShape },
      },
      config: { verb: 'schema', isIdempotent: true },
    },
    (request, reply) =>
      answerOnce<AppRow>(
        request,
        reply,
        {
          answer: (row) => ({ status: 201, body: JSON.stringify(appView(row)) }),
          locate: (id) => `/api/v1/apps/${id}`,
        },
        (once) => createApp(core, actorOf(request), request.params.workspace, request.body, once),
      ),
  );

  scope.get(
    path,
    {
      schema: { tags, operationId: 'getApp', summary: 'Get an app', params, response: { 200: appShape } },
      config: { verb: 'read' },
    },
    async (request) => appView(await visibleApp(core, actorOf(request), request.params.app)),
  );

  scope.patch(
    path,
    {
      schema: {
        tags,
        operationId: 'updateApp',
        summary: 'Change an app',
        params,
        body: appPatch,
        response: { 200: appShape },
      },
      config: { verb: 'manage' },
    },
    async (request) => appView(await updateApp(core, actorOf(request), request.params.app, request.body)),
  );

  scope.delete(
    path,
    {
      schema: {
        tags,
        operationId: 'deleteApp',
        summary: 'Delete an app with its tables, records and keys',
        params,
        response: { 204: nothing },
      },
      config: { verb: 'manage' },
    },
    async (request, reply) => {
      await deleteApp(core, actorOf(request), request.params.app);
      return reply.code(204).send();
    },
  );
}
