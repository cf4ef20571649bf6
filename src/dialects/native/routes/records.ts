/** `/tables/{table}/records`: read, query, create, change, delete, batch, upsert. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError, type Issue } from '../../../core/errors.ts';
import type { Grant } from '../../../core/keys/scopes.ts';
import { openTable, requireVerb } from '../../../core/permit.ts';
import { batchItemsMax, batchRecords, type BatchResult } from '../../../core/records/batch-records.ts';
import { createRecord } from '../../../core/records/create-record.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import type { Answer } from '../../../core/once.ts';
import type { StoredRow } from '../../../core/records/query.ts';
import { type RecordInput, throwIssues } from '../../../core/records/read-input.ts';
import { type RecordView, recordId, updatedAt } from '../../../core/records/record-view.ts';
import { updateRecord } from '../../../core/records/update-record.ts';
import { upsertRecord, type Upserted } from '../../../core/records/upsert-record.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { answerQuery, listQuery, type QueryInput, queryBody } from '../answer-query.ts';
import { onceOf, sendOnce } from '../once.ts';
import { visibleField, visibleFields } from '../query.ts';
import { rendererOf } from '../render.ts';
import { sendJson } from '../send.ts';

const tableParams = Type.Object({ table: Type.String() });
const recordParams = Type.Object({ table: Type.String(), id: Type.String() });
const keysQuery = Type.Object({ keys: Type.Optional(Type.Union([Type.Literal('name'), Type.Literal('id')])) });
const fieldValues = Type.Record(Type.String(), Type.Unknown(), { description: 'Values by field name or field id.' });
const recordBody = Type.Object({ fields: fieldValues }, { additionalProperties: false });
const upsertBody = Type.Object(
  { match: Type.String({ description: 'Name or id of a unique field.' }), fields: fieldValues },
  { additionalProperties: false },
);
const recordNumber = Type.Integer({ minimum: 1 });
const batchBody = Type.Object(
  {
    create: Type.Optional(Type.Array(recordBody)),
    update: Type.Optional(Type.Array(Type.Object({ id: recordNumber, fields: fieldValues }, { additionalProperties: false }))),
    delete: Type.Optional(Type.Array(recordNumber)),
  },
  { additionalProperties: false, description: `At most ${batchItemsMax} items in all; all or nothing.` },
);

type RecordParams = Static<typeof recordParams>;
type Keys = Static<typeof keysQuery>;

/** A request on one table: who asks, the table, and what they may do there. */
interface Target {
  readonly actor: Actor;
  readonly table: TableSchema;
}

export function recordRoutes(scope: FastifyInstance, core: Core): void {
  const path = '/api/v1/tables/:table/records';
  const tags = ['records'];

  scope.get(
    path,
    { schema: { tags, operationId: 'listRecords', summary: 'List records', params: tableParams, querystring: listQuery }, config: { verb: 'read' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      return sendJson(reply, 200, await answerQuery(core, actor, table, request.query as QueryInput));
    },
  );

  scope.post(
    `${path}/query`,
    { schema: { tags, operationId: 'queryRecords', summary: 'Query records', params: tableParams, body: queryBody }, config: { verb: 'read' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      return sendJson(reply, 200, await answerQuery(core, actor, table, request.body as QueryInput));
    },
  );

  scope.get(
    `${path}/:id`,
    { schema: { tags, operationId: 'getRecord', summary: 'Get one record', params: recordParams, querystring: keysQuery }, config: { verb: 'read' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const view = await getRecord(core, actor, table, idOf(request));
      const etag = etagOf(view.row);
      if (request.headers['if-none-match'] === etag) return reply.code(304).header('ETag', etag).send();
      return reply.header('ETag', etag).header('Content-Type', 'application/json; charset=utf-8').send(rendered(actor, table, view, request));
    },
  );

  scope.post(
    path,
    { schema: { tags, operationId: 'createRecord', summary: 'Create a record', params: tableParams, querystring: keysQuery, body: recordBody }, config: { verb: 'create' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const input = inputOf(table, actor.grant(table), (request.body as Static<typeof recordBody>).fields);
      const answer = (view: RecordView): Answer => ({ status: 201, body: rendered(actor, table, view, request) });
      const result = await createRecord(core, actor, table, input, onceOf(request, answer));
      if ('row' in result) reply.header('ETag', etagOf(result.row)).header('Location', `/api/v1/tables/${table.id}/records/${recordId(result.row)}`);
      return sendOnce(reply, result, answer);
    },
  );

  for (const [method, mode] of [['PATCH', 'merge'], ['PUT', 'replace']] as const) {
    scope.route({
      method,
      url: `${path}/:id`,
      schema: {
        tags,
        operationId: mode === 'merge' ? 'updateRecord' : 'replaceRecord',
        summary: mode === 'merge' ? 'Change the named fields of a record' : 'Replace a record: fields left out get their default',
        params: recordParams,
        querystring: keysQuery,
        body: recordBody,
      },
      config: { verb: 'update' },
      handler: async (request, reply) => {
        const { actor, table } = await targetOf(core, request);
        const input = inputOf(table, actor.grant(table), (request.body as Static<typeof recordBody>).fields);
        const view = await updateRecord(core, actor, table, idOf(request), input, { mode, ...ifMatchOf(request) });
        if (!('row' in view)) throw new AppError('internal_error', undefined, { internal: 'an update was replayed' });
        return sendJson(reply.header('ETag', etagOf(view.row)), 200, rendered(actor, table, view, request));
      },
    });
  }

  scope.delete(
    `${path}/:id`,
    { schema: { tags, operationId: 'deleteRecord', summary: 'Delete a record', params: recordParams }, config: { verb: 'delete' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const removed = await deleteRecords(core, actor, table, [idOf(request)], ifMatchOf(request).ifMatch);
      if (removed.length === 0) throw new AppError('record_not_found');
      return reply.code(204).send();
    },
  );

  scope.post(
    `${path}/upsert`,
    { schema: { tags, operationId: 'upsertRecord', summary: 'Create a record, or change the one with the same unique value', params: tableParams, querystring: keysQuery, body: upsertBody }, config: { verb: 'update' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const { match, fields } = request.body as Static<typeof upsertBody>;
      const grant = requireVerb(actor, table, 'update');
      const key = visibleField(table, grant, match);
      if (key === undefined || key.tableId === '') throw unknownField('match', match, table);
      const answer = ({ view, isCreated }: Upserted): Answer => ({ status: isCreated ? 201 : 200, body: rendered(actor, table, view, request) });
      const result = await upsertRecord(core, actor, table, key, inputOf(table, grant, fields), onceOf(request, answer));
      return sendOnce(reply, result, answer);
    },
  );

  scope.post(
    `${path}/batch`,
    { schema: { tags, operationId: 'batchRecords', summary: 'Create, change and delete in one transaction', params: tableParams, querystring: keysQuery, body: batchBody }, config: { verb: 'update' } },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const body = request.body as Static<typeof batchBody>;
      const grant = actor.grant(table);
      const issues: Issue[] = [];
      const read = (fields: Record<string, unknown>, prefix: string) => namedInput(table, grant, fields, prefix, issues);
      const batch = {
        create: (body.create ?? []).map(({ fields }, index) => read(fields, `create[${index}].`)),
        update: (body.update ?? []).map(({ id, fields }, index) => ({ id, input: read(fields, `update[${index}].`) })),
        delete: body.delete ?? [],
      };
      throwIssues(issues, 'batch_failed');
      const answer = (result: BatchResult): Answer => ({ status: 200, body: batchText(actor, table, result, request) });
      return sendOnce(reply, await batchRecords(core, actor, table, batch, onceOf(request, answer)), answer);
    },
  );
}

async function targetOf(core: Core, request: FastifyRequest): Promise<Target> {
  const { call } = request;
  if (call === null) throw new AppError('credential_missing');
  const table = await openTable(core, call.actor, (request.params as { table: string }).table);
  call.tableId = table.id;
  return { actor: call.actor, table };
}

const idForm = /^[1-9]\d{0,15}$/;

function idOf(request: FastifyRequest): number {
  const { id } = request.params as RecordParams;
  if (!idForm.test(id)) throw new AppError('record_not_found');
  return Number(id);
}

/** Weak only in that links changed from the other side do not count: the version of the record's own fields. */
function etagOf(row: StoredRow): string {
  return `"${recordId(row)}-${Date.parse(updatedAt(row)).toString(36)}"`;
}

function ifMatchOf(request: FastifyRequest): { ifMatch?: (row: StoredRow) => boolean } {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return {};
  const tags = header.split(',').map((tag) => tag.trim());
  return { ifMatch: (row) => tags.includes(etagOf(row)) };
}

/** Values by name or id, as fields of the table. @throws field_unknown naming each */
function inputOf(table: TableSchema, grant: Grant, fields: Record<string, unknown>): RecordInput {
  const issues: Issue[] = [];
  const input = namedInput(table, grant, fields, '', issues);
  throwIssues(issues);
  return input;
}

function namedInput(table: TableSchema, grant: Grant, fields: Record<string, unknown>, prefix: string, issues: Issue[]): RecordInput {
  return Object.entries(fields).flatMap(([name, value]) => {
    const field = table.fieldByName.get(name) ?? table.fieldById.get(name);
    // A field that the key may neither read nor write does not exist for it.
    const isKnown = field !== undefined && (isIn(grant.writable, field.id) || isIn(grant.readable, field.id));
    if (isKnown) return [[field, value] as const];
    issues.push({ field: prefix + name, code: 'field_unknown', message: `there is no such field in ${table.name}` });
    return [];
  });
}

function isIn(mask: ReadonlySet<string> | null, id: string): boolean {
  return mask === null || mask.has(id);
}

function unknownField(parameter: string, name: string, table: TableSchema): AppError {
  const message = `there is no field "${name}" in ${table.name}`;
  return new AppError('field_unknown', `${parameter}: ${message}`, { issues: [{ field: parameter, code: 'field_unknown', message }] });
}

/** A written record is answered as far as the key may read it. */
function rendered(actor: Actor, table: TableSchema, view: RecordView, request: FastifyRequest): string {
  const { keys } = request.query as Keys;
  return rendererOf(table, visibleFields(table, actor.grant(table)), keys).render(view.row, view.links);
}

function batchText(actor: Actor, table: TableSchema, result: BatchResult, request: FastifyRequest): string {
  const list = (views: readonly RecordView[]) => views.map((view) => rendered(actor, table, view, request)).join(',');
  return `{"created":[${list(result.created)}],"updated":[${list(result.updated)}],"deleted":[${result.deleted.join(',')}]}`;
}

