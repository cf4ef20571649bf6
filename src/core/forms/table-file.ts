/**
 * The records of a table as one file that can be fetched for a day by whoever has its link: made at once where there are few,
 * in the background where there are many. Of each table the latest is known; a second one is not begun while one is made.
 */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type ExportFormat, exportFilename } from '../export/export-format.ts';
import { type ExportRequest, exportRecords } from '../export/export-records.ts';
import { signedUrl } from '../files/file-links.ts';
import { storeFile } from '../files/upload-file.ts';
import { requireVerb, visibleApp } from '../permit.ts';
import { countRecords } from '../records/list-records.ts';
import type { FileRow, TableExportRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';

export interface TableFile {
  /** One is being made. */
  readonly isRunning: boolean;
  /** The last that was finished, while its link holds. */
  readonly file: { readonly url: string; readonly at: number } | null;
  /** Why the last one failed, as a sentence. */
  readonly error: string | null;
}

export interface TableFileRequest extends ExportRequest {
  readonly format: ExportFormat;
  /** Of the file, without its ending. */
  readonly title: string;
}

/** Records that a request waits for. */
const awaitedMax = 5_000;
/** Files that no record shows are collected after as long. */
const linkLifeMs = 24 * 60 * 60 * 1000;
/** Without a word for so long, an export is not going on any more: the server that made it ended. */
const silenceMs = 60_000;
const wordMs = 10_000;

/** @throws scope_missing, role_insufficient */
export async function makeTableFile(
  core: Core,
  actor: Actor,
  table: TableSchema,
  request: TableFileRequest,
): Promise<TableFile> {
  requireVerb(actor, table, 'read');
  const count = await countRecords(core, actor, table, request.filter);
  const isBegun = await begin(core, table.id);
  if (!isBegun) return tableFileOf(core, table.id);
  const made = write(core, actor, table, request);
  if (count <= awaitedMax) await made;
  // What went wrong shows in the state: no file came of it.
  else made.catch(() => undefined);
  return tableFileOf(core, table.id);
}

/** Whether this one is to be made: no other is under way. */
function begin(core: Core, tableId: string): Promise<boolean> {
  return core.store.write(async (tx) => {
    const now = core.clock.now();
    const known = await tx.find('table_exports', { table_id: tableId });
    if (known !== undefined && isGoingOn(known, now)) return false;
    const { file_id = null, finished_at = null } = known ?? {};
    const times = { started_at: now, seen_at: now, finished_at };
    await tx.upsert('table_exports', { table_id: tableId, state: 'running', file_id, ...times, error: null });
    return true;
  });
}

function isGoingOn({ state, seen_at: seenAt }: TableExportRow, now: number): boolean {
  return state === 'running' && now - seenAt < silenceMs;
}

async function write(core: Core, actor: Actor, table: TableSchema, request: TableFileRequest): Promise<void> {
  const note = (changes: Partial<TableExportRow>) =>
    core.store.write((tx) =>
      tx.update('table_exports', { table_id: table.id }, { ...changes, seen_at: core.clock.now() }),
    );
  let toldAt = core.clock.monotonic();
  const onProgress = (): void => {
    if (core.clock.monotonic() - toldAt < wordMs) return;
    toldAt = core.clock.monotonic();
    note({}).catch(() => undefined);
  };
  try {
    const file = await storeFile(core, actor, await visibleApp(core, actor, table.appId), {
      content: exportRecords(core, actor, table, { ...request, onProgress }),
      filename: exportFilename(request.title, request.format),
      isPrivate: true,
      isOwn: true,
    });
    await note({ state: 'done', file_id: file.id, finished_at: core.clock.now() });
  } catch (error) {
    await note({ state: 'failed', error: reasonOf(error) }).catch(() => undefined);
    throw error;
  }
}

/** What may be told to whoever asked for the file. */
function reasonOf(error: unknown): string {
  return error instanceof AppError && error.code !== 'internal_error' ? error.message : 'The export failed.';
}

const nothing: TableFile = { isRunning: false, file: null, error: null };

async function tableFileOf(core: Core, tableId: string): Promise<TableFile> {
  return (await tableFilesOf(core, [tableId])).get(tableId) ?? nothing;
}

/** Those of several tables; tables without any are absent. Ask for tables that the reader may see. */
export async function tableFilesOf(core: Core, tableIds: readonly string[]): Promise<ReadonlyMap<string, TableFile>> {
  const rows = tableIds.length === 0 ? [] : await core.store.list('table_exports', { table_id: { in: [...tableIds] } });
  if (rows.length === 0) return new Map();
  const now = core.clock.now();
  const ids = rows.flatMap(({ file_id: id }) => id ?? []);
  const files = new Map(
    (await core.store.list('files', { id: { in: ids }, state: 'stored' })).map((one) => [one.id, one]),
  );
  return new Map(
    rows.map((row) => {
      const file = files.get(row.file_id ?? '');
      const isRunning = isGoingOn(row, now);
      // The server that made it ended before it could say anything.
      const isCutShort = row.state === 'running' && !isRunning;
      const error = isCutShort ? 'The export was interrupted. Please start it again.' : row.error;
      return [row.table_id, { isRunning, file: linkOf(core, file, row.finished_at), error }];
    }),
  );
}

function linkOf(core: Core, file: FileRow | undefined, finishedAt: number | null): TableFile['file'] {
  if (file === undefined || finishedAt === null || core.clock.now() >= finishedAt + linkLifeMs) return null;
  return { url: signedUrl(core, file.id, file.name, finishedAt + linkLifeMs), at: finishedAt };
}
