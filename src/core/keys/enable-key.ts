import type { Actor, Core } from '../context.ts';
import type { KeyView } from './key-secrets.ts';
import { switchKey } from './switch-key.ts';

/** Lets a disabled key work again, with the same secrets. @throws key_not_found, scope_missing, role_insufficient */
export async function enableKey(core: Core, actor: Actor, keyId: string): Promise<KeyView> {
  return switchKey(core, actor, keyId, 1);
}
