/** Time, passed in: the only module of the server that reads the machine's clocks. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970 (UTC). */
  now(): number;
  /** Monotonic time in milliseconds with fractions; never steps back, so limits are measured with it. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Under load many instants in a row are the same millisecond. */
let lastMs = 0;
let lastText = '1970-01-01T00:00:00.000Z';

/** `2026-03-05T09:07:11.042Z`: the one text form of an instant, in the API and in record columns. */
export function toIso(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
