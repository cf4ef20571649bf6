/**
 * Holds back what has been committed until it is on the disk. One sync runs at a time; all that is added meanwhile
 * shares the next one.
 */

export interface SyncQueueDeps<J> {
  /** Puts the log on the disk, off this thread. */
  readonly sync: () => Promise<void>;
  readonly settle: (jobs: readonly J[]) => void;
  readonly onFailed: (error: Error) => void;
}

export interface SyncQueue<J> {
  /** Jobs whose transaction has been committed; `needsSync` when it changed something. */
  add(jobs: readonly J[], needsSync: boolean): void;
  isIdle(): boolean;
  /** Gives up: empties the queue and returns what was in it. */
  takeAll(): J[];
}

export function createSyncQueue<J>(deps: SyncQueueDeps<J>): SyncQueue<J> {
  /** Waiting for the sync that runs; null when none does. */
  let syncing: readonly J[] | null = null;
  /** Waiting for the next one. */
  let waiting: J[] = [];
  let hasGivenUp = false;

  function start(): void {
    if (syncing !== null || waiting.length === 0 || hasGivenUp) return;
    syncing = waiting;
    waiting = [];
    deps.sync().then(synced, deps.onFailed);
  }

  function synced(): void {
    if (syncing === null) return;
    const durable = syncing;
    syncing = null;
    // The next sync runs while the answers go out.
    start();
    deps.settle(durable);
  }

  return {
    add(jobs, needsSync) {
      // Jobs that only read may have seen what is not yet on the disk: they wait like the others while anything does.
      if (!needsSync && syncing === null && waiting.length === 0) return deps.settle(jobs);
      for (const job of jobs) waiting.push(job);
      start();
    },
    isIdle: () => syncing === null && waiting.length === 0,
    takeAll() {
      hasGivenUp = true;
      const all = [...(syncing ?? []), ...waiting];
      syncing = null;
      waiting = [];
      return all;
    },
  };
}
