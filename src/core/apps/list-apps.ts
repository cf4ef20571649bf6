import type { Actor, Core } from '../context.ts';
import type { AppRow } from '../system-rows.ts';
import { getWorkspace } from '../workspaces/get-workspace.ts';

/** The apps of a workspace that the actor reaches, oldest first. */
export async function listApps(core: Core, actor: Actor, workspaceId: string): Promise<AppRow[]> {
  await getWorkspace(core, actor, workspaceId);
  const orderBy = [
    ['created_at', 'asc'],
    ['id', 'asc'],
  ] as const;
  const where = actor.appId === null ? { workspace_id: workspaceId } : { workspace_id: workspaceId, id: actor.appId };
  return core.store.list('apps', where, { orderBy });
}
