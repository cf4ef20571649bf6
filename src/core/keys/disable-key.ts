import type { Actor, Core } from '../context.ts';
import type { KeyView } from './key-secrets.ts';
import { switchKey } from './switch-key.ts';

/** Stops a key from its next call on; its secrets are kept for when it is enabled again. @throws key_not_found, scope_missing, role_insufficient */
export async function disableKey(core: Core, actor: Actor, keyId: string): Promise<KeyView> {
  return switchKey(core, actor, keyId, 0);
}
