/** Reads everything about a key that was presented. Only on its first use and after changes; then it is kept in memory. */
import type { ErrorCode } from '../errors.ts';
import { planFeatures, resolveLimit } from '../limits/plans.ts';
import type { Reads } from '../store.ts';
import type { AppRow, KeyRow, MembershipRow } from '../system-rows.ts';
import { roleVerbs } from '../workspaces/roles.ts';
import { createAddressList } from './address-list.ts';
import { createKeyActor, partBits } from './key-actor.ts';
import type { VerifiedKey } from './verified-key.ts';

/** The key of the secret with this hash; null when there is none, or nobody stands behind it any more. */
export async function loadKey(reads: Reads, hash: string): Promise<VerifiedKey | null> {
  const secret = await reads.find('key_secrets', { hash });
  if (secret === undefined) return null;
  const key = await reads.find('keys', { id: secret.key_id });
  if (key === undefined) return null;
  const [user, membership, workspace, app, secrets] = await Promise.all([
    reads.find('users', { id: key.user_id }),
    reads.find('memberships', { workspace_id: key.workspace_id, user_id: key.user_id }),
    reads.find('workspaces', { id: key.workspace_id }),
    key.app_id === null ? null : reads.find('apps', { id: key.app_id }),
    reads.list('key_secrets', { key_id: key.id }),
  ]);
  // A key carries the rights of its user: without the user, or outside the workspace, there are none.
  if (user === undefined || user.is_disabled === 1 || membership === undefined) return null;
  if (workspace === undefined || app === undefined) return null;
  const plan = await reads.find('plans', { id: workspace.plan_id });
  if (plan === undefined) return null;

  const features = planFeatures(plan);
  const roleBits =
    key.app_id === null ? await rolesOf(reads, key) : new Map([[key.workspace_id, roleVerbs[membership.role]]]);
  const closedApps = key.app_id === null ? await closedAppsOf(reads, [...roleBits.keys()]) : new Set<string>();
  return {
    key,
    secret: { hash, part: secret.part, generation: secret.generation, expiresAt: secret.expires_at },
    workspace,
    app,
    role: membership.role,
    roleBits: roleVerbs[membership.role] & partBits(secret.part),
    plan,
    features,
    limit: { subject: subjectOf(key), perSecond: resolveLimit({ key, app, workspace, features }) },
    actor: createKeyActor({ key, part: secret.part, roleBits, closedApps }),
    allowList: createAddressList(key.allow_list),
    generations: new Map(secrets.map((row) => [row.generation, row.expires_at])),
    exclusion: exclusionOf(features.api_access, app),
  };
}

/** wire/adalo.md §3 counts per app, the others per key. */
function subjectOf(key: KeyRow): string {
  return key.kind === 'app' ? `app:${key.app_id ?? ''}` : `key:${key.id}`;
}

function exclusionOf(hasApi: boolean, app: AppRow | null): ErrorCode | null {
  if (!hasApi) return 'plan_excludes';
  return app?.is_api_enabled === 0 ? 'api_disabled' : null;
}

/** A key without an app is its user's own: it reaches every workspace of its user whose plan includes API access. */
async function rolesOf(reads: Reads, key: KeyRow): Promise<Map<string, number>> {
  const memberships = await reads.list('memberships', { user_id: key.user_id });
  const workspaces = await reads.list('workspaces', { id: { in: memberships.map((row) => row.workspace_id) } });
  const plans = await reads.list('plans', {});
  const plansWithApi = new Set(plans.filter((plan) => planFeatures(plan).api_access).map((plan) => plan.id));
  const open = new Set(workspaces.filter((row) => plansWithApi.has(row.plan_id)).map((row) => row.id));
  const bitsOf = (row: MembershipRow): [string, number] => [row.workspace_id, roleVerbs[row.role]];
  return new Map(memberships.filter((row) => open.has(row.workspace_id)).map(bitsOf));
}

async function closedAppsOf(reads: Reads, workspaceIds: readonly string[]): Promise<Set<string>> {
  const rows = await reads.list('apps', { workspace_id: { in: workspaceIds }, is_api_enabled: 0 });
  return new Set(rows.map((row) => row.id));
}
