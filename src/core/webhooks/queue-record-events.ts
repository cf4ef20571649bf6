/** Writes down, in the transaction of a record's change, what webhooks of its table are to be told. */
import type { Actor, Core } from '../context.ts';
import { newDelivery } from '../deliveries/delivery.ts';
import type { Field, Json } from '../fields/field-type.ts';
import { type Filter, projectionOf, type StoredRow } from '../records/query.ts';
import { type Links, linksOf, recordId } from '../records/record-view.ts';
import { systemField } from '../records/system-fields.ts';
import type { Tx } from '../store.ts';
import type { WebhookEvent, WebhookRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { takeSnapshot } from './record-snapshot.ts';
import { fromStoredFilter } from './stored-filter.ts';

/** The transaction in which it happens. */
interface EventScope {
  readonly core: Core;
  readonly actor: Actor;
  readonly tx: Tx;
  readonly isSubmission?: boolean;
}

export interface RecordChange {
  readonly kind: 'create' | 'update';
  readonly row: StoredRow;
  readonly links: Links;
  /** Of an update. */
  readonly changed: readonly Field[];
}

/** The table's webhooks; a promise only while they are not in memory. */
export type Hooks = readonly WebhookRow[] | Promise<readonly WebhookRow[]>;

/** Null when the table is known to have none: then nothing else needs to be done. */
export function webhooksOn(scope: EventScope, table: TableSchema): Hooks | null {
  const hooks = scope.core.webhooks.of(scope.tx, table.id);
  return !(hooks instanceof Promise) && hooks.length === 0 ? null : hooks;
}

/** After the record has been written. */
export async function queueChange(
  scope: EventScope,
  table: TableSchema,
  hooks: Hooks,
  { kind, row, links, changed }: RecordChange,
): Promise<void> {
  for (const webhook of await hooks) {
    const event = eventOf(webhook, kind, scope.isSubmission === true);
    if (event === null || !(await matches(scope, table, webhook, recordId(row)))) continue;
    await queue(scope, table, webhook, event, row, links, changed);
  }
}

/** A form's record counts as created for those who did not ask for submissions. */
function eventOf({ events }: WebhookRow, kind: RecordChange['kind'], isSubmission: boolean): WebhookEvent | null {
  if (kind === 'update') return events.includes('record.updated') ? 'record.updated' : null;
  if (isSubmission && events.includes('record.submitted')) return 'record.submitted';
  return events.includes('record.created') ? 'record.created' : null;
}

/** Before records are removed: what they were is told. Answers what is to be queued for those that are then removed. */
export async function readRemoved(
  scope: EventScope,
  table: TableSchema,
  hooks: Hooks,
  ids: readonly number[],
): Promise<(removed: readonly number[]) => Promise<void>> {
  const told = (await hooks).filter(({ events }) => events.includes('record.deleted'));
  if (told.length === 0) return async () => undefined;
  const rows = await scope.tx.records.getMany(table, ids);
  const links = await linksOf(scope.tx, table.relations, rows);
  const matching: [WebhookRow, StoredRow][] = [];
  for (const row of rows) {
    for (const webhook of told) {
      if (await matches(scope, table, webhook, recordId(row))) matching.push([webhook, row]);
    }
  }
  return async (removed) => {
    const gone = new Set(removed);
    for (const [webhook, row] of matching) {
      if (gone.has(recordId(row))) await queue(scope, table, webhook, 'record.deleted', row, links, []);
    }
  };
}

async function queue(
  scope: EventScope,
  table: TableSchema,
  webhook: WebhookRow,
  kind: WebhookEvent,
  row: StoredRow,
  links: Links,
  changed: readonly Field[],
): Promise<void> {
  const fields = webhook.fields === null ? null : new Set(webhook.fields);
  const content = takeSnapshot(table, row, links, scope.actor.label, changed, fields);
  const delivery = newDelivery(scope.core, {
    channel: 'webhook',
    target_id: webhook.id,
    parent_id: null,
    app_id: table.appId,
    kind,
    order_key: `${table.id}/${content.record_id}`,
    content: content as unknown as Json,
  });
  await scope.tx.insert('deliveries', delivery);
}

interface Compiled {
  readonly table: TableSchema;
  readonly filter: Filter | null;
}

const compiled = new WeakMap<WebhookRow, Compiled>();
/** Webhooks that have been told that their filter fits no more. */
const misfits = new WeakSet<WebhookRow>();
const onlyId = projectionOf([]);

/**
 * Asks the store whether the record, as this transaction sees it, is one of those that the webhook wants: the same
 * filter means the same everywhere. A filter that no longer fits its table lets nothing through, and its webhook says so.
 */
async function matches(scope: EventScope, table: TableSchema, webhook: WebhookRow, id: number): Promise<boolean> {
  if (webhook.filter === null) return true;
  let known = compiled.get(webhook);
  if (known?.table !== table) {
    known = { table, filter: fromStoredFilter(table, webhook.filter) };
    compiled.set(webhook, known);
  }
  const idField = systemField('id');
  if (known.filter === null || idField === undefined) {
    const problem = 'the filter names a field that is gone or has changed its type';
    if (!misfits.has(webhook)) await scope.tx.update('webhooks', { id: webhook.id }, { last_error: problem });
    misfits.add(webhook);
    return false;
  }
  const filter: Filter = { op: 'and', of: [{ op: 'eq', field: idField, value: id }, known.filter] };
  const rows = await scope.tx.records.page(table, { filter, projection: onlyId, limit: 1 });
  return rows.length > 0;
}
