import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { getFile } from '../files/get-file.ts';
import { eraseFile } from '../files/remove-file.ts';
import { storeFile, type Upload } from '../files/upload-file.ts';
import { newId } from '../ids.ts';
import { type Once, writeOnce } from '../once.ts';
import type { FileRow, ImportRow } from '../system-rows.ts';
import { checkImportOrder, type ImportOrder, keptOrder } from './import-order.ts';

/** The content: sent with the order, or uploaded before. */
export type ImportContent = { readonly upload: Upload } | { readonly fileId: string };

/** Imports of one app that wait or run; more are refused until some have ended. */
const unfinishedMax = 20;

/**
 * Takes an import in: the server runs it when those before it have ended. What is uploaded with it is kept until then. `once`:
 * its fingerprint need not tell the content, which is known only when it has been read.
 * @throws what `checkImportOrder` throws, body_too_large, file_not_found, plan_limit_reached
 */
export async function beginImport(
  core: Core,
  actor: Actor,
  appId: string,
  order: ImportOrder,
  content: ImportContent,
  once?: Once<ImportRow>,
): Promise<ImportRow> {
  const { app, table, tableName } = await checkImportOrder(core, actor, appId, order);
  const unfinished = await core.store.count('imports', {
    app_id: app.id,
    state: { in: ['waiting', 'planning', 'running'] },
  });
  if (unfinished >= unfinishedMax && !(await wasSent(core, once))) {
    throw new AppError('plan_limit_reached', `At most ${unfinishedMax} imports of an app wait or run at a time.`);
  }
  const isOwn = 'upload' in content;
  const file = isOwn
    ? await storeFile(core, actor, app, { ...content.upload, isPrivate: true })
    : await fileOf(core, actor, app.id, content.fileId);
  const now = core.clock.now();
  const row: ImportRow = {
    id: newId(),
    workspace_id: app.workspace_id,
    app_id: app.id,
    table_id: table?.id ?? null,
    table_name: tableName,
    file_id: file.id,
    owns_file: isOwn ? 1 : 0,
    filename: file.name,
    request: keptOrder(order),
    is_dry_run: order.isDryRun === true ? 1 : 0,
    state: 'waiting',
    plan: null,
    preview: null,
    total_bytes: file.size,
    read_bytes: 0,
    rows_read: 0,
    created: 0,
    updated: 0,
    rejected: 0,
    line: 0,
    error: null,
    created_by: actor.label,
    key_id: actor.keyId,
    created_at: now,
    started_at: null,
    seen_at: now,
    finished_at: null,
  };
  try {
    await writeOnce(core, withContent(once, file), async (tx) => {
      await tx.insert('imports', row);
      // Shown by no record, and yet not to be collected: it goes with the import.
      if (isOwn) await tx.update('files', { id: file.id }, { detached_at: null });
      await appendAudit(tx, core, actor, {
        action: order.isDryRun === true ? 'import.try' : 'import.begin',
        target: row.id,
        workspaceId: app.workspace_id,
        appId: app.id,
        detail: { table: tableName, filename: file.name, bytes: file.size },
      });
      return row;
    });
  } catch (error) {
    if (isOwn) await eraseFile(core, file.id).catch(() => undefined);
    throw error;
  }
  core.events.emit('import.queued', { id: row.id });
  return row;
}

/** A repeated request takes no place. */
async function wasSent(core: Core, once: Once<ImportRow> | undefined): Promise<boolean> {
  if (once === undefined) return false;
  return (await core.store.count('idempotency', { subject: once.subject, key: once.key })) > 0;
}

function withContent(once: Once<ImportRow> | undefined, { sha256 }: FileRow): Once<ImportRow> | undefined {
  return once && { ...once, fingerprint: `${once.fingerprint}/${sha256}` };
}

async function fileOf(core: Core, actor: Actor, appId: string, fileId: string): Promise<FileRow> {
  const file = await getFile(core, actor, fileId);
  if (file.app_id !== appId) throw new AppError('file_not_found');
  return file;
}
