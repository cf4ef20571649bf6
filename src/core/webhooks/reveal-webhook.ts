import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import type { WebhookRow } from '../system-rows.ts';
import { requireWebhook } from './require-webhook.ts';
import { openWebhook, type WebhookSecrets } from './webhook-secrets.ts';

/** Shows secret and custom headers again. The audit entry is on disk before they leave. @throws webhook_not_found */
export async function revealWebhook(core: Core, actor: Actor, webhookId: string): Promise<WebhookSecrets> {
  const webhook = await requireWebhook(core, actor, webhookId);
  await core.store.write((tx) =>
    appendAudit(tx, core, actor, {
      action: 'webhook.reveal',
      target: webhookId,
      workspaceId: webhook.workspace_id,
      appId: webhook.app_id,
    }),
  );
  return openWebhook(core, webhook);
}

/**
 * The same for several of one app, in their order: one audit entry names them all, so that who looks at a list does not fill
 * the audit. None, no entry. @throws webhook_not_found
 */
export async function revealWebhooks(
  core: Core,
  actor: Actor,
  webhookIds: readonly string[],
): Promise<WebhookSecrets[]> {
  const webhooks: WebhookRow[] = [];
  for (const id of webhookIds) webhooks.push(await requireWebhook(core, actor, id));
  const [first] = webhooks;
  if (first === undefined) return [];
  await core.store.write((tx) =>
    appendAudit(tx, core, actor, {
      action: 'webhook.reveal',
      target: first.table_id ?? first.app_id,
      workspaceId: first.workspace_id,
      appId: first.app_id,
      detail: { webhooks: webhooks.map(({ id }) => id) },
    }),
  );
  return webhooks.map((webhook) => openWebhook(core, webhook));
}
