/**
 * Copies of a database file as it was at one moment, made on a thread of their own; also of a database that another process
 * has open, which is how a backup is made beside a running server.
 */
import { open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { DatabaseFacts, Snapshot } from '../core/store.ts';
import { readStoredFiles } from './read-files.ts';

interface Report {
  readonly facts: DatabaseFacts | null;
  readonly problems: readonly string[];
  readonly sha256: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Progress {
  readonly progress: { readonly done: number; readonly total: number };
}

const infix = '.snapshot-';
const forgottenMs = 24 * 3600 * 1000;

/** Of this process, that are still there. */
const copies = new Set<() => Promise<void>>();

/** For a process that is told to end while it has some. */
export async function removeSnapshots(): Promise<void> {
  for (const remove of copies) await remove();
}

type OnBytes = (done: number, total: number) => void;

/** The copy is beside the database until it is removed, plain and compressed: it takes as much room as the data in it, and a half. */
export async function snapshotSqlite(file: string, onBytes?: OnBytes): Promise<Snapshot> {
  await removeForgotten(file);
  const copy = `${file}${infix}${newId()}`;
  // It must not be readable by others for a moment, and an empty file is taken as it is.
  const packed = `${copy}.zst`;
  const remove = async (): Promise<void> => {
    await rm(copy, { force: true });
    await rm(`${copy}-journal`, { force: true });
    await rm(packed, { force: true });
    copies.delete(remove);
  };
  copies.add(remove);
  try {
    for (const made of [copy, packed]) await (await open(made, 'wx', 0o600)).close();
    const { facts, sha256 } = await runWorker({ file, into: copy, packedInto: packed, isChecked: false }, onBytes);
    if (facts === null) throw unusable(file, 'its copy tells nothing');
    const { size } = await stat(copy);
    return {
      facts,
      bytes: size,
      sha256,
      readCompressed: () => readPieces(packed),
      files: () => readStoredFiles(copy),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** In one buffer, again and again: new ones of this size would keep the garbage collector of the main thread busy. */
async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(1 << 18);
  const handle = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** A process that was killed leaves its copy: nobody needs a day for one. */
async function removeForgotten(file: string): Promise<void> {
  const now = systemClock.now();
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(basename(file) + infix)) continue;
    const path = join(dirname(file), name);
    const found = await stat(path).catch(() => null);
    if (found !== null && now - found.mtimeMs > forgottenMs) await rm(path, { force: true });
  }
}

export interface DatabaseState {
  /** Null where there are problems. */
  readonly facts: DatabaseFacts | null;
  /** Damage, in the engine's words; at most 20. Looked for only where that was asked for. */
  readonly problems: readonly string[];
}

/** What is in a database file. With `isChecked`, all of it is read to find damage. */
export function readDatabase(file: string, { isChecked = false } = {}): Promise<DatabaseState> {
  return runWorker({ file, into: null, packedInto: null, isChecked });
}

interface Order {
  readonly file: string;
  readonly into: string | null;
  readonly packedInto: string | null;
  readonly isChecked: boolean;
}

function runWorker(order: Order, onBytes?: OnBytes): Promise<DatabaseState & { readonly sha256: string }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./sqlite-snapshot-worker.mjs', import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    worker.on('message', (message: Report | Progress) => {
      if ('progress' in message) return onBytes?.(message.progress.done, message.progress.total);
      const { facts, problems, sha256, error } = message;
      if (error === null) resolve({ facts, problems, sha256 });
      else reject(unusable(order.file, `${error.code} ${error.message}`));
    });
    worker.once('error', (error) => reject(unusable(order.file, String(error))));
    worker.once('exit', () => reject(unusable(order.file, 'the thread has ended')));
  });
}

function unusable(file: string, why: string): AppError {
  const internal = `${file}: ${why}`;
  return new AppError('store_unavailable', `The database cannot be read now (${why}).`, { internal });
}
