/** What people wrote down about a customer (wire/formaloo.md §12). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { actorOf } from '../call.ts';
import { gateway12 } from '../paths.ts';
import { refused } from '../read-attributes.ts';
import { bodyOf } from '../read-body.ts';
import { both, filterFrom, linkedToId, sendCreated, sendPage, slugIn } from './answers.ts';
import { findCustomer } from './customers.ts';
import { create, idOfSlug } from './records.ts';
import { showNotes } from './show-notes.ts';
import { type CdpTable, cdpTableOf, checkValues, ensureTable, findTable } from './tables.ts';

/** The customer that the path names: by code, as most clients have it, or by slug. @throws record_not_found */
export async function customerIn(core: Core, request: FastifyRequest): Promise<{ own: CdpTable; id: number }> {
  const own = await findTable(core, actorOf(request), 'customers');
  if (own === undefined) throw new AppError('record_not_found');
  if (request.call !== null) request.call.tableId = own.table.id;
  const name = slugIn(request);
  const id = (await findCustomer(core, own, { code: name })) ?? idOfSlug(core, own, name);
  return { own, id };
}

export function noteRoutes(scope: FastifyInstance, core: Core): void {
  const path = `${gateway12}/customers/:slug/notes`;
  scope.get(path, { config: { access: 'token', verb: 'read' } }, async (request, reply) => {
    const { id } = await customerIn(core, request);
    return sendPage(
      core,
      request,
      reply,
      'notes',
      (own) => both(filterFrom(request, own, {}), linkedToId(own, 'customer', id)),
      showNotes,
    );
  });
  scope.post(path, { config: { access: 'token_or_write', verb: 'create' } }, async (request, reply) => {
    const actor = actorOf(request);
    const { id } = await customerIn(core, request);
    const { text } = bodyOf(request);
    if (typeof text !== 'string' || text.trim() === '') throw refused('text', 'is required', 'value_required');
    checkValues('notes', { text });
    const own = await ensureTable(core, actor, 'notes');
    const { row, table } = await create(core, actor, own, { text, customer: [id] });
    const [note = {}] = await showNotes(core, actor, cdpTableOf(table), [row], new Map());
    const isReadable = actor.grant(table).readable === null;
    return sendCreated(reply, { note: isReadable ? note : { slug: note.slug } });
  });
}
