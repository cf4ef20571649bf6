import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { checkLimits, type LimitsInput } from '../limits/check-limits.ts';
import { checkDescription, checkName } from '../names.ts';
import { requireWorkspace } from '../permit.ts';
import type { WorkspaceRow } from '../system-rows.ts';

export interface WorkspacePatch {
  readonly name?: string;
  readonly description?: string | null;
  readonly plan_id?: string;
  /** Calls per second by kind of key; 0 switches the limit off; null goes back to the plan. */
  readonly limits?: LimitsInput;
}

/** Changes a workspace. The plan and limits are the owner's and admins' to set: this server is theirs. */
export async function updateWorkspace(
  core: Core,
  actor: Actor,
  id: string,
  patch: WorkspacePatch,
): Promise<WorkspaceRow> {
  const workspace = await requireWorkspace(core, actor, id, 'manage');
  if (patch.plan_id !== undefined && (await core.store.find('plans', { id: patch.plan_id })) === undefined) {
    throw new AppError('plan_not_found');
  }
  const change: Partial<WorkspaceRow> = {
    ...(patch.name === undefined ? {} : { name: checkName(patch.name) }),
    ...(patch.description === undefined ? {} : { description: checkDescription(patch.description) }),
    ...(patch.plan_id === undefined ? {} : { plan_id: patch.plan_id }),
    ...(patch.limits === undefined ? {} : { limits: checkLimits(workspace.limits, patch.limits) }),
    updated_at: core.clock.now(),
  };
  await core.store.write(async (tx) => {
    await tx.update('workspaces', { id }, change);
    await appendAudit(tx, core, actor, {
      action: 'workspace.update',
      target: id,
      workspaceId: id,
      detail: { changed: Object.keys(patch) },
    });
  });
  core.events.emit('catalog.changed', { workspaceId: id, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
  return { ...workspace, ...change };
}
