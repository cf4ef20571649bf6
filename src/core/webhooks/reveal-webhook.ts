import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
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
