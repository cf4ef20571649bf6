import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { requireApp } from '../permit.ts';
import { dropNotificationsOf } from '../push/clear-notifications.ts';
import type { Tx } from '../store.ts';
import type { AppRow } from '../system-rows.ts';
import { changeSchema, type Touch } from '../tables/change-schema.ts';
import { dropTable } from '../tables/delete-table.ts';
import { dropWebhooksOfApp } from '../webhooks/delete-webhook.ts';

/** Deletes an app with its tables, records and keys. */
export async function deleteApp(core: Core, actor: Actor, id: string): Promise<AppRow> {
  const app = await requireApp(core, actor, id, 'manage');
  await changeSchema(core, async (tx, touch) => {
    await dropApp(tx, touch, app);
    await appendAudit(tx, core, actor, {
      action: 'app.delete',
      target: id,
      workspaceId: app.workspace_id,
      appId: id,
      detail: { name: app.name },
    });
  });
  core.events.emit('catalog.changed', { workspaceId: app.workspace_id, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
  return app;
}

/** Inside a transaction: tables first, so that their relations go with them. */
export async function dropApp(tx: Tx, touch: Touch, app: AppRow): Promise<void> {
  for (const row of await tx.list('tables', { app_id: app.id })) {
    await dropTable(tx, await touch(row.id), touch);
  }
  for (const key of await tx.list('keys', { app_id: app.id })) await tx.remove('key_secrets', { key_id: key.id });
  await tx.remove('keys', { app_id: app.id });
  await dropWebhooksOfApp(tx, app.id);
  await dropNotificationsOf(tx, app.id);
  await tx.remove('apps', { id: app.id });
}
