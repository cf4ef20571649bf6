import type { Actor, Core } from '../context.ts';
import type { WorkspaceRow } from '../system-rows.ts';

/** The workspaces that the actor reaches, oldest first: a bound key's one, a person's memberships, all for the server. */
export async function listWorkspaces(core: Core, actor: Actor): Promise<WorkspaceRow[]> {
  const orderBy = [
    ['created_at', 'asc'],
    ['id', 'asc'],
  ] as const;
  if (actor.workspaceId !== null) return core.store.list('workspaces', { id: actor.workspaceId }, { orderBy });
  if (actor.userId === null) return core.store.list('workspaces', {}, { orderBy });
  const memberships = await core.store.list('memberships', { user_id: actor.userId });
  const ids = memberships.map((one) => one.workspace_id).filter((id) => actor.isMember(id));
  return ids.length === 0 ? [] : core.store.list('workspaces', { id: { in: ids } }, { orderBy });
}
