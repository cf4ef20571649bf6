import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { UserRow } from '../system-rows.ts';
import type { Role } from '../workspaces/roles.ts';

export interface Me {
  readonly user: UserRow;
  readonly workspaces: readonly { readonly id: string; readonly name: string; readonly role: Role }[];
}

/** The person behind the actor, with the workspaces that the actor reaches, oldest membership first. @throws user_not_found */
export async function getMe(core: Core, actor: Actor): Promise<Me> {
  const user = actor.userId === null ? undefined : await core.store.find('users', { id: actor.userId });
  if (user === undefined) throw new AppError('user_not_found');
  const orderBy = [['created_at', 'asc']] as const;
  const memberships = await core.store.list('memberships', { user_id: user.id }, { orderBy });
  const workspaces: { id: string; name: string; role: Role }[] = [];
  for (const { workspace_id: id, role } of memberships) {
    const isInReach = actor.workspaceId === null ? actor.isMember(id) : actor.workspaceId === id;
    const workspace = isInReach ? await core.catalog.workspace(id) : undefined;
    if (workspace !== undefined) workspaces.push({ id, name: workspace.name, role });
  }
  return { user, workspaces };
}
