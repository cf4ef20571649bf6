import { dropApp } from '../apps/delete-app.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireWorkspace } from '../permit.ts';
import type { WorkspaceRow } from '../system-rows.ts';
import { changeSchema } from '../tables/change-schema.ts';

/** Deletes a workspace with everything in it. Only an owner can, and a key only when it is an owner's own. */
export async function deleteWorkspace(core: Core, actor: Actor, id: string): Promise<WorkspaceRow> {
  const workspace = await requireWorkspace(core, actor, id, 'manage');
  if (actor.userId !== null) {
    const membership = await core.store.find('memberships', { workspace_id: id, user_id: actor.userId });
    if (membership?.role !== 'owner') throw new AppError('role_insufficient', 'Only an owner can delete a workspace.');
  }
  await changeSchema(core, async (tx, touch) => {
    for (const app of await tx.list('apps', { workspace_id: id })) await dropApp(tx, touch, app);
    const keys = await tx.list('keys', { workspace_id: id });
    for (const key of keys) await tx.remove('key_secrets', { key_id: key.id });
    await tx.remove('keys', { workspace_id: id });
    await tx.remove('memberships', { workspace_id: id });
    await tx.remove('workspaces', { id });
    await appendAudit(tx, core, actor, {
      action: 'workspace.delete',
      target: id,
      workspaceId: id,
      detail: { name: workspace.name },
    });
  });
  core.events.emit('catalog.changed', { workspaceId: id, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
  return workspace;
}
