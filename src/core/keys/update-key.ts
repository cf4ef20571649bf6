import type { Actor, Core } from '../context.ts';
import type { Json } from '../fields/field-type.ts';
import { checkName } from '../names.ts';
import type { KeyRow } from '../system-rows.ts';
import { changeKey } from './change-key.ts';
import { clampScopes } from './clamp-scopes.ts';
import { checkTraits, type KeyTraits, refuseKeyInput } from './key-input.ts';
import { type KeyView, viewKey } from './key-secrets.ts';
import type { Scope } from './scopes.ts';

export interface KeyPatch extends KeyTraits {
  readonly name?: string;
  /** Replaces all scopes; cut down to what the actor may do. */
  readonly scopes?: readonly Scope[];
}

/**
 * Changes what a key is called, may do and is bound to, from its next call on. Its secrets stay.
 * @throws key_not_found, body_invalid, name_invalid, table_not_found, field_not_found, scope_missing, role_insufficient
 */
export async function updateKey(core: Core, actor: Actor, keyId: string, patch: KeyPatch): Promise<KeyView> {
  return changeKey(core, actor, keyId, 'change', 'key.update', async (tx, key) => {
    const now = core.clock.now();
    const columns: Partial<KeyRow> = { ...checkTraits(patch, now, key), updated_at: now };
    if (patch.name !== undefined) columns.name = checkName(patch.name);
    if (patch.scopes !== undefined) {
      if (key.kind !== 'native') throw refuseKeyInput('scopes', 'only native keys have scopes');
      columns.scopes = await clampScopes(tx, actor, { workspaceId: key.workspace_id, appId: key.app_id }, patch.scopes);
    }
    await tx.update('keys', { id: keyId }, columns);
    const { updated_at: _at, ...changed } = columns;
    const rows = await tx.list('key_secrets', { key_id: keyId });
    // Every column of the patch is plain JSON.
    const detail = changed as unknown as Record<string, Json>;
    return { result: viewKey({ ...key, ...columns }, rows), detail };
  });
}
