/** `/workspace` (wire/retable.md §4). */
import { createApp } from '../../../core/apps/create-app.ts';
import { listApps } from '../../../core/apps/list-apps.ts';
import { type Core, systemActor } from '../../../core/context.ts';
import { requireWorkspace } from '../../../core/permit.ts';
import { createWorkspace } from '../../../core/workspaces/create-workspace.ts';
import { deleteWorkspace } from '../../../core/workspaces/delete-workspace.ts';
import { getWorkspace } from '../../../core/workspaces/get-workspace.ts';
import { listWorkspaces } from '../../../core/workspaces/list-workspaces.ts';
import type { AddRoute } from '../add-route.ts';
import { firstProject, newProject } from '../defaults.ts';
import { readBody, readColor, readName, readOptionalText } from '../read-body.ts';
import { sendData } from '../send.ts';
import { actorOf, idOf } from '../target.ts';
import { listedProjectText, makersOf, projectText, retableText, workspaceText } from '../things.ts';

export function workspaceRoutes(core: Core, add: AddRoute): void {
  add('GET', '/workspace', 'read', async (request, reply) => {
    const workspaces = await listWorkspaces(core, actorOf(request));
    const people = await makersOf(core, workspaces, '');
    const texts = workspaces.map((one) => workspaceText(one, people));
    return sendData(reply, 200, `{"workspaces":[${texts.join(',')}],"count":${texts.length}}`);
  });

  add('POST', '/workspace', 'create', async (request, reply) => {
    const actor = actorOf(request);
    const body = readBody(request.body);
    const input = { name: readName(body), description: readOptionalText(body, 'description'), apps: [firstProject] };
    const workspace = await createWorkspace(core, actor, input);
    // The key's reach is as old as the request; its user has just become the owner.
    const projects = await listApps(core, systemActor, workspace.id);
    const people = await makersOf(core, [workspace, ...projects], workspace.created_by);
    return sendData(reply, 201, workspaceText(workspace, people, projects));
  });

  add('GET', '/workspace/:id', 'read', async (request, reply) => {
    const actor = actorOf(request);
    const workspace = await getWorkspace(core, actor, idOf(request));
    const projects = await listApps(core, actor, workspace.id);
    const people = await makersOf(core, [workspace, ...projects], workspace.created_by);
    return sendData(reply, 200, workspaceText(workspace, people, projects));
  });

  add('DELETE', '/workspace/:id', 'delete', async (request, reply) => {
    const { name } = await deleteWorkspace(core, actorOf(request), idOf(request));
    return sendData(reply, 200, `{"workspace_name":${JSON.stringify(name)}}`);
  });

  add('GET', '/workspace/:id/project', 'read', async (request, reply) => {
    const actor = actorOf(request);
    const workspace = await getWorkspace(core, actor, idOf(request));
    const projects = await listApps(core, actor, workspace.id);
    const people = await makersOf(core, projects, workspace.created_by);
    const texts = projects.map((one) => listedProjectText(one, people));
    return sendData(reply, 200, `{"projects":[${texts.join(',')}],"count":${texts.length}}`);
  });

  add('POST', '/workspace/:id/project', 'create', async (request, reply) => {
    const actor = actorOf(request);
    const workspace = await requireWorkspace(core, actor, idOf(request), 'schema');
    const body = readBody(request.body);
    const input = newProject(readName(body), readOptionalText(body, 'description'), readColor(body));
    const project = await createApp(core, actor, workspace.id, input);
    const tables = await core.catalog.tablesOf(project.id);
    const people = await makersOf(core, [project, ...tables], project.created_by);
    const retables = tables.map((table) => retableText(table, people));
    return sendData(reply, 201, projectText(project, people, retables));
  });
}
