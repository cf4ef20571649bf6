/** What a new instance begins with: its owner, one workspace, one app, and a key of every kind. */
import { createApp } from '../apps/create-app.ts';
import { type Core, systemActor } from '../context.ts';
import { AppError } from '../errors.ts';
import { createKey, type KeyInput } from '../keys/create-key.ts';
import type { PlainSecrets } from '../keys/key-secrets.ts';
import { checkDescription, checkName } from '../names.ts';
import type { AppRow, UserRow, WorkspaceRow } from '../system-rows.ts';
import { checkEmail, findOrCreateUser } from '../users/create-user.ts';
import { createWorkspace } from '../workspaces/create-workspace.ts';

export interface SetupInput {
  readonly ownerEmail: string;
  readonly ownerName: string;
  readonly workspaceName: string;
  readonly appName: string;
}

/** Secrets in plain text, by kind of key. */
export interface SetupKeys {
  /** The owner's own: every verb, every app. */
  readonly native: string;
  readonly app: string;
  readonly pair: { readonly key: string; readonly secret: string; readonly writeOnly: string };
  readonly personal: string;
}

export interface Setup {
  readonly owner: UserRow;
  readonly workspace: WorkspaceRow;
  readonly app: AppRow;
  readonly keys: SetupKeys;
}

/** Whether somebody has set this instance up before. */
export async function isSetUp(core: Core): Promise<boolean> {
  return (await core.store.count('workspaces', {})) > 0;
}

/** Looks at everything before anything is made: a setup that failed halfway could not be done again. @throws name_invalid, body_invalid */
export function checkSetup({ ownerEmail, ownerName, workspaceName, appName }: SetupInput): void {
  checkEmail(ownerEmail);
  checkDescription(ownerName, 'name');
  checkName(workspaceName, 'workspace');
  checkName(appName, 'app');
}

/**
 * Adds an owner with a workspace, an app and keys to an empty instance, or beside others when it is told so.
 * @throws name_invalid, body_invalid; name_taken when the instance is set up already
 */
export async function setUpInstance(core: Core, input: SetupInput, { isFirst = true } = {}): Promise<Setup> {
  checkSetup(input);
  if (isFirst && (await isSetUp(core))) throw new AppError('name_taken', 'This database holds a workspace already.');
  const owner = await core.store.write((tx) =>
    findOrCreateUser(tx, core, { email: input.ownerEmail, name: input.ownerName }),
  );
  const workspace = await createWorkspace(core, systemActor, { name: input.workspaceName }, owner.id);
  const app = await createApp(core, systemActor, workspace.id, { name: input.appName });
  return { owner, workspace, app, keys: await createKeys(core, owner, workspace, app) };
}

async function createKeys(core: Core, owner: UserRow, workspace: WorkspaceRow, app: AppRow): Promise<SetupKeys> {
  const make = async (input: KeyInput): Promise<PlainSecrets> =>
    (await createKey(core, systemActor, { ...input, user_id: owner.id })).secrets;
  const native = await make({
    kind: 'native',
    name: 'Owner',
    workspace_id: workspace.id,
    scopes: [{ table: '*', verbs: ['*'] }],
  });
  const ofApp = await make({ kind: 'app', name: 'App key', app_id: app.id });
  const pair = await make({ kind: 'pair', name: 'Key pair', app_id: app.id });
  const personal = await make({ kind: 'personal', name: 'Personal key', workspace_id: workspace.id });
  return {
    native: secret(native, 'key'),
    app: secret(ofApp, 'key'),
    pair: { key: secret(pair, 'key'), secret: secret(pair, 'secret'), writeOnly: secret(pair, 'write_only') },
    personal: secret(personal, 'key'),
  };
}

function secret(secrets: PlainSecrets, part: keyof PlainSecrets): string {
  const text = secrets[part];
  if (text === undefined) throw new AppError('internal_error', undefined, { internal: `a new key has no ${part}` });
  return text;
}
