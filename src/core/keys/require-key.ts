import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireApp, requireWorkspace } from '../permit.ts';
import type { KeyRow } from '../system-rows.ts';

/**
 * What is wanted with a key. `see`: read its row. `switch`: disable, enable or delete it. `change`: anything else,
 * its secrets included.
 */
export type KeyNeed = 'see' | 'switch' | 'change';

/**
 * The key, when the actor may do this with it: who manages its app or workspace, and, for a personal key, its user. Managers
 * see and switch the personal keys of their members (a leaked one must be stoppable) but never hold them.
 * @throws key_not_found also for keys of others, scope_missing, role_insufficient
 */
export async function requireKey(core: Core, actor: Actor, keyId: string, need: KeyNeed): Promise<KeyRow> {
  const key = await core.store.find('keys', { id: keyId });
  if (key === undefined || (await isOutOfReach(core, actor, key, need))) throw new AppError('key_not_found');
  return key;
}

async function isOutOfReach(core: Core, actor: Actor, key: KeyRow, need: KeyNeed): Promise<boolean> {
  if (key.kind === 'personal' && actor.label !== 'system') {
    const isOwn = actor.userId === key.user_id;
    // The user in person needs no role for what is theirs; a key that acts for the user does (below).
    if (isOwn && actor.keyId === null) return false;
    if (!isOwn && need === 'change') return true;
  }
  try {
    if (key.app_id === null) await requireWorkspace(core, actor, key.workspace_id, 'manage');
    else await requireApp(core, actor, key.app_id, 'manage');
    return false;
  } catch (error) {
    const isForeign =
      error instanceof AppError && (error.code === 'app_not_found' || error.code === 'workspace_not_found');
    if (isForeign) return true;
    throw error;
  }
}
