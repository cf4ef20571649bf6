/**
 * Decides whether one more request is taken while the server has more to do than it can: what is taken is answered in time,
 * and the rest is refused at once instead of making everybody wait. Bursts are taken whole, and a few clients are never
 * refused (docs/decisions/0011-shedding-load.md).
 */

export interface LoadGate {
  /** Asked once for each request. */
  isFull(): boolean;
  /** Requests refused so far. */
  readonly refused: number;
}

export interface LoadGateOptions {
  /** How long a turn of the event loop may last under lasting load; 0: nothing is ever refused. */
  readonly turnMs: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Runs the work when the requests that are ready have been begun; tests make turns of their own. */
  readonly afterTurn?: (work: () => void) => void;
}

interface Strictness {
  /** So many of one turn are taken whatever they cost. */
  readonly alwaysTaken: number;
  /** Part of `turnMs` in which more are taken. */
  readonly share: number;
}

/** As many clients as this, each waiting for its answers, never see a refusal. */
const mild: Strictness = { alwaysTaken: 64, share: 1 };
/** More is refused than taken: those who are taken shall not wait for the refusals of the others as well. */
const severe: Strictness = { alwaysTaken: 8, share: 0.125 };
/** But refusing is no work: what is taken gets at least this part of the time that refusals took in the turn before. */
const workShare = 0.5;

/** Only a queue that has not been short for so long is one that stays; and only without refusals for so long it is over. */
const graceMs = 100;

export function createLoadGate({ turnMs, now, afterTurn = setImmediate }: LoadGateOptions): LoadGate {
  let inTurn = 0;
  let refusedInTurn = 0;
  let refused = 0;
  let isWatching = false;
  let isOverloaded = false;
  let strictness = mild;
  let turnBegan = 0;
  let lastCalm = 0;
  let lastRefusal = 0;
  let refusingSince = 0;
  let limitMs = turnMs;

  function watch(): void {
    isWatching = true;
    turnBegan = now();
    settle(turnBegan);
    lastCalm = turnBegan;
    afterTurn(endTurn);
  }

  function settle(at: number): void {
    if (!isOverloaded || at - lastRefusal < graceMs) return;
    isOverloaded = false;
    lastCalm = at;
  }

  /**
   * Whoever is ready when a turn begins waits in the kernel, where nobody can look, for as long as the turn lasts before
   * him: the age of the turn is the wait of the next. It counts commits, timers and all else that runs in the loop.
   */
  function endTurn(): void {
    // Nothing came in a whole turn: the server waits for requests, not they for it.
    if (inTurn === 0) {
      isWatching = false;
      judge(0);
      return;
    }
    const at = now();
    judge(refusedInTurn === 0 ? 0 : at - refusingSince);
    if (refusedInTurn > 0) lastRefusal = at;
    else if (at - turnBegan < turnMs) lastCalm = at;
    settle(at);
    turnBegan = at;
    inTurn = 0;
    refusedInTurn = 0;
    afterTurn(endTurn);
  }

  /** What the next turn may take, by what this one had to refuse and how long that took. */
  function judge(refusingMs: number): void {
    strictness = refusedInTurn > inTurn - refusedInTurn ? severe : mild;
    limitMs = Math.max(turnMs * strictness.share, refusingMs * workShare);
  }

  function isLate(): boolean {
    const at = now();
    const age = at - turnBegan;
    isOverloaded ||= age >= turnMs && at - lastCalm >= graceMs;
    if (!isOverloaded || age < limitMs) return false;
    if (refusedInTurn === 0) refusingSince = at;
    return true;
  }

  return {
    isFull() {
      if (turnMs === 0) return false;
      inTurn += 1;
      if (inTurn > strictness.alwaysTaken && isLate()) {
        refused += 1;
        refusedInTurn += 1;
        return true;
      }
      if (!isWatching) watch();
      return false;
    },
    get refused() {
      return refused;
    },
  };
}
