import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import type { Tx } from '../store.ts';
import { requireWebhook } from './require-webhook.ts';

/** Deletes a webhook with its log; what was not sent yet is not sent. @throws webhook_not_found */
export async function deleteWebhook(core: Core, actor: Actor, webhookId: string): Promise<void> {
  const webhook = await requireWebhook(core, actor, webhookId);
  await core.store.write(async (tx) => {
    await dropWebhook(tx, webhookId);
    await appendAudit(tx, core, actor, {
      action: 'webhook.delete',
      target: webhookId,
      workspaceId: webhook.workspace_id,
      appId: webhook.app_id,
      detail: { url: webhook.url },
    });
  });
  core.events.emit('webhooks.changed', { tableId: webhook.table_id });
}

async function dropWebhook(tx: Tx, webhookId: string): Promise<void> {
  await tx.remove('deliveries', { target_id: webhookId });
  await tx.remove('webhooks', { id: webhookId });
}

/** Inside the transaction that drops a table. What is in memory about it goes with the next change or is asked for no more. */
export async function dropWebhooksOf(tx: Tx, tableId: string): Promise<void> {
  for (const { id } of await tx.list('webhooks', { table_id: tableId })) await dropWebhook(tx, id);
}

/** As `dropWebhooksOf`, for those that belong to the app itself. */
export async function dropWebhooksOfApp(tx: Tx, appId: string): Promise<void> {
  for (const { id } of await tx.list('webhooks', { app_id: appId })) await dropWebhook(tx, id);
}
