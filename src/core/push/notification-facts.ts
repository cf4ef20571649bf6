import { toIso } from '../clock.ts';
import type { DeliveryRow, NotificationRow } from '../system-rows.ts';

/** A notification as API and command line show it. Times are ISO texts. */
export function notificationFacts(row: NotificationRow) {
  return {
    id: row.id,
    user_id: row.record_id,
    audience: row.audience,
    title: row.title,
    body: row.body,
    url: row.url,
    urgency: row.urgency,
    created_at: toIso(row.created_at),
    expires_at: toIso(row.expires_at),
    created_by: row.created_by,
    accepted: row.accepted,
  };
}

/** What became of it on one device, or at the relay. */
export function receiptFacts({ id, channel, content, state, due_at: dueAt, attempts }: DeliveryRow) {
  return {
    id,
    channel,
    device_id: (content as { readonly device_id?: string } | null)?.device_id ?? null,
    state,
    next_attempt_at: dueAt === null ? null : toIso(dueAt),
    attempts: attempts.map((attempt) => ({ ...attempt, at: toIso(attempt.at) })),
  };
}
