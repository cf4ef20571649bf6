/** When a delivery that failed is tried again: pure arithmetic. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits before the second, third, … attempt: the schedule of Svix. With the first one at once these are eight attempts. */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  10 * hour,
];

/** A receiver may ask for a longer wait than the schedule has, but for no longer than this. */
const retryAfterMsMax = 24 * hour;

/** Retries of many deliveries that failed together are spread over this part of their wait. */
const jitter = 0.2;

/** The shortest wait. */
const delayMsMin = 5 * second;

/**
 * Time of the next attempt; null when there is none left.
 * @param tries attempts made so far, the failed one included
 * @param random from 0 to 1
 * @param until when it is no longer worth delivering; null: that does not end
 */
export function nextAttemptAt(
  tries: number,
  now: number,
  retryAfter: string | null,
  random: number,
  until: number | null = null,
): number | null {
  const delay = retryDelaysMs[tries - 1];
  if (delay === undefined) return null;
  const asked = Math.min(readRetryAfter(retryAfter, now) ?? 0, retryAfterMsMax);
  // Never earlier than was asked for.
  const at = Math.round(now + Math.max(delay, asked) * (1 + jitter * random));
  if (until === null || at <= until) return at;
  // The schedule comes too late: half of the time that is left is waited for, while that is long enough to mean something.
  const sooner = Math.round(now + Math.max((until - now) / 2, asked));
  return sooner <= until && sooner - now >= delayMsMin ? sooner : null;
}

/** The wait that a `Retry-After` header asks for, in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3). */
export function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * second;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
