import type { Core } from '../context.ts';
import { contentDays, dayMs, rowDays } from './delivery.ts';

const rowsPerStep = 500;

/** Clears the content of finished deliveries after 30 days and removes their rows after 90, in small steps. */
export async function clearDeliveries(core: Core): Promise<void> {
  const now = core.clock.now();
  for (;;) {
    const expired = await core.store.list(
      'deliveries',
      { expires_at: { lte: now } },
      { orderBy: [['expires_at', 'asc']], limit: rowsPerStep },
    );
    if (expired.length === 0) return;
    await core.store.write(async (tx) => {
      for (const { seq, content, expires_at: expiresAt } of expired) {
        const mine = { seq, expires_at: expiresAt };
        if (content === null) await tx.remove('deliveries', mine);
        else {
          // Answers of receivers can hold what was sent to them: they go with it.
          const later = now + (rowDays - contentDays) * dayMs;
          await tx.update('deliveries', mine, { content: null, attempts: [], expires_at: later });
        }
      }
    });
  }
}
