/**
 * What is sent to the outside: rows written in the same transaction as what caused them, so that neither exists without
 * the other, and sent later by the worker. A channel (webhooks, push) says how its rows become requests.
 */
import type { Core } from '../context.ts';
import type { Json } from '../fields/field-type.ts';
import { newLogId } from '../ids.ts';
import type { Tx } from '../store.ts';
import type { DeliveryAttempt, DeliveryChannel, DeliveryRow } from '../system-rows.ts';
import type { OutboundAnswer, OutboundRequest } from './outbound.ts';

/** `failed`: not tried again. `retry`: tried again as the schedule says, `failed` when it has come to its end. */
export type Verdict = 'delivered' | 'retry' | 'failed';

export interface Channel {
  /** Requests to one target at once. */
  readonly widthMax: number;
  /** The request for a row, or why there can never be one. */
  prepare(row: DeliveryRow): Promise<OutboundRequest | { readonly refusal: string }>;
  judge(row: DeliveryRow, answer: OutboundAnswer): Verdict;
  /** When it is no longer worth sending (ms); null, or left out: that does not end. Asked before it is tried again. */
  until?(tx: Tx, row: DeliveryRow): Promise<number | null>;
  /** What the channel keeps about the attempt, in the transaction that settles it. The row is as it was before. */
  settle(tx: Tx, row: DeliveryRow, attempt: DeliveryAttempt, verdict: Verdict): Promise<void>;
  /** Called when what `settle` wrote is on disk. */
  settled?(row: DeliveryRow): void;
}

export type Channels = Readonly<Record<DeliveryChannel, Channel>>;

export interface NewDelivery {
  readonly channel: DeliveryChannel;
  readonly target_id: string;
  readonly parent_id: string | null;
  readonly app_id: string;
  readonly kind: string;
  /** Deliveries of one target and key arrive in the order in which they were queued; empty: in any order. */
  readonly order_key: string;
  readonly content: Json;
}

/** A row that is due at once. The worker learns of it by `deliveries.queued`, after the write. */
export function newDelivery(core: Core, input: NewDelivery): DeliveryRow {
  const now = core.clock.now();
  return {
    seq: 0,
    id: newLogId(now),
    ...input,
    created_at: now,
    state: 'pending',
    due_at: now,
    claimed_by: null,
    tries: 0,
    attempts: [],
    finished_at: null,
    expires_at: null,
  };
}
