import type { Actor, Core } from '../context.ts';
import { newDelivery } from '../deliveries/delivery.ts';
import { attemptOf, finished } from '../deliveries/settle-delivery.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import type { DeliveryRow, WebhookEvent } from '../system-rows.ts';
import { requireWebhook } from './require-webhook.ts';
import { sampleContent } from './sample-event.ts';
import { judgeAnswer, requestOf } from './webhook-channel.ts';

/**
 * Sends one event made up from the latest record (or from examples) at once, whether the webhook is on or off, and answers
 * what became of it. It is logged like any other and never retried.
 * @throws webhook_not_found, scope_missing, role_insufficient
 */
export async function sendTestWebhook(
  core: Core,
  actor: Actor,
  webhookId: string,
  kind?: WebhookEvent,
): Promise<DeliveryRow> {
  const webhook = await requireWebhook(core, actor, webhookId);
  const event = kind ?? webhook.events[0] ?? 'record.created';
  const content = (await sampleContent(core, actor, webhook, event)) as unknown as Json;
  const row = newDelivery(core, {
    channel: 'webhook',
    target_id: webhookId,
    parent_id: null,
    app_id: webhook.app_id,
    kind: event,
    order_key: '',
    content,
  });
  const request = await requestOf(core, webhook, row);
  if ('refusal' in request) throw new AppError('internal_error', undefined, { internal: request.refusal });
  const answer = await core.outbound.post(request);
  const state = judgeAnswer(answer) === 'delivered' ? 'delivered' : 'failed';
  const attempts = [attemptOf(row.created_at, answer)];
  const done: DeliveryRow = { ...row, ...finished(core, state, core.clock.now()), tries: 1, attempts };
  await core.store.write((tx) => tx.insert('deliveries', done));
  return done;
}
