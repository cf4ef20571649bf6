/**
 * Runs the imports that wait, one after the other, in steps so small that requests are served between them. What a stop or a
 * crash interrupts goes on at the next start where it was, with nothing written twice.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { storageKey } from '../files/storage.ts';
import { keepDefaults } from '../retention/keep.ts';
import type { ImportRow } from '../system-rows.ts';
import { dropContent } from './delete-import.ts';
import { importActor } from './import-actor.ts';
import { checkImportOrder, orderOf, requestOf } from './import-order.ts';
import { forgetImport } from './import-run.ts';
import type { ImportSource } from './import-source.ts';
import type { TargetTable } from './import-target.ts';
import { rejectLengthMax, rejectsMax } from './list-rejects.ts';
import type { ImportPlan } from './plan-import.ts';
import type { ImportPreview } from './preview-import.ts';
import type { ImportProgress, RefusedRow } from './run-import.ts';

export interface Imports {
  /** Looks for imports that wait, should a notice have been missed. */
  wake(): void;
  /** Takes no more and lets go of the one that runs; it goes on at the next start. */
  stop(): Promise<void>;
}

/** So few that nobody waits long for one write of an import. */
const rowsPerWrite = 200;
/** How often it is noted how far an import is, and looked whether it was cancelled. */
const noteEveryMs = 500;
const hourMs = 3600 * 1000;

/** The server stops, or the import was cancelled: what remains to be done is done elsewhere. */
class ImportStopped extends Error {}

export function runImports(core: Core, onFailure: (error: unknown) => void): Imports {
  let isStopping = false;
  let running: Promise<void> | null = null;
  let isWanted = false;

  core.events.on('import.queued', pump);

  function pump(): void {
    isWanted = true;
    if (running !== null || isStopping) return;
    running = runAll()
      .catch(onFailure)
      .finally(() => {
        running = null;
      });
  }

  async function runAll(): Promise<void> {
    while (isWanted && !isStopping) {
      isWanted = false;
      const state = { in: ['running', 'planning', 'waiting'] } as const;
      const [next] = await core.store.list('imports', { state }, { orderBy: [['created_at', 'asc']], limit: 1 });
      if (next === undefined) return;
      isWanted = true;
      await runOne(core, next, () => isStopping, onFailure);
    }
  }

  pump();
  return {
    wake: pump,
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

async function runOne(
  core: Core,
  row: ImportRow,
  isStopping: () => boolean,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const journal = await openJournal(core, row, isStopping);
  try {
    const preview = await work(core, row, journal);
    await journal.note({});
    await forgetImport(core, row);
    await journal.end({ state: 'finished', preview: preview as unknown as Json });
  } catch (error) {
    if (error instanceof ImportStopped) {
      if (!isStopping()) await dropContent(core, row);
      return;
    }
    const isOurs =
      !(error instanceof AppError) || error.code === 'internal_error' || error.code === 'store_unavailable';
    if (isOurs) onFailure(error);
    const message = error instanceof AppError ? error.message : 'Something failed on the server; it has been logged.';
    await journal.end({ state: 'failed', error: message });
  }
  await dropContent(core, row);
}

/** @throws ImportStopped, and what planning and running throw; answers what a dry run found */
async function work(core: Core, row: ImportRow, journal: Journal): Promise<ImportPreview | null> {
  const actor = await importActor(core, row);
  if (actor === null)
    throw new AppError('credential_unknown', 'The key that began the import may not be used any more.');
  const wasWriting = row.state === 'running';
  const markedHours = (core.settings.keep ?? keepDefaults).idempotencyHours;
  if (wasWriting && core.clock.now() - row.seen_at > markedHours * hourMs) {
    const message = `It was interrupted more than ${markedHours} hours ago; what it had written is there. Import the rest anew.`;
    throw new AppError('body_invalid', message);
  }
  const order = orderOf(row);
  await checkImportOrder(core, actor, row.app_id, order);
  await journal.note({ state: wasWriting ? 'running' : 'planning', started_at: row.started_at ?? core.clock.now() });
  // Thirty files that only an import needs: the first one loads them, not the start of the server.
  const { createCoreTarget } = await import('./core-target.ts');
  const { planImport } = await import('./plan-import.ts');
  const { previewImport } = await import('./preview-import.ts');
  const { runImport } = await import('./run-import.ts');
  const target = createCoreTarget(core, actor, row.app_id, row);
  const plan = await planImport(target, requestOf(journal.source, order));
  try {
    await journal.note({ plan: keptPlan(plan) });
    await journal.note({ state: 'running' });
    if (row.is_dry_run === 1) {
      return await previewImport(core, actor, plan, (rows) => journal.count({ rows_read: rows }));
    }
    const after = wasWriting ? progressOf(row) : undefined;
    const listeners = {
      onTable: ({ id }: TargetTable) => journal.note({ table_id: id }),
      onRefused: journal.refuse,
      onProgress: journal.progress,
    };
    await runImport(target, plan, listeners, { rowsPerWrite, after });
    return null;
  } finally {
    plan.content.close();
  }
}

function progressOf({ rows_read: rows, created, updated, rejected: refused, line }: ImportRow): ImportProgress {
  return { rows, created, updated, refused, line };
}

function keptPlan({ content, columns, rows, notes }: ImportPlan): Json {
  return {
    format: content.format,
    rows,
    columns: [...content.columns],
    fields: columns.map(({ column, name, type, newField, filled, sample }) => ({
      column,
      field: name,
      type,
      is_new: newField !== null,
      options: { ...newField?.options },
      filled,
      sample: sample.slice(0, 200),
    })),
    notes: [...notes],
  };
}

/** What is written down about an import while it runs. */
interface Journal {
  readonly source: ImportSource;
  /** @throws ImportStopped when it was cancelled */
  note(changes: Partial<ImportRow>): Promise<void>;
  /** To be noted with the next. */
  count(changes: Partial<ImportRow>): void;
  refuse(row: RefusedRow): void;
  progress(progress: ImportProgress): Promise<void>;
  end(changes: Partial<ImportRow>): Promise<void>;
}

async function openJournal(core: Core, row: ImportRow, isStopping: () => boolean): Promise<Journal> {
  const { clock, store } = core;
  let pending: Partial<ImportRow> = {};
  let rejects: RefusedRow[] = [];
  let rejectsKept = await store.count('import_rejects', { import_id: row.id });
  let notedAt = clock.monotonic();

  async function note(changes: Partial<ImportRow>): Promise<void> {
    const all = { ...pending, ...changes, seen_at: clock.now() };
    const kept = rejects.slice(0, rejectsMax - rejectsKept);
    pending = {};
    rejects = [];
    notedAt = clock.monotonic();
    const isThere = await store.write(async (tx) => {
      const where = { id: row.id, state: { in: ['waiting', 'planning', 'running'] } } as const;
      if ((await tx.update('imports', where, all)) === 0) return false;
      for (const [at, { line, field, reason, cells }] of kept.entries()) {
        const n = rejectsKept + at + 1;
        await tx.insert('import_rejects', { import_id: row.id, n, line, field, reason, cells: shortened(cells) });
      }
      return true;
    });
    rejectsKept += kept.length;
    if (!isThere) throw new ImportStopped();
  }

  /** Requests come first; and whoever stops the server or cancels the import does not wait for its end. */
  async function breathe(): Promise<void> {
    await nextTurn();
    if (isStopping()) throw new ImportStopped();
    if (clock.monotonic() - notedAt >= noteEveryMs) await note({});
  }

  const source: ImportSource = {
    name: row.filename,
    bytes: row.total_bytes,
    async *open(start = 0) {
      const range = start === 0 ? undefined : { start, end: row.total_bytes - 1 };
      const content = await core.files.get(storageKey(row.file_id), range);
      if (content === null) throw new AppError('file_not_found', `${row.filename}: the file is not there any more.`);
      let read = start;
      for await (const chunk of content as AsyncIterable<Uint8Array>) {
        read += chunk.length;
        pending = { ...pending, read_bytes: read };
        yield chunk;
        await breathe();
      }
    },
  };

  return {
    source,
    note,
    count(changes) {
      pending = { ...pending, ...changes };
    },
    refuse(refused) {
      if (rejectsKept + rejects.length < rejectsMax) rejects.push(refused);
    },
    async progress({ rows, created, updated, refused, line }) {
      const changes = { rows_read: rows, created, updated, rejected: refused, line };
      pending = { ...pending, ...changes };
      await breathe();
    },
    async end(changes) {
      await note({ ...changes, finished_at: clock.now() }).catch((error: unknown) => {
        if (!(error instanceof ImportStopped)) throw error;
      });
    },
  };
}

function shortened(cells: readonly string[]): string[] {
  let left = rejectLengthMax;
  return cells.map((cell) => {
    const kept = cell.slice(0, left);
    left -= kept.length;
    return kept;
  });
}
