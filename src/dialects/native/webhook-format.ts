/** How the native API tells webhooks what happened: `{id, type, timestamp, data}`, records as everywhere else. */
import { toIso } from '../../core/clock.ts';
import type { Core } from '../../core/context.ts';
import { visibleFields } from '../../core/records/read-query.ts';
import type { WebhookRow } from '../../core/system-rows.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import type { NotificationSnapshot } from '../../core/webhooks/notification-snapshot.ts';
import { type RecordSnapshot, viewOfSnapshot } from '../../core/webhooks/record-snapshot.ts';
import type { WebhookEventRow, WebhookFormat } from '../../core/webhooks/webhook-directory.ts';
import { rendererOf } from './render.ts';

export const nativeFormat = 'native';

export function createNativeFormat(core: Core): WebhookFormat {
  return {
    async build(webhook, event) {
      const data =
        event.kind === 'notification.sent'
          ? notificationData(event.content as unknown as NotificationSnapshot)
          : await recordData(core, webhook, event);
      const body = { id: event.id, type: event.kind, timestamp: toIso(event.created_at), app_id: webhook.app_id, data };
      return { body: JSON.stringify(body) };
    },
  };
}

async function recordData(core: Core, webhook: WebhookRow, event: WebhookEventRow): Promise<object> {
  const snapshot = event.content as unknown as RecordSnapshot;
  const table = await core.catalog.table(snapshot.table_id);
  const shared = {
    table: { id: snapshot.table_id, name: table?.name ?? null },
    record: table === undefined ? null : recordOf(core, webhook, table, snapshot),
    actor: snapshot.actor,
    ...(snapshot.is_test === true ? { is_test: true } : {}),
  };
  if (event.kind !== 'record.updated') return shared;
  const names = snapshot.changed.flatMap((id) => table?.fieldById.get(id)?.name ?? []);
  return { ...shared, changed: names };
}

function recordOf(core: Core, webhook: WebhookRow, table: TableSchema, snapshot: RecordSnapshot): object {
  const told = webhook.fields === null ? null : new Set(webhook.fields);
  const all = visibleFields(table, { verbs: 255, readable: null, writable: null });
  const fields = told === null ? all : all.filter(({ id }) => told.has(id));
  const { row, links } = viewOfSnapshot(core, table, snapshot);
  return rendererOf(table, fields).render(row, links);
}

function notificationData({ expires_at: expiresAt, ...shown }: NotificationSnapshot): object {
  return { ...shown, expires_at: expiresAt === null ? null : toIso(expiresAt) };
}
