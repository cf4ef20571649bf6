/** Events made up for tests and samples: of the latest record where there is one, else of the examples of the fields' types. */
import { toIso } from '../clock.ts';
import type { Actor, Core } from '../context.ts';
import { type Field, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { StoredRow } from '../records/query.ts';
import { type Links, linksOf, noLinks } from '../records/record-view.ts';
import { systemField } from '../records/system-fields.ts';
import type { WebhookEvent, WebhookRow } from '../system-rows.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';
import type { NotificationSnapshot } from './notification-snapshot.ts';
import { type RecordSnapshot, takeSnapshot } from './record-snapshot.ts';

export async function sampleContent(
  core: Core,
  actor: Actor,
  webhook: Pick<WebhookRow, 'table_id' | 'fields'>,
  kind: WebhookEvent,
): Promise<RecordSnapshot | NotificationSnapshot> {
  const table = webhook.table_id === null ? undefined : await core.catalog.table(webhook.table_id);
  if (table === undefined) return sampleNotification;
  const [row, links] = await latestRow(core, table);
  const fields = webhook.fields === null ? null : new Set(webhook.fields);
  const changed =
    kind === 'record.updated' ? table.fields.filter(({ slot }) => slot >= systemColumns.length).slice(0, 1) : [];
  return { ...takeSnapshot(table, row, links, actor.label, changed, fields), is_test: true };
}

const sampleNotification: NotificationSnapshot = {
  notification_id: 'sample',
  user: { table_id: 'sample', id: 1, email: 'ada@example.test', username: null },
  title: 'Order ready',
  body: 'Pick it up at desk 4',
  url: null,
  urgency: 'normal',
  expires_at: null,
  is_test: true,
};

async function latestRow(core: Core, table: TableSchema): Promise<[StoredRow, Links]> {
  const id = systemField('id');
  const sort = id === undefined ? [] : [{ field: id, direction: 'desc' as const }];
  const [latest] = await core.store.records.page(table, { sort, limit: 1 });
  if (latest !== undefined) return [latest, await linksOf(core.store, table.relations, [latest])];
  const now = toIso(core.clock.now());
  const row: Stored[] = new Array(table.columns.length).fill(null);
  row.splice(0, systemColumns.length, 1, now, now, null, null);
  for (const field of table.fields) if (field.slot >= systemColumns.length) row[field.slot] = exampleOf(field);
  return [row, noLinks];
}

function exampleOf(field: Field): Stored {
  const type = fieldTypes[field.type];
  // Users and files are real things: an example would name one that does not exist.
  if (type.isReadOnly || type.isHidden || type.refersTo !== undefined) return null;
  const value = type.parse(type.example(field), field);
  return value instanceof Refusal || value === null ? null : type.toStored(value, field);
}
