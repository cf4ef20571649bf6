import type { Core } from '../context.ts';

/** Removes secrets whose rotation overlap is over; they open nothing any more. Returns how many. For the retention job. */
export async function removeExpiredSecrets(core: Core): Promise<number> {
  return core.store.write((tx) => tx.remove('key_secrets', { expires_at: { lte: core.clock.now() } }));
}
