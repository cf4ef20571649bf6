import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { planFeatures } from '../limits/plans.ts';
import { checkName } from '../names.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireApp, requireWorkspace } from '../permit.ts';
import type { Tx } from '../store.ts';
import type { KeyRow } from '../system-rows.ts';
import { assertCovers } from './assert-covers.ts';
import { clampScopes } from './clamp-scopes.ts';
import { checkTraits, type KeyTraits, refuseKeyInput } from './key-input.ts';
import { type KeyView, makeSecrets, type PlainSecrets, viewKey } from './key-secrets.ts';
import { type KeyKind, keyKinds, type Scope } from './scopes.ts';

export interface KeyInput extends KeyTraits {
  readonly kind: KeyKind;
  readonly name: string;
  /** The app that the key opens. App and pair keys need one; a native key without is its user's own and reaches every workspace of theirs. */
  readonly app_id?: string | null;
  /** Needed without an app: whose plan counts the key. */
  readonly workspace_id?: string | null;
  /** Whose rights the key carries. Only the server itself names another than the actor. */
  readonly user_id?: string;
  /** Native keys only, which need at least one. */
  readonly scopes?: readonly Scope[];
}

export interface CreatedKey {
  readonly key: KeyView;
  /** Shown here, and for native keys never again. */
  readonly secrets: PlainSecrets;
}

/**
 * Creates a key. Native scopes are cut down to what the actor may do; the answer tells what is left.
 * @throws body_invalid, name_invalid, app_not_found, workspace_not_found, table_not_found, field_not_found, member_not_found,
 * scope_missing, role_insufficient, plan_excludes, plan_limit_reached
 */
export async function createKey(
  core: Core,
  actor: Actor,
  input: KeyInput,
  once?: Once<CreatedKey>,
): Promise<CreatedKey> {
  if (!keyKinds.includes(input.kind)) throw refuseKeyInput('kind', `must be one of ${keyKinds.join(', ')}`);
  if (input.kind !== 'native' && (input.scopes?.length ?? 0) > 0)
    throw refuseKeyInput('scopes', 'only native keys have scopes');
  const name = checkName(input.name);
  const now = core.clock.now();
  const traits = checkTraits(input, now, null);
  const place = await placeOf(core, actor, input);
  const userId = userOf(actor, input) ?? place.createdBy;

  const created = await writeOnce(core, once, async (tx): Promise<CreatedKey> => {
    const key: KeyRow = {
      id: newId(),
      kind: input.kind,
      workspace_id: place.workspaceId,
      app_id: place.appId,
      user_id: userId,
      name,
      scopes: input.kind === 'native' ? await clampScopes(tx, actor, place, input.scopes ?? []) : [],
      is_enabled: 1,
      generation: 1,
      expires_at: null,
      allow_list: [],
      allowed_origins: [],
      limit_per_second: null,
      settings: {},
      created_by: actor.userId ?? userId,
      created_at: now,
      updated_at: now,
      ...traits,
    };
    await assertAllowed(tx, key);
    await assertCovers(tx, actor, key);
    const { plain, rows } = makeSecrets(core, key, key.generation);
    await tx.insert('keys', key);
    for (const row of rows) await tx.insert('key_secrets', row);
    await appendAudit(tx, core, actor, {
      action: 'key.create',
      target: key.id,
      detail: { kind: key.kind, name, user_id: userId },
      workspaceId: key.workspace_id,
      appId: key.app_id,
    });
    return { key: viewKey(key, rows), secrets: plain };
  });
  core.events.emit('keys.changed', { keyId: created.key.id });
  return created;
}

interface Place {
  readonly workspaceId: string;
  readonly appId: string | null;
  readonly createdBy: string;
}

/** Where the key will live, when the actor may make one there. */
async function placeOf(core: Core, actor: Actor, input: KeyInput): Promise<Place> {
  const appId = input.app_id ?? null;
  if (input.kind === 'personal') {
    const app = appId === null ? null : await requireApp(core, actor, appId, 'read');
    const workspaceId = app?.workspace_id ?? input.workspace_id ?? null;
    if (workspaceId === null) throw refuseKeyInput('workspace_id', 'must name the workspace');
    // Everybody may make keys for themselves; how many, the plan says.
    const workspace = await requireWorkspace(core, actor, workspaceId, 'read');
    return { workspaceId, appId: null, createdBy: workspace.created_by };
  }
  if (appId !== null) {
    const app = await requireApp(core, actor, appId, 'manage');
    return { workspaceId: app.workspace_id, appId, createdBy: app.created_by };
  }
  if (input.kind !== 'native') throw refuseKeyInput('app_id', 'must name the app that the key opens');
  const workspaceId = input.workspace_id ?? null;
  if (workspaceId === null) throw refuseKeyInput('app_id', 'must name an app, or workspace_id a workspace');
  const workspace = await requireWorkspace(core, actor, workspaceId, 'manage');
  return { workspaceId, appId: null, createdBy: workspace.created_by };
}

/** Whose rights the key will carry; null: the server's own choice, who created its place. */
function userOf(actor: Actor, input: KeyInput): string | null {
  if (actor.label === 'system') return input.user_id ?? null;
  if (input.user_id !== undefined && input.user_id !== actor.userId) {
    throw refuseKeyInput('user_id', 'must be your own, or left out');
  }
  return actor.userId;
}

/** What plan and kind allow. Inside the write, so that two calls at a time cannot both take the last place. */
async function assertAllowed(tx: Tx, key: KeyRow): Promise<void> {
  const workspace = await tx.find('workspaces', { id: key.workspace_id });
  if (workspace === undefined) throw new AppError('workspace_not_found');
  const member = await tx.find('memberships', { workspace_id: key.workspace_id, user_id: key.user_id });
  if (member === undefined)
    throw new AppError('member_not_found', 'The user of the key is no member of the workspace.');
  const plan = await tx.find('plans', { id: workspace.plan_id });
  if (plan === undefined) throw new AppError('plan_not_found');
  const features = planFeatures(plan);
  if (!features.api_access) throw new AppError('plan_excludes', `The plan "${plan.name}" does not include API access.`);

  if (key.kind === 'app' && key.app_id !== null && (await tx.count('keys', { kind: 'app', app_id: key.app_id })) > 0) {
    throw new AppError('plan_limit_reached', 'The app has its key already; regenerate it, or delete it first.');
  }
  if (key.kind === 'personal') {
    const max = features.personal_keys_per_user;
    const own = await tx.count('keys', { kind: 'personal', user_id: key.user_id, workspace_id: key.workspace_id });
    if (own >= max) throw new AppError('plan_limit_reached', `The plan allows ${max} personal keys per user.`);
  }
}
