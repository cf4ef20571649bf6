import { randomInt } from 'node:crypto';
import type { Core } from '../context.ts';
import { dayMs, keepOf } from '../retention/life.ts';
import type { Tx } from '../store.ts';
import type { DeliveryAttempt, DeliveryRow } from '../system-rows.ts';
import { firstOf } from './claim-deliveries.ts';
import type { Channel, Verdict } from './delivery.ts';
import type { OutboundAnswer } from './outbound.ts';
import { nextAttemptAt } from './schedule.ts';

/** Attempts of one delivery that are remembered; replays add to them. */
const attemptsMax = 20;
const excerptLength = 500;

/** An attempt as the log keeps it. */
export function attemptOf(at: number, answer: OutboundAnswer): DeliveryAttempt {
  const { status, durationMs } = answer;
  const shared = { at, status, duration_ms: Math.round(durationMs) };
  if (answer.status === null) return { ...shared, error: answer.error, answer: null };
  return { ...shared, error: null, answer: excerptOf(answer.text) };
}

function excerptOf(text: string): string {
  return text.slice(0, excerptLength).toWellFormed().replaceAll('\0', '');
}

/**
 * Writes down what became of an attempt, and wakes the row behind this one where order is kept. A row that is no longer
 * pending (its target was deleted, or another worker was faster) is left as it is.
 */
export async function settleDelivery(
  core: Core,
  channel: Channel,
  row: DeliveryRow,
  attempt: DeliveryAttempt,
  verdict: Verdict,
  retryAfter: string | null,
): Promise<void> {
  await core.store.write(async (tx) => {
    const current = await tx.find('deliveries', { seq: row.seq });
    if (current === undefined || current.state !== 'pending') return;
    const now = core.clock.now();
    const tries = current.tries + 1;
    const again = async () => {
      const until = (await channel.until?.(tx, row)) ?? null;
      return nextAttemptAt(tries, now, retryAfter, randomInt(1000) / 1000, until);
    };
    const nextAt = verdict === 'retry' ? await again() : null;
    const attempts = [...current.attempts, attempt].slice(-attemptsMax);
    if (nextAt !== null) {
      await tx.update('deliveries', { seq: row.seq }, { tries, attempts, due_at: nextAt, claimed_by: null });
    } else {
      const state = verdict === 'delivered' ? 'delivered' : 'failed';
      await tx.update('deliveries', { seq: row.seq }, { tries, attempts, ...finished(core, state, now) });
      await wakeNext(tx, row, now);
    }
    await channel.settle(tx, row, attempt, verdict === 'retry' && nextAt === null ? 'failed' : verdict);
  });
  channel.settled?.(row);
}

/** The columns of a row that is not tried any more. */
export function finished(core: Core, state: 'delivered' | 'failed', now: number) {
  const { deliveryContentDays, deliveryDays } = keepOf(core);
  // Whichever ends first; for ever is longer than any.
  const days = Math.min(
    ...[deliveryContentDays, deliveryDays].map((one) => (one === 0 ? Number.POSITIVE_INFINITY : one)),
  );
  const expiresAt = Number.isFinite(days) ? now + days * dayMs : null;
  return { state, due_at: null, claimed_by: null, finished_at: now, expires_at: expiresAt } as const;
}

async function wakeNext(tx: Tx, row: DeliveryRow, now: number): Promise<void> {
  if (row.order_key === '') return;
  const next = await firstOf(tx, row);
  // One that is being sent stays claimed.
  if (next !== undefined && next.claimed_by === null) await tx.update('deliveries', { seq: next.seq }, { due_at: now });
}
