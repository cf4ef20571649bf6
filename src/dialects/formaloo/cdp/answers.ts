/** What the routes of the CDP answer: pages of records, and what was made (wire/formaloo.md §1.2, §12). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { Refusal } from '../../../core/fields/field-type.ts';
import { makeFilter } from '../../../core/records/make-filter.ts';
import type { Filter, StoredRow } from '../../../core/records/query.ts';
import type { Links } from '../../../core/records/record-view.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import { formOf } from '../form.ts';
import { pageMembers, pageQueryOf, queryText } from '../pages.ts';
import type { SlugParams } from '../routes/forms.ts';
import { searchFilter } from '../row-query.ts';
import { type CdpRecord, list } from './records.ts';
import { type CdpName, type CdpTable, findTable } from './tables.ts';

export type Show = (
  core: Core,
  actor: Actor,
  own: CdpTable,
  rows: readonly StoredRow[],
  links: Links,
) => Promise<CdpRecord[]>;

/** Creating here answers 201 in the body too; clients check it (wire/formaloo.md §1.1). */
export function sendCreated(reply: FastifyReply, data: object): FastifyReply {
  return sendData(reply, JSON.stringify(data), 201, 201);
}

export function slugIn(request: FastifyRequest): string {
  return (request.params as SlugParams).slug;
}

export async function sendPage(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  name: CdpName,
  filterOf: (own: CdpTable) => Filter | undefined,
  show: Show,
  plural: string = name,
): Promise<FastifyReply> {
  const actor = actorOf(request);
  const query = pageQueryOf(request);
  const own = await findTable(core, actor, name);
  if (own === undefined) return sendData(reply, `{${pageMembers(core, request, query, 0)},"${plural}":[]}`);
  if (request.call !== null) request.call.tableId = own.table.id;
  const { count, rows, links } = await list(core, actor, own, filterOf(own), query);
  const shown = await show(core, actor, own, rows, links);
  return sendData(reply, `{${pageMembers(core, request, query, count)},"${plural}":${JSON.stringify(shown)}}`);
}

/** Exact filters by query parameter, and the search through all texts. */
export function filterFrom(
  request: FastifyRequest,
  own: CdpTable,
  parameters: Readonly<Record<string, string>>,
): Filter | undefined {
  const of: Filter[] = [];
  for (const [parameter, key] of Object.entries(parameters)) {
    const value = queryText(request, parameter);
    const field = own.fields.get(key);
    if (value === undefined || field === undefined) continue;
    const filter = makeFilter(field, 'eq', value);
    of.push(filter instanceof Refusal ? { op: 'never' } : filter);
  }
  const search = queryText(request, 'search');
  if (search !== undefined) of.push(searchFilter(formOf(own.table), search));
  return of.length > 1 ? { op: 'and', of } : of[0];
}

/** Records that are linked to the one of this slug; none when it is not there. */
export function linkedTo(
  core: Core,
  request: FastifyRequest,
  own: CdpTable,
  parameter: string,
  key: string,
): Filter | undefined {
  const slug = queryText(request, parameter);
  const field = own.fields.get(key);
  if (slug === undefined || field === undefined) return undefined;
  const target = core.catalog.tableNow(String(field.options.target));
  const id = target === undefined ? null : core.secrets.slugs.decodeIn(target.number, slug);
  return id === null ? { op: 'never' } : { op: 'any_of', field, values: [id] };
}

/** Records whose field of this key names the record. */
export function linkedToId({ fields }: CdpTable, key: string, id: number): Filter {
  const field = fields.get(key);
  return field === undefined ? { op: 'never' } : { op: 'any_of', field, values: [id] };
}

export function both(...filters: readonly (Filter | undefined)[]): Filter | undefined {
  const of = filters.filter((one) => one !== undefined);
  return of.length > 1 ? { op: 'and', of } : of[0];
}
