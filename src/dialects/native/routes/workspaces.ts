/** `/workspaces`: what belongs together, and its settings. */
import type { Core } from '../../../core/context.ts';
import type { WorkspaceRow } from '../../../core/system-rows.ts';
import { createWorkspace } from '../../../core/workspaces/create-workspace.ts';
import { deleteWorkspace } from '../../../core/workspaces/delete-workspace.ts';
import { getWorkspace } from '../../../core/workspaces/get-workspace.ts';
import { listWorkspaces } from '../../../core/workspaces/list-workspaces.ts';
import { updateWorkspace } from '../../../core/workspaces/update-workspace.ts';
import { answerOnce } from '../once.ts';
import { actorOf } from '../request-actor.ts';
import { nothing, pageOf, pathOf } from '../shapes/parts.ts';
import { workspaceInput, workspacePatch, workspaceShape, workspaceView } from '../shapes/workspace.ts';
import type { NativeScope } from '../typed-scope.ts';

const tags = ['workspaces'];
const params = pathOf('workspace');

export function workspaceRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    '/api/v1/workspaces',
    {
      schema: {
        tags,
        operationId: 'listWorkspaces',
        summary: 'List the workspaces within reach',
        response: { 200: pageOf(workspaceShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const rows = await listWorkspaces(core, actorOf(request));
      return { data: rows.map(workspaceView), next: null };
    },
  );

  scope.post(
    '/api/v1/workspaces',
    {
      schema: {
        tags,
        operationId: 'createWorkspace',
        summary: 'Create a workspace',
        description: 'Its owner is the user of the key. Keys that are bound to an app cannot.',
        body: workspaceInput,
        response: { 201: workspaceShape },
      },
      config: { verb: 'manage', isIdempotent: true },
    },
    (request, reply) => {
      const actor = actorOf(request);
      return answerOnce<WorkspaceRow>(
        request,
        reply,
        {
          answer: (row) => ({ status: 201, body: JSON.stringify(workspaceView(row)) }),
          locate: (id) => `/api/v1/workspaces/${id}`,
        },
        (once) => createWorkspace(core, actor, request.body, actor.userId, once),
      );
    },
  );

  scope.get(
    '/api/v1/workspaces/:workspace',
    {
      schema: {
        tags,
        operationId: 'getWorkspace',
        summary: 'Get a workspace',
        params,
        response: { 200: workspaceShape },
      },
      config: { verb: 'read' },
    },
    async (request) => workspaceView(await getWorkspace(core, actorOf(request), request.params.workspace)),
  );

  scope.patch(
    '/api/v1/workspaces/:workspace',
    {
      schema: {
        tags,
        operationId: 'updateWorkspace',
        summary: 'Change a workspace',
        params,
        body: workspacePatch,
        response: { 200: workspaceShape },
      },
      config: { verb: 'manage' },
    },
    async (request) =>
      workspaceView(await updateWorkspace(core, actorOf(request), request.params.workspace, request.body)),
  );

  scope.delete(
    '/api/v1/workspaces/:workspace',
    {
      schema: {
        tags,
        operationId: 'deleteWorkspace',
        summary: 'Delete a workspace with everything in it',
        params,
        response: { 204: nothing },
      },
      config: { verb: 'manage' },
    },
    async (request, reply) => {
      await deleteWorkspace(core, actorOf(request), request.params.workspace);
      return reply.code(204).send();
    },
  );
}
