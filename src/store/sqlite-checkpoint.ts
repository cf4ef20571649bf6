/**
 * When to checkpoint: by the growth of the log and by time, on a worker thread that starts with the first one. The log is
 * not truncated but begun anew once all of it has been moved, so its file keeps the size of its highest mark, and a
 * sync seldom has new blocks to record.
 */
import { Worker } from 'node:worker_threads';
import type { Handle } from './sqlite-handle.ts';

export interface CheckpointLimits {
  /** A checkpoint starts when the log has grown by so much since the last. */
  readonly growthBytes: number;
  /** Above this, writes wait for the last part of a checkpoint (milliseconds), so that the log can begin anew. */
  readonly holdBytes: number;
  readonly intervalMs: number;
}

export const checkpointLimits: CheckpointLimits = {
  growthBytes: 16 * 1024 * 1024,
  holdBytes: 64 * 1024 * 1024,
  intervalMs: 30_000,
};

export interface CheckpointerDeps {
  readonly file: string;
  /** The writer's connection, which knows the log's length without taking a lock. */
  readonly handle: Handle;
  readonly limits: CheckpointLimits;
  /** Makes writes wait; and lets them go on. */
  readonly hold: () => void;
  readonly release: () => void;
  readonly onError: (error: CheckpointError) => void;
}

export interface Checkpointer {
  /** After each commit that wrote. */
  committed(): void;
  /** Ends the thread, after a checkpoint that is under way. */
  close(): Promise<void>;
}

/** A checkpoint that failed; `code` is SQLite's, or empty when the thread itself failed. */
class CheckpointError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'CheckpointError';
    this.code = code;
  }
}

interface Report {
  readonly frames: number;
  readonly moved: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export function createCheckpointer(deps: CheckpointerDeps): Checkpointer {
  const { limits } = deps;
  const { db } = deps.handle;
  const state = db.prepare('PRAGMA wal_checkpoint(NOOP)').raw(true);
  const frameBytes = (db.pragma('page_size', { simple: true }) as number) + 24;
  let worker: Worker | null = null;
  let isRunning = false;
  let isHolding = false;
  let isClosed = false;
  /** A database that was not closed well has a log to move. */
  let hasCommits = true;
  /** Length of the log when the last checkpoint ended. */
  let seenBytes = 0;
  const timer = setInterval(() => {
    if (hasCommits) start();
  }, limits.intervalMs).unref();

  function committed(): void {
    hasCommits = true;
    if (isRunning || isClosed) return;
    const bytes = logBytes();
    if (bytes < seenBytes) seenBytes = 0;
    if (bytes - seenBytes >= limits.growthBytes) start();
  }

  /** Since the log began anew; the file may be longer. */
  function logBytes(): number {
    try {
      const [, frames] = state.get() as [number, number, number];
      return frames * frameBytes;
    } catch {
      // It will be known after the next commit.
      return seenBytes;
    }
  }

  function start(): void {
    if (isRunning || isClosed) return;
    isRunning = true;
    hasCommits = false;
    worker ??= startWorker();
    // Held writes wait for this thread alone, so the process must not end meanwhile for want of anything else to do.
    worker.ref();
    worker.postMessage('checkpoint');
  }

  function startWorker(): Worker {
    const started = new Worker(new URL('./sqlite-checkpoint-worker.mjs', import.meta.url), {
      workerData: deps.file,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
    });
    started.on('message', ended);
    // A thread that has thrown takes no more messages: the next checkpoint starts another.
    const died = (reason: string): void => {
      if (worker !== started) return;
      worker = null;
      if (isRunning) ended({ frames: -1, moved: -1, error: { code: '', message: reason } });
    };
    started.on('error', (error) => died(String(error)));
    started.on('exit', () => died('the checkpoint thread has ended'));
    return started;
  }

  function ended(report: Report): void {
    isRunning = false;
    // Closing waits for the thread to exit, and nothing else may keep the process alive until then.
    if (isClosed) return;
    worker?.unref();
    const bytes = logBytes();
    seenBytes = bytes;
    if (isHolding) {
      isHolding = false;
      deps.release();
      // The next transaction begins the log anew.
      if (report.error === null) return;
    }
    if (report.error !== null) {
      hasCommits = true;
      return deps.onError(new CheckpointError(report.error.code, report.error.message));
    }
    // What was written meanwhile is never caught up with under load: then writes wait for one more, short, checkpoint.
    if (bytes >= limits.holdBytes && report.moved * frameBytes < bytes) {
      isHolding = true;
      deps.hold();
      start();
    }
  }

  return {
    committed,
    async close() {
      isClosed = true;
      clearInterval(timer);
      const running = worker;
      if (running === null) return;
      running.ref();
      const exited = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.postMessage('close');
      await exited;
    },
  };
}
