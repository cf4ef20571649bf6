import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import type { Tx } from '../store.ts';
import type { KeyRow } from '../system-rows.ts';
import { type KeyNeed, requireKey } from './require-key.ts';

export interface KeyChange<T> {
  readonly result: T;
  /** What the audit keeps about it; never a secret. Null: nothing has changed. */
  readonly detail: Readonly<Record<string, Json>> | null;
}

/**
 * The one way in which a key is changed or its secrets leave: permission, one transaction with its audit entry, and then,
 * before anybody is answered, everything remembered about the key is dropped. So the next call already meets the change.
 */
export async function changeKey<T>(
  core: Core,
  actor: Actor,
  keyId: string,
  need: KeyNeed,
  action: string,
  work: (tx: Tx, key: KeyRow) => Promise<KeyChange<T>>,
): Promise<T> {
  await requireKey(core, actor, keyId, need);
  const { result, detail } = await core.store.write(async (tx) => {
    const key = await tx.find('keys', { id: keyId });
    if (key === undefined) throw new AppError('key_not_found');
    const change = await work(tx, key);
    if (change.detail !== null) {
      const { workspace_id: workspaceId, app_id: appId } = key;
      await appendAudit(tx, core, actor, { action, target: keyId, detail: change.detail, workspaceId, appId });
    }
    return change;
  });
  if (detail !== null) core.events.emit('keys.changed', { keyId });
  return result;
}
