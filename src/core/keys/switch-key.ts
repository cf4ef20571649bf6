import type { Actor, Core } from '../context.ts';
import { changeKey } from './change-key.ts';
import { type KeyView, viewKey } from './key-secrets.ts';

/** Enables or disables a key; one that is so already stays so, without an audit entry. */
export async function switchKey(core: Core, actor: Actor, keyId: string, isEnabled: 0 | 1): Promise<KeyView> {
  return changeKey(core, actor, keyId, 'switch', isEnabled === 1 ? 'key.enable' : 'key.disable', async (tx, key) => {
    const rows = await tx.list('key_secrets', { key_id: keyId });
    if (key.is_enabled === isEnabled) return { result: viewKey(key, rows), detail: null };
    const columns = { is_enabled: isEnabled, updated_at: core.clock.now() };
    await tx.update('keys', { id: keyId }, columns);
    return { result: viewKey({ ...key, ...columns }, rows), detail: {} };
  });
}
