/**
 * The arithmetic of call limits, without clock or state of its own: a ring remembers when calls were admitted, and a call
 * is admitted when fewer than `limit` of them lie less than one window back. So no window ever holds more than `limit`.
 */

/** Admission times of the last window, oldest first, in a buffer that grows by doubling and is then reused. */
export interface Ring {
  times: Float64Array;
  /** Position of the oldest. */
  head: number;
  size: number;
}

const capacityMin = 8;

export function createRing(): Ring {
  return { times: new Float64Array(capacityMin), head: 0, size: 0 };
}

/** Time `index` places after the oldest. The capacity is a power of two, so the mask wraps around. */
function timeAt(ring: Ring, index: number): number {
  return ring.times[(ring.head + index) & (ring.times.length - 1)] ?? 0;
}

/** The call's own time: never before the latest admission, so that a clock that steps back cannot widen a window. */
function orderly(ring: Ring, now: number): number {
  return ring.size === 0 ? now : Math.max(now, timeAt(ring, ring.size - 1));
}

/** Forgets what lies a whole window back. Each admission is forgotten once: O(1) per call in the long run. */
function forget(ring: Ring, now: number, windowMs: number): void {
  // The difference is compared, not `oldest + windowMs`, so that the rule is the one that the property test states.
  while (ring.size > 0 && now - timeAt(ring, 0) >= windowMs) {
    ring.head = (ring.head + 1) & (ring.times.length - 1);
    ring.size -= 1;
  }
}

function grow(ring: Ring): void {
  const times = new Float64Array(ring.times.length * 2);
  for (let i = 0; i < ring.size; i++) times[i] = timeAt(ring, i);
  ring.times = times;
  ring.head = 0;
}

/** Decides about one call at `now`; an admitted one is remembered, a refused one leaves no trace. */
export function admit(ring: Ring, now: number, limit: number, windowMs: number): boolean {
  const at = orderly(ring, now);
  forget(ring, at, windowMs);
  // A limit that was lowered just now may be exceeded by what is remembered; then nothing is admitted until enough has aged.
  if (ring.size >= limit) return false;
  if (ring.size === ring.times.length) grow(ring);
  ring.times[(ring.head + ring.size) & (ring.times.length - 1)] = at;
  ring.size += 1;
  return true;
}

/** Calls that would still be admitted at the time of the last decision. */
export function remainingOf(ring: Ring, limit: number): number {
  return Math.max(0, limit - ring.size);
}

/** Milliseconds from `now` until a call is admitted again; 0 when one is now. */
export function waitOf(ring: Ring, now: number, limit: number, windowMs: number): number {
  if (ring.size < limit) return 0;
  // The call after which fewer than `limit` are left in the window: the oldest, unless the limit was lowered.
  // In the terms of the decision, so that a wait is never rounded to nothing while the call is still refused.
  return Math.max(0, windowMs - (orderly(ring, now) - timeAt(ring, ring.size - limit)));
}
