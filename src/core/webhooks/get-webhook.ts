import type { Actor, Core } from '../context.ts';
import { requireWebhook } from './require-webhook.ts';
import { viewWebhook, type WebhookView } from './webhook-view.ts';

/** @throws webhook_not_found, scope_missing, role_insufficient */
export async function getWebhook(core: Core, actor: Actor, webhookId: string): Promise<WebhookView> {
  return viewWebhook(core, await requireWebhook(core, actor, webhookId));
}
