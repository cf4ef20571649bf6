/**
 * Reads before writes where both want the thread: after a group of writes, the next waits for as long as reads keep coming, up to
 * some times what the group took. Without reads beside them, writes wait for nothing (docs/decisions/0022-reads-before-writes.md).
 */
export interface WritePace {
  /** Of the group that has just ended. */
  ended(startedAt: number, endedAt: number): void;
  /** Whether the next group may begin. Asked once a turn while one waits. */
  isOpen(): boolean;
}

export interface WritePaceOptions {
  /** Reads that have been made so far. */
  readonly reads: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A write over HTTP takes several times what its group does: to be read, checked and answered. Reads get the rest. */
const pauseShare = 10;
/** Large groups, as of an import, are not held up longer than this. */
const pauseMsMax = 20;
/** Without a read for so long, nobody reads. */
const idleMs = 0.3;

export function createWritePace({ reads, now }: WritePaceOptions): WritePace {
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let readsSeen = reads();
  let lastReadAt = Number.NEGATIVE_INFINITY;

  return {
    ended(startedAt, endedAt) {
      pausedUntil = endedAt + Math.min(pauseMsMax, (endedAt - startedAt) * pauseShare);
    },
    isOpen() {
      const at = now();
      const count = reads();
      if (count !== readsSeen) {
        readsSeen = count;
        lastReadAt = at;
      }
      return at >= pausedUntil || at - lastReadAt > idleMs;
    },
  };
}
