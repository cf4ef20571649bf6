import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { requireWebhook } from './require-webhook.ts';

/** @throws webhook_not_found, event_not_found */
export async function getWebhookEvent(
  core: Core,
  actor: Actor,
  webhookId: string,
  eventId: string,
): Promise<DeliveryRow> {
  await requireWebhook(core, actor, webhookId);
  const row = await core.store.find('deliveries', { id: eventId });
  if (row === undefined || row.target_id !== webhookId) throw new AppError('event_not_found');
  return row;
}
