import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireApp, requireWorkspace } from '../permit.ts';
import type { Where } from '../store.ts';
import type { KeyRow, KeySecretRow } from '../system-rows.ts';
import { verbBits } from '../workspaces/roles.ts';
import { type AdvisedKey, adviseKeys } from './advise-keys.ts';
import { viewKey } from './key-secrets.ts';

/** Whose keys: an app's, all of a workspace (its members' personal ones too), or the actor's own (personal ones, and native ones without an app). */
export type KeyListing = { readonly appId: string } | { readonly workspaceId: string } | { readonly isOwn: true };

/** Keys without their secrets, with advice, oldest first. @throws app_not_found, workspace_not_found, scope_missing, role_insufficient */
export async function listKeys(core: Core, actor: Actor, listing: KeyListing): Promise<AdvisedKey[]> {
  const keys = await core.store.list('keys', await whereOf(core, actor, listing), {
    orderBy: [
      ['created_at', 'asc'],
      ['id', 'asc'],
    ],
  });
  const secrets = new Map<string, KeySecretRow[]>(keys.map((key) => [key.id, []]));
  const rows = await core.store.list('key_secrets', { key_id: { in: keys.map((key) => key.id) } });
  for (const row of rows) secrets.get(row.key_id)?.push(row);
  return adviseKeys(
    core,
    keys.map((key) => viewKey(key, secrets.get(key.id) ?? [])),
  );
}

async function whereOf(core: Core, actor: Actor, listing: KeyListing): Promise<Where<KeyRow>> {
  if ('appId' in listing) return { app_id: (await requireApp(core, actor, listing.appId, 'manage')).id };
  if ('workspaceId' in listing) {
    return { workspace_id: (await requireWorkspace(core, actor, listing.workspaceId, 'manage')).id };
  }
  if (actor.userId === null) throw new AppError('user_not_found');
  const own = { user_id: actor.userId, app_id: null };
  if (actor.keyId === null) return own;
  // A key that acts for the user sees the keys of the workspaces that it manages; an app's key sees none.
  const memberships = await core.store.list('memberships', { user_id: actor.userId });
  const managed = memberships.filter(({ workspace_id: id }) => actor.verbs(id, null) & verbBits.manage);
  if (managed.length === 0) throw new AppError('scope_missing');
  return { ...own, workspace_id: { in: managed.map(({ workspace_id: id }) => id) } };
}
