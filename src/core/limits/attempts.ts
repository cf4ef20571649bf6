/**
 * Failed attempts per network address. Over budget, a failing attempt is answered with "too many" instead of its reason;
 * an attempt that succeeds is never touched, so nobody is locked out by a neighbour behind the same address.
 */
import type { Clock } from '../clock.ts';
import { addressGroup } from '../keys/address-list.ts';
import { createRecentMap } from '../recent-map.ts';
import { admit, createRing, type Ring, waitOf } from './decide.ts';

export interface Attempts {
  /** Notes a failure; true when it is over budget. */
  fail(address: string): boolean;
  /** Seconds until a failure of this address is within budget again. */
  waitSeconds(address: string): number;
}

export interface AttemptsBudget {
  readonly failuresMax: number;
  readonly windowMs: number;
}

/** Far above what a misconfigured client's retries come to, far below what guessing would need. */
const attemptsBudget: AttemptsBudget = { failuresMax: 60, windowMs: 10_000 };

/**
 * Addresses remembered at most, some 15 MB. An attacker with more of them is not slowed down (fail open): a secret
 * cannot be guessed anyway, and forgetting is better than running out of memory.
 */
const addressesMax = 20_000;

export function createAttempts(clock: Clock, budget: AttemptsBudget = attemptsBudget): Attempts {
  const rings = createRecentMap<string, Ring>(addressesMax);
  return {
    fail(address) {
      const group = addressGroup(address);
      let ring = rings.get(group);
      if (ring === undefined) {
        ring = createRing();
        rings.set(group, ring);
      }
      return !admit(ring, clock.monotonic(), budget.failuresMax, budget.windowMs);
    },
    waitSeconds(address) {
      const ring = rings.get(addressGroup(address));
      return ring === undefined
        ? 0
        : Math.ceil(waitOf(ring, clock.monotonic(), budget.failuresMax, budget.windowMs) / 1000);
    },
  };
}
