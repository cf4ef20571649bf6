/**
 * A workspace with everything that a route can name, every name and value in it marked: an answer that holds a mark tells
 * something about it. Callers of all sorts are made around such worlds.
 */
import { createECDH, randomBytes } from 'node:crypto';
import { createApp } from '../../src/core/apps/create-app.ts';
import { type Core, systemActor } from '../../src/core/context.ts';
import { uploadFile } from '../../src/core/files/upload-file.ts';
import { saveDraft } from '../../src/core/forms/save-draft.ts';
import { submissionCodeLength } from '../../src/core/forms/submission-code.ts';
import { encodeBase62, newId, randomLowerAlphanumeric } from '../../src/core/ids.ts';
import { beginImport } from '../../src/core/import/begin-import.ts';
import { type CreatedKey, createKey, type KeyInput } from '../../src/core/keys/create-key.ts';
import { registerDevice } from '../../src/core/push/register-device.ts';
import { mintRegistrationToken } from '../../src/core/push/registration-token.ts';
import { sendNotification } from '../../src/core/push/send-notification.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { recordId } from '../../src/core/records/record-view.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { updateTable } from '../../src/core/tables/update-table.ts';
import { findOrCreateUser } from '../../src/core/users/create-user.ts';
import { createWebhook } from '../../src/core/webhooks/create-webhook.ts';
import { createWorkspace } from '../../src/core/workspaces/create-workspace.ts';
import { addMember } from '../../src/core/workspaces/members.ts';
import type { Role } from '../../src/core/workspaces/roles.ts';

/** What requests name. */
export interface Names {
  readonly workspace: string;
  readonly app: string;
  readonly table: string;
  /** Another table of the app. */
  readonly otherTable: string;
  readonly field: string;
  readonly record: number;
  /** A native key of the app. */
  readonly key: string;
  /** A member who is no owner. */
  readonly member: string;
  /** A private file that no record shows. */
  readonly file: string;
  /** The public name of the record. */
  readonly recordSlug: string;
  readonly import: string;
  /** A record of the users of the app, which are in the other table. */
  readonly user: number;
  readonly device: string;
  readonly notification: string;
  readonly webhook: string;
  /** A delivery of the webhook. */
  readonly event: string;
  /** The same as Formaloo has them. */
  readonly formWebhook: string;
  readonly formEvent: string;
  /** A tag of the form's rows, of the app's forms, and a category of them: all by this slug. */
  readonly tag: string;
  /** Codes of answers that are not submitted yet, and of those that are. */
  readonly draft: string;
  readonly submission: string;
}

export interface World extends Names {
  readonly ownerId: string;
  readonly ownerEmail: string;
  readonly viewerId: string;
  /** Another app of the workspace. */
  readonly otherApp: string;
  /** In every name and value of the app and below. */
  readonly mark: string;
  /** In the names of the workspace and of its people. */
  readonly workspaceMark: string;
}

/** What nobody has. */
export function nowhere(): Names {
  return {
    workspace: newId(),
    app: newId(),
    table: newId(),
    otherTable: newId(),
    field: newId(),
    record: 424_242,
    key: newId(),
    member: newId(),
    file: newId(),
    recordSlug: encodeBase62(randomBytes(16)),
    import: newId(),
    user: 424_242,
    device: newId(),
    notification: newId(),
    webhook: newId(),
    event: newId(),
    formWebhook: newId(),
    formEvent: newId(),
    tag: newId().slice(0, 8),
    draft: randomLowerAlphanumeric(submissionCodeLength),
    submission: randomLowerAlphanumeric(submissionCodeLength),
  };
}

export async function makeWorld(core: Core): Promise<World> {
  const mark = `mark${newId()}`;
  const workspaceMark = `mark${newId()}`;
  const person = (role: string) => ({
    email: `${role}.${workspaceMark}@example.com`.toLowerCase(),
    name: `${role} ${workspaceMark}`,
  });
  const owner = await core.store.write((tx) => findOrCreateUser(tx, core, person('owner')));
  const workspace = await createWorkspace(core, systemActor, { name: `Workspace ${workspaceMark}` }, owner.id);
  const join = async (role: Role) =>
    (await addMember(core, systemActor, workspace.id, { ...person(role), role })).user.id;
  const viewerId = await join('viewer');
  const member = await join('editor');
  const app = await createApp(core, systemActor, workspace.id, { name: `App ${mark}` });
  const otherApp = await createApp(core, systemActor, workspace.id, { name: 'Other app' });
  const otherTable = await createTable(core, systemActor, app.id, {
    name: 'Other',
    role: 'users',
    fields: [{ name: 'Name', type: 'text' }],
  });
  const table = await createTable(core, systemActor, app.id, {
    name: `Table ${mark}`,
    fields: [
      { name: 'Code', type: 'text', unique: true },
      { name: `Field ${mark}`, type: 'text' },
      { name: 'Other', type: 'relation', options: { target: otherTable.id, inverse_name: `Inverse ${mark}` } },
    ],
  });
  const field = table.fieldByName.get(`Field ${mark}`);
  const code = table.fieldByName.get('Code');
  if (field === undefined || code === undefined) throw new Error('a field is missing');
  const made = await createWebhook(core, systemActor, app.id, {
    format: 'native',
    tableId: table.id,
    name: `Webhook ${mark}`,
    // Nobody listens there.
    url: `http://127.0.0.1:9/${mark}`,
    events: ['record.created'],
  });
  const ofForm = await createWebhook(core, systemActor, app.id, {
    format: 'formaloo',
    tableId: table.id,
    url: `http://127.0.0.1:9/${mark}`,
    events: ['record.created'],
  });
  const { row } = await createRecord(core, systemActor, table, [
    [code, `code ${mark}`],
    [field, `value ${mark}`],
  ]);
  const key = await createKey(core, systemActor, {
    kind: 'native',
    name: `Key ${mark}`,
    app_id: app.id,
    user_id: owner.id,
    scopes: [{ table: '*', verbs: ['read'] }],
  });
  const file = await uploadFile(core, systemActor, app.id, {
    content: contentOf(`content ${mark}`),
    filename: `file ${mark}.txt`,
    isPrivate: true,
  });
  const [event] = await core.store.list('deliveries', { target_id: made.webhook.id });
  const [formEvent] = await core.store.list('deliveries', { target_id: ofForm.webhook.id });
  if (event === undefined || formEvent === undefined) throw new Error('a webhook has no event');
  const order = { table: table.id, isDryRun: true };
  const imported = await beginImport(core, systemActor, app.id, order, { fileId: file.id });
  const forms = await makeFormThings(core, app.id, table, mark);
  const { device, notification, user } = await makePush(core, app.id, otherTable, mark);
  return {
    recordSlug: core.secrets.slugs.encode(table.number, recordId(row)),
    user,
    device,
    notification,
    webhook: made.webhook.id,
    event: event.id,
    ...forms,
    submission: core.secrets.submissionCodes.encode(table.number, recordId(row)),
    formWebhook: ofForm.webhook.id,
    formEvent: formEvent.id,
    workspace: workspace.id,
    app: app.id,
    table: table.id,
    otherTable: otherTable.id,
    field: field.id,
    record: recordId(row),
    key: key.key.id,
    member,
    file: file.id,
    import: imported.id,
    ownerId: owner.id,
    ownerEmail: owner.email,
    viewerId,
    otherApp: otherApp.id,
    mark,
    workspaceMark,
  };
}

async function makeFormThings(core: Core, appId: string, table: TableSchema, mark: string) {
  const tag = newId().slice(0, 8);
  const tags = [{ slug: tag, title: `Tag ${mark}` }];
  await core.store.write((tx) =>
    tx.update('apps', { id: appId }, { foreign: { formaloo: { tags, categories: tags } } }),
  );
  core.events.emit('catalog.changed', { workspaceId: null, tableId: null });
  await updateTable(core, systemActor, table, { foreign: { formaloo: { row_tags: tags } } });
  const answers = { note: `Answer ${mark}` };
  const { code } = await saveDraft(core, systemActor, table, { code: null, answers, referer: null });
  return { tag, draft: code };
}

async function makePush(core: Core, appId: string, users: TableSchema, mark: string) {
  const user = recordId((await createRecord(core, systemActor, users, [])).row);
  const { token } = await mintRegistrationToken(core, systemActor, appId, { id: user });
  const keys = createECDH('prime256v1');
  const subscription = {
    endpoint: `http://127.0.0.1:9/${mark}`,
    keys: { p256dh: keys.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') },
  };
  const device = await registerDevice(core, appId, token, subscription, `Device ${mark}`);
  const input = { audience: { id: user }, title: `Title ${mark}`, body: `Body ${mark}` };
  const { notification } = await sendNotification(core, systemActor, appId, input);
  return { user, device: device.id, notification: notification.id };
}

async function* contentOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A key in the world, of its owner unless said otherwise: bound to its app where its kind is. */
export function makeKey(
  core: Core,
  world: World,
  input: Partial<KeyInput> & Pick<KeyInput, 'kind'>,
): Promise<CreatedKey> {
  const isBound = input.kind === 'app' || input.kind === 'pair' || input.app_id !== undefined;
  return createKey(core, systemActor, {
    name: 'Caller',
    user_id: world.ownerId,
    ...(isBound ? { app_id: world.app } : { workspace_id: world.workspace }),
    ...(input.kind === 'native' ? { scopes: [{ table: '*', verbs: ['*'] }] } : {}),
    // Tokens outlive the run.
    ...(input.kind === 'pair' ? { settings: { token_ttl_seconds: 86_400 } } : {}),
    ...input,
  });
}
