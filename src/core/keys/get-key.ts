import type { Actor, Core } from '../context.ts';
import { type KeyView, viewKey } from './key-secrets.ts';
import { requireKey } from './require-key.ts';

/** A key without its secrets. @throws key_not_found, scope_missing, role_insufficient */
export async function getKey(core: Core, actor: Actor, keyId: string): Promise<KeyView> {
  const key = await requireKey(core, actor, keyId, 'see');
  return viewKey(key, await core.store.list('key_secrets', { key_id: keyId }));
}
