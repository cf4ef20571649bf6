import type { Actor, Core } from '../context.ts';
import { changeKey } from './change-key.ts';

/**
 * Deletes a key; its secrets are dead when this returns. What it did stays in usage and audit.
 * @throws key_not_found, scope_missing, role_insufficient
 */
export async function deleteKey(core: Core, actor: Actor, keyId: string): Promise<void> {
  await changeKey(core, actor, keyId, 'switch', 'key.delete', async (tx, key) => {
    await tx.remove('key_secrets', { key_id: keyId });
    await tx.remove('keys', { id: keyId });
    return { result: undefined, detail: { kind: key.kind, name: key.name } };
  });
}
