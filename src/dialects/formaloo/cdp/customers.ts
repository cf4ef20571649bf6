/** Customers: found by code, e-mail or telephone number, and made where there is none (wire/formaloo.md §12). */
import { randomUUID } from 'node:crypto';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { isPlainObject } from '../../../core/fields/plain-json.ts';
import { getRecords } from '../../../core/records/get-records.ts';
import type { StoredRow } from '../../../core/records/query.ts';
import { type Links, type RecordView, recordId } from '../../../core/records/record-view.ts';
import { boolean, unwrapped } from '../attributes.ts';
import { refused } from '../read-attributes.ts';
import type { Body } from '../read-body.ts';
import { type CdpRecord, create, findBy, recordOf, update } from './records.ts';
import { notesOf } from './show-notes.ts';
import { type CdpTable, cdpTableOf, checkValues, ensureTable, findTable } from './tables.ts';

const identities = ['code', 'email', 'phone_number'] as const;
const plainKeys = [
  'email',
  'phone_number',
  'full_name',
  'first_name',
  'last_name',
  'username',
  'score',
  'level',
  'city',
  'language',
] as const;

export interface SavedCustomer {
  readonly view: RecordView;
  readonly isCreated: boolean;
}

/** The customer whom the body names by code, e-mail or number; undefined when there is none. */
export async function findCustomer(core: Core, own: CdpTable, body: Body): Promise<number | undefined> {
  for (const key of identities) {
    const value = body[key];
    if (typeof value !== 'string' || value.trim() === '') continue;
    // E-mail addresses are compared in small letters.
    const found = await findBy(core, own, key, key === 'email' ? value.trim().toLowerCase() : value.trim());
    if (found !== undefined) return found.id;
  }
  return undefined;
}

/** Updates the customer whom the body names, or makes one. @throws value_invalid, value_not_unique */
export async function saveCustomer(core: Core, actor: Actor, body: Body): Promise<SavedCustomer> {
  checkValues('customers', ownValuesOf(body));
  await checkTags(core, actor, body.tags);
  const own = await ensureTable(core, actor, 'customers');
  const known = await findCustomer(core, own, body);
  if (known !== undefined) return { view: await changeCustomer(core, actor, own, known, body), isCreated: false };
  const code = typeof body.code === 'string' && body.code.trim() !== '' ? body.code.trim() : randomUUID();
  try {
    const values = { ...(await valuesOf(core, actor, body, [])), code };
    return { view: await create(core, actor, own, values), isCreated: true };
  } catch (error) {
    // Somebody made the same customer meanwhile.
    const again = isTaken(error) ? await findCustomer(core, own, body) : undefined;
    if (again === undefined) throw error;
    return { view: await changeCustomer(core, actor, own, again, body), isCreated: false };
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof AppError && error.code === 'value_not_unique';
}

export async function changeCustomer(
  core: Core,
  actor: Actor,
  own: CdpTable,
  id: number,
  body: Body,
): Promise<RecordView> {
  const field = own.fields.get('tags');
  const links = field === undefined ? undefined : await core.store.records.links(field, [id]);
  return update(core, actor, own, id, await valuesOf(core, actor, body, links?.get(id) ?? []));
}

/** The values of the customer's own fields, as they were sent. */
function ownValuesOf(body: Body): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const key of plainKeys) if (body[key] !== undefined) values[key] = body[key];
  if (body.customer_data !== undefined) values.customer_data = unwrapped(body.customer_data);
  // It begins anew, at what is sent beside it.
  if (boolean(body.reset_score) === true) values.score = body.score ?? 0;
  return values;
}

/** Values by key; tags are added to those that there are, unless they are to replace them. */
async function valuesOf(
  core: Core,
  actor: Actor,
  body: Body,
  tags: readonly number[],
): Promise<Record<string, unknown>> {
  const values = ownValuesOf(body);
  if (body.tags !== undefined && body.tags !== null) {
    const kept = boolean(body.remove_other_tags) === true ? [] : tags;
    values.tags = [...new Set([...kept, ...(await tagIds(core, actor, body.tags))])];
  }
  return values;
}

/** Whether `tagIds` would take these tags: asked before anything is made. @throws body_invalid */
export async function checkTags(core: Core, actor: Actor, sent: unknown): Promise<void> {
  if (sent === undefined || sent === null) return;
  const own = await findTable(core, actor, 'tags');
  for (const { slug, title } of namedTags(sent)) {
    const isKnown = slug !== null && own !== undefined && core.secrets.slugs.decodeIn(own.table.number, slug) !== null;
    if (!isKnown && title === '') throw notNamed();
  }
}

function notNamed(): AppError {
  return refused('tags', 'must hold objects with the slug or the title of a tag');
}

/** `{slug}`, `{title}` or a title each. @throws body_invalid */
function namedTags(sent: unknown): { readonly slug: string | null; readonly title: string }[] {
  const list = unwrapped(sent);
  if (!Array.isArray(list)) throw refused('tags', 'must be a list');
  return (list as readonly unknown[]).map((one) => {
    const { slug, title } = isPlainObject(one) ? one : { slug: null, title: one };
    const text = typeof title === 'string' ? title.trim() : '';
    if (typeof slug !== 'string' && text === '') throw notNamed();
    return { slug: typeof slug === 'string' ? slug : null, title: text };
  });
}

/** Ids of the tags that `{slug}`, `{title}` or titles name; titles that are new become tags. @throws body_invalid */
export async function tagIds(core: Core, actor: Actor, sent: unknown): Promise<number[]> {
  const tags = namedTags(sent);
  if (tags.length === 0) return [];
  const own = await ensureTable(core, actor, 'tags');
  const ids: number[] = [];
  for (const { slug, title } of tags) {
    const known = slug === null ? null : core.secrets.slugs.decodeIn(own.table.number, slug);
    if (known !== null) ids.push(known);
    else if (title !== '') ids.push(await tagOfTitle(core, actor, own, title));
    else throw notNamed();
  }
  return ids;
}

async function tagOfTitle(core: Core, actor: Actor, own: CdpTable, title: string): Promise<number> {
  const known = await findBy(core, own, 'title', title);
  if (known !== undefined) return known.id;
  try {
    return recordId((await create(core, actor, own, { title })).row);
  } catch (error) {
    const again = isTaken(error) ? await findBy(core, own, 'title', title) : undefined;
    if (again === undefined) throw error;
    return again.id;
  }
}

/** Customers with their tags, in the order of the rows. */
export async function showCustomers(
  core: Core,
  actor: Actor,
  own: CdpTable,
  rows: readonly StoredRow[],
  links: Links,
): Promise<CdpRecord[]> {
  const tagged = await tagsByRecord(core, actor, own, links);
  return rows.map((row) => {
    const { customer_data: data = null, ...record } = recordOf(core, own, row);
    return { ...record, data, tags: [...(tagged.get(recordId(row)) ?? [])] };
  });
}

export async function showCustomer(core: Core, actor: Actor, view: RecordView): Promise<CdpRecord> {
  const own = cdpTableOf(view.table);
  if (actor.grant(view.table).readable !== null) return namesOf(core, own, view.row);
  const [record = {}] = await showCustomers(core, actor, own, [view.row], view.links);
  return {
    ...record,
    notes: await notesOf(core, actor, recordId(view.row)),
    fields_list: [],
    rendered_data: {},
    cash_back: null,
    gamification_data: {},
  };
}

/** What a write-only key is told: by which names the customer is found again. */
function namesOf(core: Core, own: CdpTable, row: StoredRow): CdpRecord {
  const { slug = null, code = null } = recordOf(core, own, row);
  return { slug, code };
}

export async function tagsByRecord(
  core: Core,
  actor: Actor,
  own: CdpTable,
  links: Links,
): Promise<ReadonlyMap<number, readonly Json[]>> {
  const field = own.fields.get('tags');
  const byRecord = field === undefined ? undefined : links.get(field.id);
  const tags = byRecord === undefined || byRecord.size === 0 ? undefined : await findTable(core, actor, 'tags');
  if (byRecord === undefined || tags === undefined) return new Map();
  const { rows } = await getRecords(core, actor, tags.table, [...new Set([...byRecord.values()].flat())], []);
  const shown = new Map(rows.map((row) => [recordId(row), recordOf(core, tags, row) as Json]));
  return new Map([...byRecord].map(([id, ids]) => [id, ids.flatMap((one) => shown.get(one) ?? [])]));
}
