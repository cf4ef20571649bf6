import type { Actor, Core } from '../context.ts';
import type { Json } from '../fields/field-type.ts';
import type { Tx } from '../store.ts';

export interface AuditNote {
  /** `thing.verb`, e.g. `key.reveal`. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly target: string;
  /** What changed, without secrets. */
  readonly detail?: Readonly<Record<string, Json>>;
  readonly workspaceId?: string | null;
  readonly appId?: string | null;
}

/** Appends one entry to the audit, in the transaction of what it tells about: neither exists without the other. */
export async function appendAudit(tx: Tx, core: Core, actor: Actor, note: AuditNote): Promise<void> {
  await tx.insert('audit', {
    seq: 0,
    workspace_id: note.workspaceId ?? null,
    app_id: note.appId ?? null,
    at: core.clock.now(),
    user_id: actor.userId,
    key_id: actor.keyId,
    action: note.action,
    target: note.target,
    detail: note.detail ?? {},
    address: actor.address,
  });
}
