/**
 * Group commit: works queued in one turn of the event loop share a transaction, each inside its own savepoint, and the
 * groups that commit while a sync runs share the next sync. A promise settles only after everything its work could
 * have seen is on the disk. Deferred constraints do not belong here: only COMMIT would check them, for the whole group.
 */
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { EngineTx } from './engine.ts';
import { type Handle, isFatalCode, sqliteCode, storeUnavailable, translated } from './sqlite-handle.ts';
import { createSyncQueue } from './sqlite-sync.ts';
import { WorkTx } from './sqlite-tx.ts';
import { createWritePace } from './write-pace.ts';

export interface WriterDeps {
  readonly handle: Handle;
  /** Puts the log on the disk, off this thread. */
  readonly sync: () => Promise<void>;
  readonly clock: Clock;
  /** How many reads have been made beside the writes. */
  readonly reads: () => number;
  /** Before each transaction. */
  readonly onBegin: () => void;
  /** After each commit that wrote. */
  readonly onCommit: () => void;
  /** Nothing is known about the disk any more; called once. */
  readonly onFatal: (error: Error) => void;
}

export interface Writer {
  write<T>(work: (tx: EngineTx) => Promise<T>): Promise<T>;
  /** Begins no group until `release`. */
  hold(): void;
  release(): void;
  /** Refuses new works; resolves when all queued ones have settled. */
  finish(): Promise<void>;
  /** Refuses everything from now on, also what waits. */
  fail(error: Error): void;
}

interface Job {
  readonly work: (tx: EngineTx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  outcome: unknown;
  hasFailed: boolean;
}

/** One group must not hold the event loop for long: requests are answered between groups. */
const worksMax = 512;
const groupMs = 5;
/** Another process holds the write lock (an SQL shell, say): how often and how long to ask again. */
const busyRetryMs = 5;
const busyTriesMax = 1_000;

export function createWriter(deps: WriterDeps): Writer {
  const { handle, clock } = deps;
  const { db } = handle;
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const savepoint = db.prepare('SAVEPOINT work');
  const releaseSavepoint = db.prepare('RELEASE work');
  const rollbackToSavepoint = db.prepare('ROLLBACK TO work');
  const committed = createSyncQueue<Job>({ sync: deps.sync, settle, onFailed: fail });
  const pace = createWritePace({ reads: deps.reads, now: clock.monotonic });

  let queue: Job[] = [];
  let head = 0;
  let group: Job[] = [];

  let isScheduled = false;
  let isHeld = false;
  let isFinishing = false;
  let failure: Error | null = null;
  let onIdle: (() => void) | null = null;
  let busyTries = 0;

  let current: Job | null = null;
  let currentTx: WorkTx | null = null;
  let isAlone = false;
  let startedAt = 0;

  function write<T>(work: (tx: EngineTx) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (failure !== null) return reject(storeUnavailable(`the disk failed before: ${failure.message}`, failure));
      if (isFinishing) return reject(storeUnavailable('the store is closing'));
      queue.push({ work, resolve: resolve as (value: unknown) => void, reject, outcome: undefined, hasFailed: false });
      schedule();
    });
  }

  function schedule(): void {
    if (isScheduled || isHeld || current !== null || head === queue.length) return;
    isScheduled = true;
    setImmediate(awaitPace);
  }

  function awaitPace(): void {
    if (pace.isOpen()) runGroup();
    else setImmediate(awaitPace);
  }

  function runGroup(): void {
    isScheduled = false;
    if (isHeld || failure !== null || head === queue.length) return;
    handle.hasWritten = false;
    deps.onBegin();
    try {
      begin.run();
    } catch (error) {
      return beginFailed(error);
    }
    busyTries = 0;
    startedAt = clock.monotonic();
    // A work that has the transaction to itself needs no savepoint: rolling back the transaction is the same.
    isAlone = queue.length - head === 1;
    setImmediate(abandonStuck);
    runNext();
  }

  function beginFailed(error: unknown): void {
    if (sqliteCode(error).startsWith('SQLITE_BUSY') && busyTries++ < busyTriesMax) {
      isScheduled = true;
      setTimeout(runGroup, busyRetryMs);
      return;
    }
    busyTries = 0;
    rejectAll(takeQueue(), translated(error));
    if (isFatalCode(sqliteCode(error))) fail(error as Error);
    reportIdle();
  }

  function runNext(): void {
    const isFull = isAlone ? group.length > 0 : group.length >= worksMax || clock.monotonic() - startedAt >= groupMs;
    const job = isFull ? undefined : queue[head];
    if (job === undefined) return commitGroup();
    head += 1;
    if (head === queue.length) {
      queue = [];
      head = 0;
    }
    current = job;
    const tx = new WorkTx(handle);
    currentTx = tx;
    let running: Promise<unknown>;
    try {
      if (!isAlone) savepoint.run();
      running = job.work(tx);
    } catch (error) {
      running = Promise.reject(error);
    }
    running.then(
      (value) => {
        if (current === job) endWork(job, value, false);
      },
      (error) => {
        if (current === job) endWork(job, error, true);
      },
    );
  }

  function endWork(job: Job, outcome: unknown, hasFailed: boolean): void {
    current = null;
    currentTx?.close();
    currentTx = null;
    job.outcome = outcome;
    job.hasFailed = hasFailed;
    group.push(job);
    // Some errors (disk full, I/O) make SQLite roll back the whole transaction by itself.
    if (!db.inTransaction) return groupLost(outcome);
    try {
      if (isAlone) {
        if (hasFailed) rollback.run();
      } else {
        if (hasFailed) rollbackToSavepoint.run();
        releaseSavepoint.run();
      }
    } catch (error) {
      return groupLost(error);
    }
    runNext();
  }

  /**
   * Runs one turn of the event loop after the group began, when every promise that a transaction can give has long been
   * settled: whoever is still running waits for something else, and would hold the transaction for as long as that takes.
   * The next group is scheduled after this was, so it cannot be that one's work.
   */
  function abandonStuck(): void {
    const job = current;
    if (job === null) return;
    setImmediate(abandonStuck);
    const internal = 'a work inside write awaited something other than its transaction';
    endWork(job, new AppError('internal_error', undefined, { internal }), true);
  }

  function commitGroup(): void {
    const done = group;
    group = [];
    // A lone work that failed has been rolled back already.
    const isOpen = db.inTransaction;
    const hasWritten = isOpen && handle.hasWritten;
    if (isOpen) {
      try {
        commit.run();
      } catch (error) {
        group = done;
        return groupLost(error);
      }
    }
    pace.ended(startedAt, clock.monotonic());
    committed.add(done, hasWritten);
    if (hasWritten) deps.onCommit();
    schedule();
    reportIdle();
  }

  function groupLost(error: unknown): void {
    const lost = group;
    group = [];
    try {
      if (db.inTransaction) rollback.run();
    } catch (rollbackError) {
      fail(rollbackError as Error);
    }
    const cause = error instanceof AppError ? error : translated(error);
    rejectAll(lost, storeUnavailable('the transaction of this group was rolled back', cause));
    if (isFatalCode(sqliteCode(error))) fail(error as Error);
    schedule();
    reportIdle();
  }

  function settle(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (job.hasFailed) job.reject(job.outcome);
      else job.resolve(job.outcome);
    }
    reportIdle();
  }

  function fail(error: Error): void {
    if (failure !== null) return;
    failure = error;
    const running = current === null ? [] : [current];
    const waiting = [...committed.takeAll(), ...group, ...running, ...takeQueue()];
    currentTx?.close();
    current = currentTx = null;
    group = [];
    rejectAll(waiting, storeUnavailable(`failed to put the log on disk: ${error.message}`, error));
    deps.onFatal(error);
    reportIdle();
  }

  function takeQueue(): Job[] {
    const waiting = queue.slice(head);
    queue = [];
    head = 0;
    return waiting;
  }

  function reportIdle(): void {
    if (onIdle === null || current !== null || group.length > 0 || head < queue.length) return;
    if (committed.isIdle()) onIdle();
  }

  return {
    write,
    fail,
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      schedule();
    },
    finish() {
      isFinishing = true;
      return new Promise((resolve) => {
        onIdle = resolve;
        reportIdle();
      });
    },
  };
}

function rejectAll(jobs: readonly Job[], error: unknown): void {
  for (const job of jobs) job.reject(error);
}
