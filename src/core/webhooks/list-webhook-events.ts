import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Where } from '../store.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { requireWebhook } from './require-webhook.ts';

export interface EventQuery {
  readonly state?: DeliveryRow['state'];
  readonly kind?: string;
  /** Milliseconds since 1970; from is included, to is not. */
  readonly from?: number;
  readonly to?: number;
  /** 1 to 1000; 100 when left out. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface EventPage {
  readonly data: readonly DeliveryRow[];
  readonly next: string | null;
}

/** What a webhook was told and what became of it, latest first. @throws webhook_not_found, cursor_invalid */
export async function listWebhookEvents(
  core: Core,
  actor: Actor,
  webhookId: string,
  query: EventQuery = {},
): Promise<EventPage> {
  await requireWebhook(core, actor, webhookId);
  const limit = query.limit ?? 100;
  const where = {
    ...eventsWhere(webhookId, query),
    ...(query.cursor === undefined ? {} : { seq: { lt: readCursor(query.cursor) } }),
  };
  const rows = await core.store.list('deliveries', where, { orderBy: [['seq', 'desc']], limit: limit + 1 });
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? String(last.seq) : null };
}

export function eventsWhere(webhookId: string, query: EventQuery): Where<DeliveryRow> {
  const at = {
    ...(query.from === undefined ? {} : { gte: query.from }),
    ...(query.to === undefined ? {} : { lt: query.to }),
  };
  return {
    target_id: webhookId,
    ...(query.state === undefined ? {} : { state: query.state }),
    ...(query.kind === undefined ? {} : { kind: query.kind }),
    ...(Object.keys(at).length === 0 ? {} : { created_at: at }),
  };
}

function readCursor(cursor: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(cursor)) throw new AppError('cursor_invalid');
  return Number(cursor);
}
