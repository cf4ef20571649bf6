/** The collection endpoints (wire/adalo.md §1), at `/v0/apps/…` and in the older form without `/v0`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { openTable, requireVerb } from '../../../core/permit.ts';
import { createRecord } from '../../../core/records/create-record.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import { listRecords } from '../../../core/records/list-records.ts';
import type { RecordView } from '../../../core/records/record-view.ts';
import { updateRecord } from '../../../core/records/update-record.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { readListQuery } from '../query.ts';
import { inputOf, readBody } from '../read-body.ts';
import { rendererOf } from '../render.ts';

interface RecordParams {
  readonly app: string;
  readonly collection: string;
  readonly id: string;
}

const jsonType = 'application/json; charset=utf-8';
const idForm = /^[1-9]\d{0,14}$/;

export function recordRoutes(scope: FastifyInstance, core: Core): void {
  for (const [root, list] of [
    ['/v0/apps', wrappedList],
    ['/apps', bareList],
  ] as const) {
    const path = `${root}/:app/collections/:collection`;
    const answerList = async (request: FastifyRequest, reply: FastifyReply) =>
      sendJson(reply, await listPage(core, request, list));
    const answerUpdate = async (request: FastifyRequest, reply: FastifyReply) =>
      sendJson(reply, await update(core, request));
    scope.get(path, { config: { verb: 'read' } }, answerList);
    // Shown so in one help page, and used by one client; ids are numbers, so nothing is hidden by it.
    scope.get(`${path}/records`, { config: { verb: 'read' } }, answerList);
    scope.get(`${path}/:id`, { config: { verb: 'read' } }, async (request, reply) =>
      sendJson(reply, await get(core, request)),
    );
    scope.post(path, { config: { verb: 'create' } }, async (request, reply) =>
      sendJson(reply, await create(core, request)),
    );
    scope.put(`${path}/:id`, { config: { verb: 'update' } }, answerUpdate);
    scope.patch(`${path}/:id`, { config: { verb: 'update' } }, answerUpdate);
    scope.delete(`${path}/:id`, { config: { verb: 'delete' } }, async (request, reply) => {
      await remove(core, request);
      return reply.code(204).send();
    });
  }
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('Content-Type', jsonType).send(text);
}

interface Target {
  readonly actor: Actor;
  readonly table: TableSchema;
}

/** The collection of a request; at once where it is in memory. @throws app_mismatch, table_not_found */
function targetOf(core: Core, request: FastifyRequest): Target | Promise<Target> {
  const { call } = request;
  if (call === null) throw new AppError('credential_missing');
  const { app, collection } = request.params as RecordParams;
  const { actor } = call;
  if (actor.appId !== app) throw new AppError('app_mismatch');
  const opened = openTable(core, actor, collection);
  if (opened instanceof Promise) {
    return opened.then((table) => {
      call.tableId = table.id;
      return { actor, table };
    });
  }
  call.tableId = opened.id;
  return { actor, table: opened };
}

/** The number of a record; what is no number names none. @throws record_not_found */
function idOf(request: FastifyRequest): number {
  const { id } = request.params as RecordParams;
  if (!idForm.test(id)) throw new AppError('record_not_found');
  return Number(id);
}

type ListForm = (records: readonly unknown[], next: number | null) => string;

/** `offset` is there only when more records remain: clients page until it is missing. */
const wrappedList: ListForm = (records, next) =>
  JSON.stringify(next === null ? { records } : { records, offset: next });

/** The form of 2020: the records alone. */
const bareList: ListForm = (records) => JSON.stringify(records);

async function listPage(core: Core, request: FastifyRequest, form: ListForm): Promise<string> {
  const target = targetOf(core, request);
  const { actor, table } = target instanceof Promise ? await target : target;
  const grant = requireVerb(actor, table, 'read');
  const { offset, limit, filter } = readListQuery(table, grant, request);
  if (filter?.op === 'never') return form([], null);
  const renderer = rendererOf(table, grant);
  const page = await listRecords(
    core,
    actor,
    table,
    {
      limit,
      projection: renderer.projection,
      ...(filter === undefined ? {} : { filter }),
      ...(offset === 0 ? {} : { start: { offset } }),
    },
    renderer.relations,
  );
  const records = page.rows.map((row) => renderer.render(row, page.links));
  return form(records, page.hasMore ? offset + page.rows.length : null);
}

async function get(core: Core, request: FastifyRequest): Promise<string> {
  const target = targetOf(core, request);
  const { actor, table } = target instanceof Promise ? await target : target;
  return rendered(actor, await getRecord(core, actor, table, idOf(request)));
}

async function create(core: Core, request: FastifyRequest): Promise<string> {
  const target = targetOf(core, request);
  const { actor, table } = target instanceof Promise ? await target : target;
  requireVerb(actor, table, 'create');
  return rendered(actor, await createRecord(core, actor, table, inputOf(table, readBody(request.body))));
}

/** Merges: properties left out stay (wire/adalo.md §5). */
async function update(core: Core, request: FastifyRequest): Promise<string> {
  const target = targetOf(core, request);
  const { actor, table } = target instanceof Promise ? await target : target;
  const id = idOf(request);
  requireVerb(actor, table, 'update');
  try {
    const input = inputOf(table, readBody(request.body));
    return rendered(actor, await updateRecord(core, actor, table, id, input, { mode: 'merge' }));
  } catch (error) {
    // A missing record is told before anything about the body; looked for only where the body was refused.
    if (error instanceof AppError && error.code !== 'record_not_found') await getRecord(core, actor, table, id);
    throw error;
  }
}

/** Deleting what is not there is no error, whatever stands in its place. */
async function remove(core: Core, request: FastifyRequest): Promise<void> {
  const target = targetOf(core, request);
  const { actor, table } = target instanceof Promise ? await target : target;
  const { id } = request.params as RecordParams;
  requireVerb(actor, table, 'delete');
  if (idForm.test(id)) await deleteRecords(core, actor, table, [Number(id)]);
}

function rendered(actor: Actor, { table, row, links }: RecordView): string {
  return JSON.stringify(rendererOf(table, actor.grant(table)).render(row, links));
}
