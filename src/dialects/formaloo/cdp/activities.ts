/** Activities of customers (wire/formaloo.md §12). */
import type { Actor, Core } from '../../../core/context.ts';
import { isPlainObject } from '../../../core/fields/plain-json.ts';
import { getRecords } from '../../../core/records/get-records.ts';
import type { StoredRow } from '../../../core/records/query.ts';
import { type Links, type RecordView, recordId } from '../../../core/records/record-view.ts';
import { unwrapped } from '../attributes.ts';
import { refused } from '../read-attributes.ts';
import type { Body } from '../read-body.ts';
import { checkTags, saveCustomer, tagIds, tagsByRecord } from './customers.ts';
import { type CdpRecord, create, recordOf } from './records.ts';
import { type CdpTable, cdpTableOf, checkValues, ensureTable, findTable } from './tables.ts';

const keys = ['activity_date', 'monetary_value', 'currency', 'operation_type'] as const;
const jsonKeys = ['activity_data', 'relations'] as const;

/** Stores an activity, with its customer where that is new. Some clients send nulls for what they leave out. @throws body_invalid */
export async function createActivity(core: Core, actor: Actor, body: Body): Promise<RecordView> {
  const { action } = body;
  if (typeof action !== 'string' || action.trim() === '') throw refused('action', 'is required', 'value_required');
  const customer = unwrapped(body.customer);
  if (!isPlainObject(customer)) throw refused('customer', 'is required', 'value_required');
  const isNamed = ['code', 'email', 'phone_number'].some(
    (key) => typeof customer[key] === 'string' && customer[key] !== '',
  );
  if (!isNamed) throw refused('customer', 'must have an email, a phone_number or a code');
  const values: Record<string, unknown> = { action: action.trim() };
  for (const key of keys) if (body[key] !== undefined) values[key] = body[key];
  for (const key of jsonKeys) if (body[key] !== undefined) values[key] = unwrapped(body[key]);
  checkValues('activities', values);
  await checkTags(core, actor, body.tags);
  const { view } = await saveCustomer(core, actor, customer);
  const own = await ensureTable(core, actor, 'activities');
  values.customer = [recordId(view.row)];
  if (body.tags !== undefined && body.tags !== null) values.tags = await tagIds(core, actor, body.tags);
  return create(core, actor, own, values);
}

/** Activities with their customers and tags, in the order of the rows. */
export async function showActivities(
  core: Core,
  actor: Actor,
  own: CdpTable,
  rows: readonly StoredRow[],
  links: Links,
): Promise<CdpRecord[]> {
  const tagged = await tagsByRecord(core, actor, own, links);
  const customers = await customersOf(core, actor, own, links);
  return rows.map((row) => {
    const id = recordId(row);
    return { ...recordOf(core, own, row), customer: customers.get(id) ?? null, tags: [...(tagged.get(id) ?? [])] };
  });
}

export async function showActivity(core: Core, actor: Actor, view: RecordView): Promise<CdpRecord> {
  const own = cdpTableOf(view.table);
  if (actor.grant(view.table).readable !== null) return { slug: recordOf(core, own, view.row).slug ?? null };
  const [record = {}] = await showActivities(core, actor, own, [view.row], view.links);
  return record;
}

async function customersOf(
  core: Core,
  actor: Actor,
  own: CdpTable,
  links: Links,
): Promise<ReadonlyMap<number, CdpRecord>> {
  const field = own.fields.get('customer');
  const byRecord = field === undefined ? undefined : links.get(field.id);
  const customers =
    byRecord === undefined || byRecord.size === 0 ? undefined : await findTable(core, actor, 'customers');
  if (byRecord === undefined || customers === undefined) return new Map();
  const { rows } = await getRecords(core, actor, customers.table, [...new Set([...byRecord.values()].flat())], []);
  const shown = new Map(
    rows.map((row) => {
      const {
        slug = null,
        code = null,
        full_name = null,
        email = null,
        phone_number = null,
      } = recordOf(core, customers, row);
      return [recordId(row), { slug, code, full_name, email, phone_number }] as const;
    }),
  );
  return new Map(
    [...byRecord].flatMap(([id, [first]]) => {
      const customer = first === undefined ? undefined : shown.get(first);
      return customer === undefined ? [] : [[id, customer] as const];
    }),
  );
}
