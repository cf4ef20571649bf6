/**
 * Uploads: streamed into the storage while they are measured, known only when the content is safe on its medium. A row is
 * written before the first byte, so that whatever a crash leaves behind has an owner and is collected.
 */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { every } from '../keys/key-actor.ts';
import { planFeatures } from '../limits/plans.ts';
import { visibleApp } from '../permit.ts';
import type { AppRow, FileRow } from '../system-rows.ts';
import { verbBits } from '../workspaces/roles.ts';
import { cleanFilename } from './file-value.ts';
import { measureContent, tooLarge } from './read-content.ts';
import { eraseFile } from './remove-file.ts';
import { storageKey } from './storage.ts';

export interface Upload {
  /** Read once, as fast as it can be stored. */
  readonly content: AsyncIterable<Uint8Array>;
  readonly filename: string | null;
  /** What the client calls it; believed only between kinds of text. */
  readonly mediaType?: string | null;
  /** Bytes to come, where the client says so: a file that is announced as too large is refused before it is read. */
  readonly announcedSize?: number | null;
  /** Private files are answered only to signed links. Default: public, under a link that cannot be guessed. */
  readonly isPrivate?: boolean;
  /** A limit below the plan's. */
  readonly bytesMax?: number;
  /** Made by the server of what it holds already: what a plan says about uploads does not bound it. */
  readonly isOwn?: true;
}

/**
 * Keeps a file of an app; resolves when it is on disk. It is removed again unless a record shows it within a day.
 * @throws app_not_found, scope_missing, role_insufficient, body_too_large
 */
export async function uploadFile(core: Core, actor: Actor, appId: string, upload: Upload): Promise<FileRow> {
  return storeFile(core, actor, await requireUpload(core, actor, appId), upload);
}

/** The app, when the actor may upload to it: to be asked before a body is read. */
export async function requireUpload(core: Core, actor: Actor, appId: string): Promise<AppRow> {
  const app = await visibleApp(core, actor, appId);
  if (await mayWriteSomewhere(core, actor, app)) return app;
  const code = actor.keyId === null ? 'role_insufficient' : 'scope_missing';
  throw new AppError(code, 'Uploading needs the right to create or update records of some table of this app.');
}

/** As `uploadFile`, where the right to write has been checked. */
export async function storeFile(core: Core, actor: Actor, app: AppRow, upload: Upload): Promise<FileRow> {
  const planMax = upload.isOwn === true ? Number.MAX_SAFE_INTEGER : await planBytesMax(core, app.workspace_id);
  const bytesMax = Math.min(planMax, upload.bytesMax ?? Number.MAX_SAFE_INTEGER);
  if (upload.announcedSize != null && upload.announcedSize > bytesMax) throw tooLarge(bytesMax);
  const now = core.clock.now();
  const name = cleanFilename(upload.filename);
  const file: FileRow = {
    id: newId(),
    workspace_id: app.workspace_id,
    app_id: app.id,
    name,
    media_type: '',
    size: 0,
    width: null,
    height: null,
    sha256: '',
    is_public: upload.isPrivate === true ? 0 : 1,
    state: 'uploading',
    created_by: actor.label,
    created_at: now,
    detached_at: now,
  };
  await core.store.write((tx) => tx.insert('files', file));
  const measured = measureContent(upload.content, bytesMax, name, upload.mediaType ?? null);
  try {
    await core.files.put(storageKey(file.id), measured.content).catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause;
      const internal = `file storage: ${cause instanceof Error ? cause.message : String(cause)}`;
      if (measured.hasFailed()) throw new AppError('body_invalid', 'file: did not arrive whole', { internal, cause });
      throw new AppError('store_unavailable', 'The file cannot be kept now.', { internal, cause });
    });
    const stored = { ...(await measured.facts()), state: 'stored', detached_at: core.clock.now() } as const;
    await core.store.write(async (tx) => {
      // Gone: it took so long that the collector thought it was given up.
      if ((await tx.update('files', { id: file.id, state: 'uploading' }, stored)) === 0)
        throw new AppError('file_not_found');
    });
    return { ...file, ...stored };
  } catch (error) {
    // What cannot be removed now is the collector's: the row says that it is not whole.
    await eraseFile(core, file.id).catch(() => undefined);
    throw error;
  }
}

async function planBytesMax(core: Core, workspaceId: string): Promise<number> {
  const workspace = await core.catalog.workspace(workspaceId);
  const plan = workspace && (await core.store.find('plans', { id: workspace.plan_id }));
  return planFeatures(plan ?? { id: '', name: '', position: 0, features: {} }).file_bytes_max;
}

async function mayWriteSomewhere(core: Core, actor: Actor, app: AppRow): Promise<boolean> {
  const writes = verbBits.create | verbBits.update;
  const place = { workspaceId: app.workspace_id, appId: app.id };
  if (actor.grant({ id: every, ...place }).verbs & writes) return true;
  for (const table of await core.catalog.tablesOf(app.id)) if (actor.grant(table).verbs & writes) return true;
  return false;
}
