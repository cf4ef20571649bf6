/** Many customers at once: tagged or deleted, all of them or none (wire/formaloo.md §12). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { batchItemsMax, batchRecords } from '../../../core/records/batch-records.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { recordId } from '../../../core/records/record-view.ts';
import { unwrapped } from '../attributes.ts';
import { actorOf } from '../call.ts';
import { gateway12 } from '../paths.ts';
import { refused } from '../read-attributes.ts';
import { bodyOf } from '../read-body.ts';
import { sendCreated } from './answers.ts';
import { checkTags, findCustomer, tagIds } from './customers.ts';
import { type CdpTable, findTable } from './tables.ts';

export function bulkCustomerRoutes(scope: FastifyInstance, core: Core): void {
  const path = `${gateway12}/customers`;
  scope.post(`${path}/bulk-delete`, { config: { access: 'token', verb: 'delete' } }, async (request, reply) => {
    const names = namesIn(request, 'customers');
    const own = await findTable(core, actorOf(request), 'customers');
    // Who is not there any more is deleted.
    const found = own === undefined ? [] : await customersOf(core, own, names);
    const ids = found.flatMap(({ id }) => id ?? []);
    if (own !== undefined) await deleteRecords(core, actorOf(request), own.table, ids);
    return sendCreated(reply, { customers: names });
  });

  scope.post(`${path}/bulk-tag`, { config: { access: 'token_or_write', verb: 'update' } }, async (request, reply) => {
    const actor = actorOf(request);
    const names = namesIn(request, 'customers');
    const sent = tagsIn(request);
    await checkTags(core, actor, sent);
    const own = await findTable(core, actor, 'customers');
    const field = own?.fields.get('tags');
    const ids: number[] = [];
    for (const { name, id } of own === undefined
      ? names.map((one) => ({ name: one, id: null }))
      : await customersOf(core, own, names)) {
      if (id === null) throw refused('customers', `"${name}" is no customer`);
      ids.push(id);
    }
    if (own === undefined || field === undefined) throw refused('customers', 'have no tags');
    const tags = await tagIds(core, actor, sent);
    const links = await core.store.records.links(field, ids);
    const update = ids.map((id) => ({
      id,
      input: [[field, [...new Set([...(links.get(id) ?? []), ...tags])]]] as const,
    }));
    await batchRecords(core, actor, own.table, { create: [], update, delete: [] });
    return sendCreated(reply, { customers: names, tags: unwrapped(sent) });
  });
}

/** A list of names: also as JSON or with commas, where the body is a form. @throws body_invalid, batch_too_large */
function namesIn(request: FastifyRequest, key: string): string[] {
  const sent = bodyOf(request)[key];
  if (sent === undefined || sent === null || sent === '') throw refused(key, 'is required', 'value_required');
  const list = unwrapped(sent);
  const names: unknown = typeof list === 'string' ? list.split(',') : list;
  if (!Array.isArray(names) || !names.every((one) => typeof one === 'string')) {
    throw refused(key, `must be a list of slugs of ${key}`);
  }
  if (names.length > batchItemsMax) {
    throw new AppError('batch_too_large', `At most ${batchItemsMax} ${key} are taken at once.`);
  }
  return [...new Set(names.map((one) => one.trim()))];
}

/** Slugs of tags, or objects with a slug or a title each. */
function tagsIn(request: FastifyRequest): unknown {
  const sent = unwrapped(bodyOf(request).tags);
  if (sent === undefined || sent === null || sent === '') throw refused('tags', 'is required', 'value_required');
  const list: unknown = typeof sent === 'string' ? sent.split(',') : sent;
  if (!Array.isArray(list)) return list;
  return (list as readonly unknown[]).map((one) => (typeof one === 'string' ? { slug: one.trim() } : one));
}

/** By slug or code; null where there is no such customer. */
async function customersOf(
  core: Core,
  own: CdpTable,
  names: readonly string[],
): Promise<{ readonly name: string; readonly id: number | null }[]> {
  const found: { name: string; id: number | null }[] = [];
  for (const name of names) {
    const id = core.secrets.slugs.decodeIn(own.table.number, name) ?? (await findCustomer(core, own, { code: name }));
    found.push({ name, id: id ?? null });
  }
  const there = new Set(
    (
      await core.store.records.getMany(
        own.table,
        found.flatMap(({ id }) => id ?? []),
      )
    ).map(recordId),
  );
  return found.map(({ name, id }) => ({ name, id: id !== null && there.has(id) ? id : null }));
}
