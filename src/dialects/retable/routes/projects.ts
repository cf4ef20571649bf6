/** `/project` and the tables of one (wire/retable.md §4). */
import { deleteApp } from '../../../core/apps/delete-app.ts';
import type { Core } from '../../../core/context.ts';
import { requireApp, visibleApp } from '../../../core/permit.ts';
import { createTable } from '../../../core/tables/create-table.ts';
import { listTables } from '../../../core/tables/list-tables.ts';
import type { AddRoute } from '../add-route.ts';
import { newTable } from '../defaults.ts';
import { readBody, readOptionalText } from '../read-body.ts';
import { sendData } from '../send.ts';
import { actorOf, idOf } from '../target.ts';
import { columnAges, innerRetableText, listedRetableText, makersOf, projectText, retableText } from '../things.ts';

export function projectRoutes(core: Core, add: AddRoute): void {
  add('GET', '/project/:id', 'read', async (request, reply) => {
    const actor = actorOf(request);
    const project = await visibleApp(core, actor, idOf(request));
    const tables = await listTables(core, actor, project.id);
    const people = await makersOf(core, [project, ...tables], project.created_by);
    const retables = tables.map((table) => innerRetableText(table, people));
    return sendData(reply, 200, projectText(project, people, retables));
  });

  add('DELETE', '/project/:id', 'delete', async (request, reply) => {
    const { name } = await deleteApp(core, actorOf(request), idOf(request));
    return sendData(reply, 200, `{"project_name":${JSON.stringify(name)}}`);
  });

  add('GET', '/project/:id/retable', 'read', async (request, reply) => {
    const actor = actorOf(request);
    const project = await visibleApp(core, actor, idOf(request));
    const tables = await listTables(core, actor, project.id);
    const people = await makersOf(core, tables, project.created_by);
    const ages = await columnAges(core, tables);
    const texts = tables.map((table) => listedRetableText(table, people, ages));
    return sendData(reply, 200, `{"retables":[${texts.join(',')}],"count":${texts.length}}`);
  });

  // Clients send no body at all; title and description are an addition.
  add('POST', '/project/:id/retable', 'create', async (request, reply) => {
    const actor = actorOf(request);
    const project = await requireApp(core, actor, idOf(request), 'schema');
    const body = readBody(request.body);
    const title = readOptionalText(body, 'title');
    const input = newTable(title === '' ? null : title, readOptionalText(body, 'description'));
    const table = await createTable(core, actor, project.id, input);
    const people = await makersOf(core, [table], project.created_by);
    return sendData(reply, 201, retableText(table, people));
  });
}
