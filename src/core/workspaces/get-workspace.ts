import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { WorkspaceRow } from '../system-rows.ts';

/** A workspace within the actor's reach; any role may see it. @throws workspace_not_found */
export async function getWorkspace(core: Core, actor: Actor, id: string): Promise<WorkspaceRow> {
  const isInReach = actor.workspaceId === null ? actor.isMember(id) : actor.workspaceId === id;
  const workspace = isInReach ? await core.catalog.workspace(id) : undefined;
  if (workspace === undefined) throw new AppError('workspace_not_found');
  return workspace;
}
