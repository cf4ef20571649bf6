import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextAttemptAt, readRetryAfter, retryDelaysMs } from './schedule.ts';

const now = Date.UTC(2026, 2, 5, 9, 0, 0);

test('eight attempts: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((tries) => ((nextAttemptAt(tries, now, null, 0) ?? 0) - now) / 1000);
  assert.deepEqual(waits, [5, 300, 1800, 7200, 18_000, 36_000, 36_000]);
  assert.equal(nextAttemptAt(8, now, null, 0), null);
});

test('jitter only lengthens a wait, by a fifth at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      const delay = retryDelaysMs[tries - 1] ?? 0;
      const wait = (nextAttemptAt(tries, now, null, random) ?? 0) - now;
      assert.ok(wait >= delay && wait <= delay * 1.2 + 1);
    }),
  );
});

test('a receiver that asks for a longer wait gets it, up to a day; a shorter one changes nothing', () => {
  assert.equal(nextAttemptAt(1, now, '120', 0), now + 120_000);
  assert.equal(nextAttemptAt(2, now, '1', 0), now + 300_000);
  assert.equal(nextAttemptAt(1, now, '999999999', 0), now + 86_400_000);
});

test('Retry-After is read as seconds or as a date; anything else counts as absent', () => {
  assert.equal(readRetryAfter('30', now), 30_000);
  assert.equal(readRetryAfter(new Date(now + 90_000).toUTCString(), now), 90_000);
  assert.equal(readRetryAfter(new Date(now - 90_000).toUTCString(), now), 0);
  assert.equal(readRetryAfter('soon', now), null);
  assert.equal(readRetryAfter(null, now), null);
});

test('what is not worth delivering for long is tried within that time, and given up when little of it is left', () => {
  const until = now + 60_000;
  assert.equal(nextAttemptAt(1, now, null, 0, until), now + 5_000);
  assert.equal(nextAttemptAt(2, now, null, 0, until), now + 30_000);
  assert.equal(nextAttemptAt(3, now + 30_000, null, 0, until), now + 45_000);
  assert.equal(nextAttemptAt(5, now + 51_000, null, 0, until), null);
  assert.equal(nextAttemptAt(1, now, null, 0, now), null);
});

test('a wait that the receiver asks for is kept, or ends it when it is over too late', () => {
  const until = now + 60_000;
  assert.equal(nextAttemptAt(2, now, '50', 0, until), now + 50_000);
  assert.equal(nextAttemptAt(1, now, '61', 0, until), null);
});
