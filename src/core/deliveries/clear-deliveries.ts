import type { Core } from '../context.ts';
import type { Step } from '../retention/kept-log.ts';
import { dayMs, keepOf } from '../retention/life.ts';

/** Clears the content of finished deliveries, and later removes their rows. */
export function clearDeliveries(core: Core): Step {
  const now = core.clock.now();
  const { deliveryDays } = keepOf(core);
  return async (rowsMax) => {
    const expired = await core.store.list(
      'deliveries',
      { expires_at: { lte: now } },
      { orderBy: [['expires_at', 'asc']], limit: rowsMax },
    );
    if (expired.length === 0) return null;
    return core.store.write(async (tx) => {
      let changed = 0;
      for (const { seq, content, expires_at, finished_at } of expired) {
        const mine = { seq, expires_at };
        const end = deliveryDays === 0 ? null : (finished_at ?? now) + deliveryDays * dayMs;
        if (content === null || (end !== null && end <= now)) changed += await tx.remove('deliveries', mine);
        // Answers of receivers can hold what was sent to them: they go with it.
        else changed += await tx.update('deliveries', mine, { content: null, attempts: [], expires_at: end });
      }
      return changed;
    });
  };
}
