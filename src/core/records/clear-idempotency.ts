import type { Core } from '../context.ts';
import type { Step } from '../retention/kept-log.ts';

/** Removes kept answers that have passed their life. */
export function clearIdempotency(core: Core): Step {
  const now = core.clock.now();
  return async (rowsMax) => {
    const expired = await core.store.list('idempotency', { expires_at: { lte: now } }, { limit: rowsMax });
    if (expired.length === 0) return null;
    return core.store.write(async (tx) => {
      let removed = 0;
      for (const { subject, key } of expired)
        removed += await tx.remove('idempotency', { subject, key, expires_at: { lte: now } });
      return removed;
    });
  };
}
