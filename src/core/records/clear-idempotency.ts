import type { Core } from '../context.ts';

/** Removes kept answers that have passed their life, in small steps so that no request waits long. */
export async function clearIdempotency(core: Core): Promise<void> {
  const now = core.clock.now();
  for (;;) {
    const expired = await core.store.list('idempotency', { expires_at: { lte: now } }, { limit: 500 });
    if (expired.length === 0) return;
    await core.store.write(async (tx) => {
      for (const { subject, key } of expired)
        await tx.remove('idempotency', { subject, key, expires_at: { lte: now } });
    });
  }
}
