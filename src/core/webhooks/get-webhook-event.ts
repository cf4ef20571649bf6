import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { openTable } from '../permit.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { requireTold, requireWebhook } from './require-webhook.ts';

/** With what was told in it. @throws webhook_not_found, event_not_found, scope_missing, role_insufficient */
export async function getWebhookEvent(
  core: Core,
  actor: Actor,
  webhookId: string,
  eventId: string,
): Promise<DeliveryRow> {
  const webhook = await requireWebhook(core, actor, webhookId);
  if (webhook.table_id !== null) requireTold(actor, await openTable(core, actor, webhook.table_id), webhook.fields);
  const row = await core.store.find('deliveries', { id: eventId });
  if (row === undefined || row.target_id !== webhookId) throw new AppError('event_not_found');
  return row;
}
