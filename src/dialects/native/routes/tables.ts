/** `/apps/{app}/tables` and `/tables/{table}`. */
import type { Core } from '../../../core/context.ts';
import { createTable } from '../../../core/tables/create-table.ts';
import { deleteTable } from '../../../core/tables/delete-table.ts';
import { listTables } from '../../../core/tables/list-tables.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { updateTable } from '../../../core/tables/update-table.ts';
import { answerOnce } from '../once.ts';
import { actorOf } from '../request-actor.ts';
import { nothing, pageOf, pathOf } from '../shapes/parts.ts';
import { tableInput, tablePatch, tableShape, tableView } from '../shapes/table.ts';
import { tableOf } from '../table-request.ts';
import type { NativeScope } from '../typed-scope.ts';

const listPath = '/api/v1/apps/:app/tables';
const path = '/api/v1/tables/:table';
const tags = ['tables'];
const listParams = pathOf('app');
const params = pathOf('table');

export function tableRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    listPath,
    {
      schema: {
        tags,
        operationId: 'listTables',
        summary: 'List the tables of an app with their fields',
        params: listParams,
        response: { 200: pageOf(tableShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const actor = actorOf(request);
      const tables = await listTables(core, actor, request.params.app);
      return { data: tables.map((table) => tableView(actor, table)), next: null };
    },
  );

  scope.post(
    listPath,
    {
      schema: {
        tags,
        operationId: 'createTable',
        summary: 'Create a table with its fields',
        params: listParams,
        body: tableInput,
        response: { 201: tableShape },
      },
      config: { verb: 'schema', isIdempotent: true },
    },
    (request, reply) => {
      const actor = actorOf(request);
      return answerOnce<TableSchema>(
        request,
        reply,
        {
          answer: (table) => ({ status: 201, body: JSON.stringify(tableView(actor, table)) }),
          locate: (id) => `/api/v1/tables/${id}`,
        },
        (once) => createTable(core, actor, request.params.app, request.body, once),
      );
    },
  );

  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'getTable',
        summary: 'Get a table with its fields',
        params,
        response: { 200: tableShape },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { actor, table } = await tableOf(core, request);
      return tableView(actor, table);
    },
  );

  scope.patch(
    path,
    {
      schema: {
        tags,
        operationId: 'updateTable',
        summary: 'Change a table; renaming touches no record',
        params,
        body: tablePatch,
        response: { 200: tableShape },
      },
      config: { verb: 'schema' },
    },
    async (request) => {
      const { actor, table } = await tableOf(core, request);
      return tableView(actor, await updateTable(core, actor, table, request.body));
    },
  );

  scope.delete(
    path,
    {
      schema: {
        tags,
        operationId: 'deleteTable',
        summary: 'Delete a table with its records',
        params,
        response: { 204: nothing },
      },
      config: { verb: 'schema' },
    },
    async (request, reply) => {
      const { actor, table } = await tableOf(core, request);
      await deleteTable(core, actor, table);
      return reply.code(204).send();
    },
  );
}
