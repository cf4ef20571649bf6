import type { Actor, Core } from '../context.ts';
import { systemActor } from '../context.ts';
import { loadKey } from '../keys/load-key.ts';
import { assertUsable } from '../keys/verified-key.ts';
import type { ImportRow } from '../system-rows.ts';

/**
 * Who began the import, with the rights that are theirs now: a key that was disabled, replaced or restricted meanwhile
 * writes no more. Null: nobody stands behind it any more.
 */
export async function importActor(core: Core, { created_by: label, key_id: keyId }: ImportRow): Promise<Actor | null> {
  if (label === systemActor.label) return systemActor;
  if (keyId === null) return null;
  const now = core.clock.now();
  const secrets = await core.store.list('key_secrets', { key_id: keyId });
  // What may only write has no door to imports.
  const secret = secrets.find(({ part, expires_at: at }) => part === 'key' && (at === null || at > now));
  const verified = secret && (await loadKey(core.store, secret.hash));
  if (!verified || verified.key.is_enabled === 0) return null;
  if (verified.key.expires_at !== null && verified.key.expires_at <= now) return null;
  assertUsable(verified);
  return verified.actor;
}
