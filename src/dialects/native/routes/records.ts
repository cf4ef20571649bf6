/** `/tables/{table}/records`: read, query, create, change and delete single records. */
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { requireVerb } from '../../../core/permit.ts';
import { createRecord } from '../../../core/records/create-record.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import type { RecordView } from '../../../core/records/record-view.ts';
import { updateRecord } from '../../../core/records/update-record.ts';
import { answerQuery, listQuery, queryBody } from '../answer-query.ts';
import { answerOnce } from '../once.ts';
import { etagOf, ifMatchOf, inputOf, namesVersion, readId, rendered, targetOf } from '../record-request.ts';
import { sendJson } from '../send.ts';
import { nothing, pathOf } from '../shapes/parts.ts';
import { keysQuery, recordInput, recordPage, recordShape } from '../shapes/record.ts';
import type { NativeScope } from '../typed-scope.ts';

const path = '/api/v1/tables/:table/records';
const tags = ['records'];
const params = pathOf('table');
const recordParams = pathOf('table', 'id');

export function recordRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'listRecords',
        summary: 'List records',
        params,
        querystring: listQuery,
        response: { 200: recordPage },
      },
      config: { verb: 'read' },
    },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      return sendJson(reply, 200, await answerQuery(core, actor, table, request.query));
    },
  );

  scope.post(
    `${path}/query`,
    {
      schema: {
        tags,
        operationId: 'queryRecords',
        summary: 'Query records',
        description: 'As listing, with the question in the body: for filters that are too long for a URL.',
        params,
        body: queryBody,
        response: { 200: recordPage },
      },
      config: { verb: 'read' },
    },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      return sendJson(reply, 200, await answerQuery(core, actor, table, request.body));
    },
  );

  scope.get(
    `${path}/:id`,
    {
      schema: {
        tags,
        operationId: 'getRecord',
        summary: 'Get one record',
        params: recordParams,
        querystring: keysQuery,
        response: { 200: recordShape, 304: nothing },
      },
      config: { verb: 'read' },
    },
    async (request, reply) => {
      const target = await targetOf(core, request);
      const view = await getRecord(core, target.actor, target.table, readId(request.params.id));
      reply.header('ETag', etagOf(view.row));
      const known = request.headers['if-none-match'];
      // A formula may show something else although the record itself has not changed.
      const isSame = known !== undefined && view.table.formulas.length === 0;
      if (isSame && namesVersion(known, view.row)) return reply.code(304).send();
      return sendJson(reply, 200, rendered(target, view, request.query.keys));
    },
  );

  scope.post(
    path,
    {
      schema: {
        tags,
        operationId: 'createRecord',
        summary: 'Create a record',
        params,
        querystring: keysQuery,
        body: recordInput,
        response: { 201: recordShape },
      },
      config: { verb: 'create', isIdempotent: true },
    },
    async (request, reply) => {
      const target = await targetOf(core, request);
      const { actor, table } = target;
      const input = inputOf(table, requireVerb(actor, table, 'create'), request.body.fields);
      return answerOnce<RecordView>(
        request,
        reply,
        {
          answer: (view) => ({ status: 201, body: rendered(target, view, request.query.keys) }),
          locate: (id) => `/api/v1/tables/${table.id}/records/${id}`,
        },
        async (once) => {
          const view = await createRecord(core, actor, table, input, once);
          reply.header('ETag', etagOf(view.row));
          return view;
        },
      );
    },
  );

  for (const { method, mode, operationId, summary } of changes) {
    scope.route({
      method,
      url: `${path}/:id`,
      schema: {
        tags,
        operationId,
        summary,
        params: recordParams,
        querystring: keysQuery,
        body: recordInput,
        response: { 200: recordShape },
      },
      config: { verb: 'update', isVersioned: true },
      handler: async (request, reply) => {
        const target = await targetOf(core, request);
        const { actor, table } = target;
        const input = inputOf(table, requireVerb(actor, table, 'update'), request.body.fields);
        const options = { mode, ...ifMatchOf(request) };
        const view = await updateRecord(core, actor, table, readId(request.params.id), input, options);
        return sendJson(reply.header('ETag', etagOf(view.row)), 200, rendered(target, view, request.query.keys));
      },
    });
  }

  scope.delete(
    `${path}/:id`,
    {
      schema: {
        tags,
        operationId: 'deleteRecord',
        summary: 'Delete a record',
        params: recordParams,
        response: { 204: nothing },
      },
      config: { verb: 'delete', isVersioned: true },
    },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const removed = await deleteRecords(core, actor, table, [readId(request.params.id)], ifMatchOf(request).ifMatch);
      if (removed.length === 0) throw new AppError('record_not_found');
      return reply.code(204).send();
    },
  );
}

const changes = [
  {
    method: 'PATCH',
    mode: 'merge',
    operationId: 'updateRecord',
    summary: 'Change the named fields of a record',
  },
  {
    method: 'PUT',
    mode: 'replace',
    operationId: 'replaceRecord',
    summary: 'Replace a record: fields left out get their default',
  },
] as const;
