import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Tx } from '../store.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { getWebhookEvent } from './get-webhook-event.ts';
import { type EventQuery, eventsWhere } from './list-webhook-events.ts';
import { requireWebhook } from './require-webhook.ts';

export type ReplayQuery = Pick<EventQuery, 'state' | 'kind' | 'from' | 'to'>;

const rowsPerStep = 500;

/**
 * Sends one event again, under its own id and with a schedule from the beginning. One that is still pending is tried at once.
 * @throws webhook_not_found, event_not_found, event_expired
 */
export async function replayWebhookEvent(
  core: Core,
  actor: Actor,
  webhookId: string,
  eventId: string,
): Promise<DeliveryRow> {
  const webhook = await requireWebhook(core, actor, webhookId);
  const { seq } = await getWebhookEvent(core, actor, webhookId, eventId);
  const row = await core.store.write(async (tx) => {
    const current = await tx.find('deliveries', { seq });
    if (current === undefined) throw new AppError('event_not_found');
    if (current.content === null) throw new AppError('event_expired');
    await queueAgain(tx, core, current);
    await appendAudit(tx, core, actor, {
      action: 'webhook.replay',
      target: webhookId,
      workspaceId: webhook.workspace_id,
      appId: webhook.app_id,
      detail: { event: eventId },
    });
    return (await tx.find('deliveries', { seq })) ?? current;
  });
  core.events.emit('deliveries.queued', [{ id: webhookId, channel: 'webhook' }]);
  return row;
}

/** As `replayWebhookEvent`, for every finished event of a time range whose content is still kept. Answers how many. */
export async function replayWebhookEvents(
  core: Core,
  actor: Actor,
  webhookId: string,
  query: ReplayQuery,
): Promise<number> {
  const webhook = await requireWebhook(core, actor, webhookId);
  // What is queued while this runs is not replayed: it has not been sent yet.
  const where = { ...eventsWhere(webhookId, query), finished_at: { lte: core.clock.now() } };
  let count = 0;
  let after = 0;
  for (;;) {
    const rows = await core.store.list(
      'deliveries',
      { ...where, seq: { gt: after } },
      { orderBy: [['seq', 'asc']], limit: rowsPerStep },
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.seq;
    const kept = rows.filter(({ content }) => content !== null);
    await core.store.write(async (tx) => {
      for (const row of kept) await queueAgain(tx, core, row);
    });
    count += kept.length;
    core.events.emit('deliveries.queued', [{ id: webhookId, channel: 'webhook' }]);
  }
  await core.store.write((tx) =>
    appendAudit(tx, core, actor, {
      action: 'webhook.replay',
      target: webhookId,
      workspaceId: webhook.workspace_id,
      appId: webhook.app_id,
      detail: { count, from: query.from ?? null, to: query.to ?? null },
    }),
  );
  return count;
}

/** A row that is being sent at this moment keeps its lease: it is on its way. */
async function queueAgain(tx: Tx, core: Core, { seq }: DeliveryRow): Promise<void> {
  const again = { due_at: core.clock.now(), tries: 0 };
  const isPending = await tx.update('deliveries', { seq, state: 'pending', claimed_by: null }, again);
  if (isPending > 0) return;
  const finished = { seq, state: { in: ['delivered', 'failed'] as const } };
  await tx.update('deliveries', finished, { ...again, state: 'pending', finished_at: null, expires_at: null });
}
