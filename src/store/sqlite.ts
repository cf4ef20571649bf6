/**
 * The embedded engine: one SQLite file in WAL mode, a reader and a writer on this thread, group commit, and checkpoints
 * on a worker thread. What `write` acknowledges survives a power cut; readers never wait for a disk.
 */
import { closeSync, existsSync, fdatasync, fsyncSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Stored } from '../core/fields/field-type.ts';
import type { StoreHealth } from '../core/store.ts';
import type { Engine, SqlDialect } from './engine.ts';
import { type CheckpointLimits, checkpointLimits, createCheckpointer } from './sqlite-checkpoint.ts';
import { type Handle, isFatalCode, openHandle, storeUnavailable } from './sqlite-handle.ts';
import { createPrivateFile, lockDatabase } from './sqlite-lock.ts';
import { createReader, type Reader } from './sqlite-reader.ts';
import { snapshotSqlite } from './sqlite-snapshot.ts';
import { createWriter } from './sqlite-writer.ts';

export interface SqliteOptions {
  readonly file: string;
  /** A write to the disk failed and nothing is known any more: the process must end. Called once. */
  readonly onFatal?: (error: Error) => void;
  /** A checkpoint failed and will be tried again; the log grows meanwhile. */
  readonly onCheckpointError?: (error: Error) => void;
  readonly clock?: Clock;
  /** Tests replace the sync of the log. */
  readonly sync?: (fd: number) => Promise<void>;
  /** Tests look at the log after each commit that wrote, before anything else can happen to it. */
  readonly onCommit?: () => void;
  readonly checkpoint?: Partial<CheckpointLimits>;
}

const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  types: {
    text: 'TEXT',
    number: 'REAL',
    integer: 'INTEGER',
    boolean: 'INTEGER',
    json: 'TEXT',
    id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  },
  placeholder: () => '?',
  inList: (column) => `${column} IN (SELECT value FROM json_each(?))`,
  listParam,
  // Given as bytes, it is copied once, and not made into a text of ours first.
  unpacked: () => 'json_each(cast(? as text))',
  entry: (index) => `value ->> ${index}`,
  // SQLite counts empty values as smaller than all others, which is the order we want.
  nullsFirst: '',
  nullsLast: '',
};

/** JSON, with large numbers written as reals: SQLite would read `1e17` spelt out as an integer of other digits. */
function listParam(values: readonly Stored[]): string {
  const isPlain = values.every((value) => typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  if (isPlain) return JSON.stringify(values);
  const texts = values.map((value) => (typeof value === 'number' ? value.toExponential() : JSON.stringify(value)));
  return `[${texts.join()}]`;
}

/** Before 3.51.3 a checkpoint racing with a writer could lose a transaction (the WAL-reset bug). */
const sqliteVersionMin = [3, 51, 3] as const;

export async function openSqlite(options: SqliteOptions): Promise<Engine> {
  const changedDirectories = createDirectories(dirname(resolve(options.file)));
  const file = realFile(resolve(options.file));
  const clock = options.clock ?? systemClock;
  const unlock = lockDatabase(file);
  let writer: Handle | null = null;
  let reader: Handle | null = null;
  try {
    createPrivateFile(file);
    writer = openWriter(file, clock);
    reader = openHandle(file, { isReadonly: true, cacheKib: 12_000, busyMs: 1_000, temporary: 'FILE', clock });
    const walFd = openSync(`${file}-wal`, 'r+');
    for (const directory of [dirname(file), ...changedDirectories]) syncDirectory(directory);
    return assemble(file, options, writer, createReader(reader), walFd, unlock);
  } catch (error) {
    reader?.db.close();
    writer?.db.close();
    unlock();
    throw error;
  }
}

function assemble(
  file: string,
  options: SqliteOptions,
  writerHandle: Handle,
  reader: Reader,
  walFd: number,
  unlock: () => void,
): Engine {
  const sync = options.sync ?? fdatasyncOffThread;
  let health: StoreHealth = { isHealthy: true, reason: null, engine: 'sqlite' };
  let isClosed = false;
  let closing: Promise<void> | null = null;

  const writer = createWriter({
    handle: writerHandle,
    sync: () => sync(walFd),
    clock: options.clock ?? systemClock,
    reads: reader.count,
    onBegin: reader.endSnapshot,
    onCommit: () => {
      reader.endSnapshot();
      options.onCommit?.();
      checkpointer.committed();
    },
    onFatal: (error) => {
      health = { isHealthy: false, reason: `a write to the disk failed: ${error.message}`, engine: 'sqlite' };
      options.onFatal?.(error);
    },
  });
  const checkpointer = createCheckpointer({
    file,
    handle: writerHandle,
    limits: { ...checkpointLimits, ...options.checkpoint },
    hold: writer.hold,
    release: writer.release,
    onError: (error) => {
      if (isFatalCode(error.code)) writer.fail(error);
      else options.onCheckpointError?.(error);
    },
  });

  async function close(): Promise<void> {
    await writer.finish();
    await checkpointer.close();
    isClosed = true;
    reader.endSnapshot();
    try {
      // Here, and only here, on this thread: nobody waits any more. The last connection to close removes the log.
      if (health.isHealthy) writerHandle.db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      options.onCheckpointError?.(error as Error);
    } finally {
      reader.close();
      writerHandle.db.close();
      closeSync(walFd);
      unlock();
    }
  }

  function open(): Reader {
    if (isClosed) throw storeUnavailable('the store is closed');
    return reader;
  }

  return {
    dialect: sqliteDialect,
    async rows<R>(sql: string, params: Parameters<Engine['rows']>[1]): Promise<R[]> {
      return open().rows(sql, params) as R[];
    },
    async arrays(sql, params) {
      return open().arrays(sql, params);
    },
    write: writer.write,
    snapshot: async (onBytes) => {
      open();
      return snapshotSqlite(file, onBytes);
    },
    health: () => health,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function openWriter(file: string, clock: Clock): Handle {
  // No waiting for locks: this thread answers requests, and the writer asks again later by itself.
  const handle = openHandle(file, { isReadonly: false, cacheKib: 4_000, busyMs: 0, temporary: 'MEMORY', clock });
  const { db } = handle;
  try {
    requireVersion(db.prepare('SELECT sqlite_version()').pluck().get() as string);
    const mode = db.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal')
      throw new Error(`The database ${file} cannot use WAL mode on this file system (it is in ${mode} mode).`);
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 0');
    // A log that one giant transaction has made long is cut when it begins anew.
    db.pragma(`journal_size_limit = ${2 * checkpointLimits.holdBytes}`);
    db.pragma('foreign_keys = ON');
    // The log's file exists from the first read on, and stays the same file for as long as this connection is open.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return handle;
  } catch (error) {
    db.close();
    throw error;
  }
}

function requireVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [i, least] of sqliteVersionMin.entries()) {
    const part = parts[i] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new Error(`SQLite ${version} is too old: ${sqliteVersionMin.join('.')} or later is needed.`);
  }
}

/** Creates what is missing of a directory's path; returns the directories whose entries changed. */
function createDirectories(directory: string): string[] {
  const changed: string[] = [];
  for (let path = directory; !existsSync(path); path = dirname(path)) changed.push(dirname(path));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return changed;
}

/** Without symbolic links, so that two names of one file meet at the same lock. */
function realFile(file: string): string {
  return existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));
}

/** A new file survives a power cut only when its directory has been synced too. */
function syncDirectory(directory: string): void {
  // Windows has no way to sync a directory, and no need.
  if (process.platform === 'win32') return;
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function fdatasyncOffThread(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}
