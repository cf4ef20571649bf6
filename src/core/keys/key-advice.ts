/**
 * Advice about keys, from what is known of their use: keys that nobody uses or that are old, use that has changed of a
 * sudden, and refusals in numbers that hint at a broken client or a stolen key. Decides only; `advise-keys.ts` reads.
 */

/** Unused for 90 days; older than a year; sudden change in use; burst of refusals. */
export type AdviceKind = 'unused' | 'old' | 'use_changed' | 'refused_often';

export interface KeyAdvice {
  readonly kind: AdviceKind;
  /** For people: what was noticed, and what to do. */
  readonly message: string;
}

/** Calls of one hour. */
export interface HourOfUse {
  /** Beginning of the hour, milliseconds since 1970. */
  readonly at: number;
  readonly calls: number;
  /** Those of them that were answered with 4xx. */
  readonly refused: number;
}

export interface KeyFacts {
  readonly createdAt: number;
  /** When the secret that is in use now was made: by creation or by the last rotation. */
  readonly secretCreatedAt: number;
  readonly lastUsedAt: number | null;
  /** The last eight days; hours without calls may be left out. */
  readonly hours: readonly HourOfUse[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const unusedDays = 90;
const oldDays = 365;
/** Days before the last one that it is compared with. */
export const comparedDays = 7;
/** How many times more, or fewer, calls are a change. */
const changeFactor = 5;
/** A change of fewer calls a day than this is noise. */
const changeCallsMin = 200;
const refusalsPerHourMin = 50;
const refusedShareMin = 0.5;

/** Empty when all is well. */
export function adviceFor(facts: KeyFacts, now: number): KeyAdvice[] {
  return [unused(facts, now), old(facts, now), changed(facts, now), refusedOften(facts, now)].filter(
    (one) => one !== null,
  );
}

function daysSince(at: number, now: number): number {
  return Math.floor((now - at) / dayMs);
}

function unused({ createdAt, lastUsedAt }: KeyFacts, now: number): KeyAdvice | null {
  const days = daysSince(lastUsedAt ?? createdAt, now);
  if (days < unusedDays) return null;
  const message = `Not used for ${days} days: delete it if nothing needs it.`;
  return { kind: 'unused', message };
}

function old({ secretCreatedAt }: KeyFacts, now: number): KeyAdvice | null {
  const days = daysSince(secretCreatedAt, now);
  return days < oldDays ? null : { kind: 'old', message: `The same secret for ${days} days: regenerate it.` };
}

function changed({ hours, createdAt }: KeyFacts, now: number): KeyAdvice | null {
  const before = Math.min(comparedDays, daysSince(createdAt, now) - 1);
  // A key of two days has no habits yet.
  if (before < 2) return null;
  const latest = sum(hours, now - dayMs, now);
  const usual = Math.round(sum(hours, now - dayMs * (1 + before), now - dayMs) / before);
  const isMore = latest >= usual * changeFactor;
  const isLess = usual >= latest * changeFactor;
  if (Math.abs(latest - usual) < changeCallsMin || !(isMore || isLess)) return null;
  const message = `${latest} calls in the last 24 hours, ${usual} on a usual day: see what it is used for.`;
  return { kind: 'use_changed', message };
}

function refusedOften({ hours }: KeyFacts, now: number): KeyAdvice | null {
  const worst = hours
    .filter(
      ({ at, calls, refused }) => at > now - dayMs && refused >= Math.max(refusalsPerHourMin, calls * refusedShareMin),
    )
    .sort((a, b) => b.refused - a.refused)[0];
  if (worst === undefined) return null;
  const message = `${worst.refused} of ${worst.calls} calls refused within one hour: check the client that uses it.`;
  return { kind: 'refused_often', message };
}

/** Calls of the hours that begin within a span. */
function sum(hours: readonly HourOfUse[], from: number, to: number): number {
  let calls = 0;
  for (const hour of hours) if (hour.at >= from && hour.at < to) calls += hour.calls;
  return calls;
}
