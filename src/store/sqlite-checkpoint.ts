/**
 * When to checkpoint: by the size of the log and by time, on a worker thread that starts with the first one. The log is
 * not truncated but begun anew once all of it has been moved, so its file keeps the size of its highest mark.
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
  /** The writer's connection: it alone knows the log's length without taking a lock. */
  readonly handle: Handle;
  readonly limits: CheckpointLimits;
  readonly hold: () => void;
  readonly release: () => void;
  readonly onError: (error: Error) => void;
}

export interface Checkpointer {
  /** After each commit. */
  committed(): void;
  close(): Promise<void>;
}

interface Report {
  readonly frames: number;
  readonly moved: number;
  readonly error: Error | null;
}

const frameBytes = 4_096 + 24;

export function createCheckpointer(deps: CheckpointerDeps): Checkpointer {
  const { limits } = deps;
  const lengths = deps.handle.db.prepare('PRAGMA wal_checkpoint(NOOP)').raw(true);
  let worker: Worker | null = null;
  let isRunning = false;
  let isHolding = false;
  let isClosed = false;
  let hasCommits = true;
  /** Frames in the log when the last checkpoint ended. */
  let framesSeen = 0;
  const timer = setInterval(() => {
    if (hasCommits) start();
  }, limits.intervalMs).unref();

  function committed(): void {
    hasCommits = true;
    if (isRunning || isClosed) return;
    const frames = framesInLog();
    if (frames < framesSeen) framesSeen = 0;
    if ((frames - framesSeen) * frameBytes >= limits.growthBytes) start();
  }

  function framesInLog(): number {
    const [, frames] = lengths.get() as [number, number, number];
    return frames;
  }

  function start(): void {
    if (isRunning || isClosed) return;
    isRunning = true;
    hasCommits = false;
    worker ??= startWorker();
    worker.postMessage('checkpoint');
  }

  function startWorker(): Worker {
    const started = new Worker(new URL('./sqlite-checkpoint-worker.ts', import.meta.url), {
      workerData: deps.file,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
    });
    started.unref();
    started.on('message', ended);
    started.on('error', (error) => ended({ frames: -1, moved: -1, error: error as Error }));
    started.on('exit', () => {
      if (worker === started) worker = null;
    });
    return started;
  }

  function ended(report: Report): void {
    isRunning = false;
    framesSeen = Math.max(report.frames, 0);
    const wasHolding = isHolding;
    isHolding = false;
    if (wasHolding) deps.release();
    if (report.error !== null) return deps.onError(report.error);
    // Writes that came meanwhile are never caught up with under load: then the writer waits for one short checkpoint,
    // after which its next transaction begins the log anew.
    const frames = framesInLog();
    if (!wasHolding && !isClosed && report.moved < frames && frames * frameBytes >= limits.holdBytes) {
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
