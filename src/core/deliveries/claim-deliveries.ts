import type { Tx } from '../store.ts';
import type { DeliveryRow } from '../system-rows.ts';

/** A worker that does not settle what it claimed within this time is taken for dead. */
const leaseMs = 30_000;

/**
 * Rows behind an earlier one of the same order key look again after this time. Settling the earlier one wakes them at once;
 * this is for rows that no settling could know of.
 */
const parkedMs = 10 * 60_000;

export interface Claim {
  readonly rows: readonly DeliveryRow[];
  /** When the target has something due again as far as is known; null: never. */
  readonly nextAt: number | null;
}

/**
 * Takes up to `limit` due rows of a target for this worker: their due time becomes the end of the lease, so that they come
 * back by themselves when the worker dies. Of rows with the same order key only the earliest is taken.
 */
export async function claimDeliveries(
  tx: Tx,
  worker: string,
  targetId: string,
  limit: number,
  now: number,
): Promise<Claim> {
  const rows: DeliveryRow[] = [];
  const due = await tx.list(
    'deliveries',
    { target_id: targetId, due_at: { lte: now } },
    {
      orderBy: [
        ['due_at', 'asc'],
        ['seq', 'asc'],
      ],
      limit,
    },
  );
  for (const row of due) {
    const isFirst = row.order_key === '' || (await firstOf(tx, row))?.seq === row.seq;
    const patch = isFirst ? { due_at: now + leaseMs, claimed_by: worker } : { due_at: now + parkedMs };
    // The due time is part of the condition: of two workers that saw the row, one gets it.
    const isMine = (await tx.update('deliveries', { seq: row.seq, due_at: row.due_at }, patch)) === 1;
    if (isFirst && isMine) rows.push({ ...row, ...patch });
  }
  if (due.length === limit) return { rows, nextAt: now };
  const [next] = await tx.list(
    'deliveries',
    { target_id: targetId, due_at: { gt: 0 } },
    { orderBy: [['due_at', 'asc']], limit: 1 },
  );
  return { rows, nextAt: next?.due_at ?? null };
}

/** The earliest unfinished row of the same target and order key. */
export async function firstOf(
  tx: Tx,
  row: Pick<DeliveryRow, 'target_id' | 'order_key'>,
): Promise<DeliveryRow | undefined> {
  const where = { target_id: row.target_id, order_key: row.order_key, state: 'pending' as const };
  const [first] = await tx.list('deliveries', where, { orderBy: [['seq', 'asc']], limit: 1 });
  return first;
}
