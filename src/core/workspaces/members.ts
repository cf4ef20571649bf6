/** Members of a workspace: who belongs, in which role. A workspace keeps at least one owner. */
import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireWorkspace } from '../permit.ts';
import type { Tx } from '../store.ts';
import type { MembershipRow, UserRow } from '../system-rows.ts';
import { findOrCreateUser } from '../users/create-user.ts';
import type { Role } from './roles.ts';

export interface Member {
  readonly user: UserRow;
  readonly role: Role;
  readonly since: number;
}

/** Every member, oldest membership first. Any member may see them. */
export async function listMembers(core: Core, actor: Actor, workspaceId: string): Promise<Member[]> {
  await requireWorkspace(core, actor, workspaceId, 'read');
  const memberships = await core.store.list(
    'memberships',
    { workspace_id: workspaceId },
    { orderBy: [['created_at', 'asc']] },
  );
  if (memberships.length === 0) return [];
  const users = await core.store.list('users', { id: { in: memberships.map((one) => one.user_id) } });
  const byId = new Map(users.map((user) => [user.id, user]));
  return memberships.flatMap((one) => {
    const user = byId.get(one.user_id);
    return user === undefined ? [] : [{ user, role: one.role, since: one.created_at }];
  });
}

/** Adds a person by e-mail address; somebody unknown gets an account without a password, to be set on first sign-in. */
export async function addMember(
  core: Core,
  actor: Actor,
  workspaceId: string,
  input: { readonly email: string; readonly role: Role; readonly name?: string },
  once?: Once<Member>,
): Promise<Member> {
  await requireWorkspace(core, actor, workspaceId, 'manage');
  const now = core.clock.now();
  const member = await writeOnce(core, once, async (tx) => {
    await refuseBeyondOwnRole(tx, actor, workspaceId, input.role);
    const user = await findOrCreateUser(tx, core, { email: input.email, name: input.name ?? '' });
    const existing = await tx.find('memberships', { workspace_id: workspaceId, user_id: user.id });
    if (existing !== undefined) throw new AppError('name_taken', `${user.email} is already a member.`);
    await tx.insert('memberships', { workspace_id: workspaceId, user_id: user.id, role: input.role, created_at: now });
    await audit(tx, core, actor, 'member.add', workspaceId, user.id, input.role);
    return { user, role: input.role, since: now };
  });
  core.events.emit('keys.changed', { keyId: null });
  return member;
}

/** Changes a member's role; keys of the member lose or gain with it on their next request. */
export async function updateMember(
  core: Core,
  actor: Actor,
  workspaceId: string,
  userId: string,
  role: Role,
): Promise<Member> {
  await requireWorkspace(core, actor, workspaceId, 'manage');
  const member = await core.store.write(async (tx): Promise<Member> => {
    await refuseBeyondOwnRole(tx, actor, workspaceId, role);
    const membership = await requireMember(actor, tx, workspaceId, userId);
    if (role !== 'owner') await keepAnOwner(tx, workspaceId, userId);
    const user = await tx.find('users', { id: userId });
    if (user === undefined) throw new AppError('member_not_found');
    await tx.update('memberships', { workspace_id: workspaceId, user_id: userId }, { role });
    await audit(tx, core, actor, 'member.update', workspaceId, userId, role);
    return { user, role, since: membership.created_at };
  });
  core.events.emit('keys.changed', { keyId: null });
  return member;
}

/** Takes a person out of a workspace; their keys there stop working with the next request. */
export async function removeMember(core: Core, actor: Actor, workspaceId: string, userId: string): Promise<void> {
  await requireWorkspace(core, actor, workspaceId, 'manage');
  await core.store.write(async (tx) => {
    await requireMember(actor, tx, workspaceId, userId);
    await keepAnOwner(tx, workspaceId, userId);
    await tx.remove('memberships', { workspace_id: workspaceId, user_id: userId });
    await audit(tx, core, actor, 'member.remove', workspaceId, userId, null);
  });
  core.events.emit('keys.changed', { keyId: null });
}

/** An admin manages members but does not make or unmake owners. */
async function refuseBeyondOwnRole(tx: Tx, actor: Actor, workspaceId: string, role: Role): Promise<void> {
  if (role !== 'owner' || actor.userId === null) return;
  const own = await tx.find('memberships', { workspace_id: workspaceId, user_id: actor.userId });
  if (own?.role !== 'owner') throw new AppError('role_insufficient', 'Only an owner can make somebody an owner.');
}

async function requireMember(actor: Actor, tx: Tx, workspaceId: string, userId: string): Promise<MembershipRow> {
  const membership = await tx.find('memberships', { workspace_id: workspaceId, user_id: userId });
  if (membership === undefined) throw new AppError('member_not_found');
  if (membership.role === 'owner') await refuseBeyondOwnRole(tx, actor, workspaceId, 'owner');
  return membership;
}

async function keepAnOwner(tx: Tx, workspaceId: string, userId: string): Promise<void> {
  const owners = await tx.list('memberships', { workspace_id: workspaceId, role: 'owner' });
  if (owners.length === 1 && owners[0]?.user_id === userId) throw new AppError('last_owner');
}

function audit(
  tx: Tx,
  core: Core,
  actor: Actor,
  action: string,
  workspaceId: string,
  userId: string,
  role: Role | null,
) {
  return appendAudit(tx, core, actor, { action, target: userId, workspaceId, detail: role === null ? {} : { role } });
}
