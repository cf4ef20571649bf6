/**
 * Decides whether one more request is taken while the server has more to do than it can: what is taken is answered in time,
 * and the rest is refused at once instead of making everybody wait. Bursts are taken whole, and a few clients are never
 * refused (docs/decisions/0011-shedding-load.md, 0020-turns-shorten.md).
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

/** As many clients as this, each waiting for its answers, never see a refusal. */
const alwaysTaken = 64;

/** Only a queue that has not been short for so long is one that stays; and only without refusals for so long it is over. */
const graceMs = 100;

/**
 * Whoever is taken in an overload waits for the turn before his and for his own, for several where he writes: so turns
 * become short where much is refused, quickly, and long again slowly, as a sender on a full network does with its window.
 */
const muchRefused = 0.25;
const shrink = 0.5;
const growth = 1.02;
/** The shortest, as a part of `turnMs` and of `alwaysTaken`. */
const shortest = 1 / 32;

/**
 * A few clients that come back at once keep short turns full, and would be refused for ever: now and then a long turn shows
 * whether the load is still there.
 */
const tryEveryMs = 30_000;

/** Refusing is no work: what is taken gets at least this part of the time that refusals took in the turn before. */
const workShare = 1 / 3;

export function createLoadGate({ turnMs, now, afterTurn = setImmediate }: LoadGateOptions): LoadGate {
  let inTurn = 0;
  let refusedInTurn = 0;
  let refused = 0;
  let isWatching = false;
  let isOverloaded = false;
  let turnBegan = 0;
  let lastCalm = 0;
  let lastRefusal = 0;
  let refusingSince = 0;
  let lastTry = 0;
  /** Part of `turnMs` that a turn may last now. */
  let length = 1;
  // What follows from it for this turn.
  let takenFirst = alwaysTaken;
  let limitMs = turnMs;

  function watch(): void {
    isWatching = true;
    turnBegan = now();
    settle(turnBegan);
    lastCalm = turnBegan;
    afterTurn(endTurn);
  }

  /** Ends an overload that is over. */
  function settle(at: number): void {
    if (!isOverloaded || at - lastRefusal < graceMs) return;
    isOverloaded = false;
    lastCalm = at;
    allow(1, 0);
  }

  /**
   * Whoever is ready when a turn begins waits in the kernel, where nobody can look, for as long as the turn lasts before
   * him: the age of the turn is the wait of the next. It counts commits, timers and all else that runs in the loop.
   */
  function endTurn(): void {
    // Nothing came in a whole turn: the server waits for requests, not they for it.
    if (inTurn === 0) {
      isWatching = false;
      return;
    }
    const at = now();
    if (isOverloaded) {
      allow(nextLength(at), refusedInTurn === 0 ? 0 : at - refusingSince);
    }
    if (refusedInTurn > 0) lastRefusal = at;
    else if (at - turnBegan < turnMs) lastCalm = at;
    settle(at);
    turnBegan = at;
    inTurn = 0;
    refusedInTurn = 0;
    afterTurn(endTurn);
  }

  function nextLength(at: number): number {
    if (at - lastTry >= tryEveryMs) {
      lastTry = at;
      return 1;
    }
    const isMuch = refusedInTurn > inTurn * muchRefused;
    return isMuch ? Math.max(shortest, length * shrink) : Math.min(1, length * growth);
  }

  function allow(newLength: number, refusingMs: number): void {
    length = newLength;
    takenFirst = alwaysTaken * length;
    limitMs = Math.max(turnMs * length, refusingMs * workShare);
  }

  function isLate(): boolean {
    const at = now();
    const age = at - turnBegan;
    if (!isOverloaded && age >= turnMs && at - lastCalm >= graceMs) {
      isOverloaded = true;
      lastTry = at;
    }
    if (!isOverloaded || age < limitMs) return false;
    if (refusedInTurn === 0) refusingSince = at;
    return true;
  }

  return {
    isFull() {
      if (turnMs === 0) return false;
      inTurn += 1;
      if (inTurn > takenFirst && isLate()) {
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
