/**
 * Call limits per subject, exact: no window of 1000 ms ever holds more than the limit of admitted calls. Refused calls
 * are not counted, so a client that waits 1000 ms after a refusal is admitted. Idle subjects are forgotten.
 */
import type { Clock } from '../clock.ts';
import { createRecentMap } from '../recent-map.ts';
import { admit, createRing, type Ring, remainingOf, waitOf } from './decide.ts';

export interface Decision {
  readonly isAdmitted: boolean;
  readonly limit: number;
  /** Calls still free in the current window. */
  readonly remaining: number;
  /** Milliseconds until at least one call is free again (0 when one is). */
  readonly resetMs: number;
}

export interface Limiter {
  /** Asks for one call. `limit` in calls per 1000 ms; a change of limit takes effect at once. Sync from memory, a promise when shared. */
  take(subject: string, limit: number): Decision | Promise<Decision>;
}

export const windowMs = 1000;

/** Longer than a window, so that what is forgotten can no longer matter. */
const generationMs = 10_000;

/** A limit of 0 is no limit: its decision admits and carries `limit` 0, for which no headers are sent. */
const unlimited: Decision = { isAdmitted: true, limit: 0, remaining: 0, resetMs: 0 };

/** What the in-memory limiter answers: no promise, so that callers on one node pay for none. */
export interface LocalLimiter extends Limiter {
  take(subject: string, limit: number): Decision;
  /** Subjects held in memory now. */
  subjects(): number;
}

/** Limits of one node, in memory. */
export function createLimiter(clock: Clock): LocalLimiter {
  const rings = createRecentMap<string, Ring>(Number.POSITIVE_INFINITY);
  let turnAt = clock.monotonic() + generationMs;

  return {
    take(subject, limit) {
      if (limit <= 0) return unlimited;
      const now = clock.monotonic();
      if (now >= turnAt) {
        rings.turn();
        turnAt = now + generationMs;
      }
      let ring = rings.get(subject);
      if (ring === undefined) {
        ring = createRing();
        rings.set(subject, ring);
      }
      const isAdmitted = admit(ring, now, limit, windowMs);
      return { isAdmitted, limit, remaining: remainingOf(ring, limit), resetMs: waitOf(ring, now, limit, windowMs) };
    },
    subjects: () => rings.size(),
  };
}
