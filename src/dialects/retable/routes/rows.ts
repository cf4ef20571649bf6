/** `/retable/{id}/data` in v1 and v2, and the search (wire/retable.md §6, §7). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { requireVerb } from '../../../core/permit.ts';
import { batchRecords } from '../../../core/records/batch-records.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { getRecords } from '../../../core/records/get-records.ts';
import { type RecordView, recordId } from '../../../core/records/record-view.ts';
import type { AddRoute } from '../add-route.ts';
import { peopleIn } from '../people.ts';
import { readPage, readRowIds, readSearch } from '../query.ts';
import { readBody, readNewRows, readRowsToDelete, readRowUpdates } from '../read-body.ts';
import { rowRendererOf, titledRowRendererOf } from '../render.ts';
import { searchFor } from '../search.ts';
import { jsonType, sendData } from '../send.ts';
import { bareEnvelope, dataEnvelope, type Envelope, sendRows } from '../send-rows.ts';
import { targetOf } from '../target.ts';

const path = '/retable/:id/data';

export function rowRoutes(core: Core, add: AddRoute): void {
  add('GET', path, 'read', (request, reply) => readRows(core, request, reply, rowRendererOf, dataEnvelope));

  add('POST', path, 'create', async (request, reply) => {
    const { actor, table } = await targetOf(core, request);
    requireVerb(actor, table, 'create');
    const create = readNewRows(table, readBody(request.body));
    const { created } = await batchRecords(core, actor, table, { create, update: [], delete: [] });
    return sendData(reply, 201, `{"rows":[${await rowsText(core, created)}]}`);
  });

  add('PUT', path, 'update', async (request, reply) => {
    const { actor, table } = await targetOf(core, request);
    requireVerb(actor, table, 'update');
    const update = readRowUpdates(table, readBody(request.body));
    const batch = { create: [], update, delete: [], skipsMissing: true };
    const { updated } = await batchRecords(core, actor, table, batch);
    const ids = new Set(updated.map(({ row }) => recordId(row)));
    return sendData(reply, 200, `[${[...ids].join(',')}]`);
  });

  add('DELETE', path, 'delete', async (request, reply) => {
    const { actor, table } = await targetOf(core, request);
    requireVerb(actor, table, 'delete');
    const removed = await deleteRecords(core, actor, table, readRowsToDelete(readBody(request.body)));
    return sendData(reply, 200, `{"deleted_row_count":${removed.length}}`);
  });

  add('GET', '/retable/:id/search', 'read', async (request, reply) => {
    const { actor, table } = await targetOf(core, request);
    requireVerb(actor, table, 'read');
    const { field, term, fields } = readSearch(table, request);
    const page = readPage(request);
    const { filter, matches } = await searchFor(core, field, term);
    const renderer = rowRendererOf(table, fields);
    const question = { core, actor, table, renderer, page, matches, ...(filter === undefined ? {} : { filter }) };
    return sendRows(reply, question, dataEnvelope);
  });
}

/** The other read: the same rows, keyed by title. Writes have no second version. */
export function titledRowRoutes(core: Core, add: AddRoute): void {
  add('GET', path, 'read', (request, reply) => readRows(core, request, reply, titledRowRendererOf, bareEnvelope));
}

async function readRows(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  rendererOf: typeof rowRendererOf,
  envelope: Envelope,
): Promise<FastifyReply> {
  const { actor, table } = await targetOf(core, request);
  requireVerb(actor, table, 'read');
  const renderer = rendererOf(table);
  const ids = readRowIds(request);
  if (ids === undefined) {
    return sendRows(reply, { core, actor, table, renderer, page: readPage(request) }, envelope);
  }
  const { rows, links } = await getRecords(core, actor, table, ids, renderer.relations);
  const found = peopleIn(core, table.appId, rows, renderer.personSlots);
  const people = found instanceof Promise ? await found : found;
  const texts = rows.map((row) => renderer.render(row, links, people));
  return reply.header('Content-Type', jsonType).send(envelope.head + texts.join(',') + envelope.tail(texts.length));
}

/** Written rows, each by the table as it was when it was written. */
async function rowsText(core: Core, views: readonly RecordView[]): Promise<string> {
  const [first] = views;
  if (first === undefined) return '';
  const renderer = rowRendererOf(first.table);
  const rows = views.map((view) => view.row);
  const people = await peopleIn(core, first.table.appId, rows, renderer.personSlots);
  return views.map((view) => rowRendererOf(view.table).render(view.row, view.links, people)).join(',');
}
