import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLimiter, windowMs } from './limiter.ts';

function clockAt(start: number) {
  let at = start;
  return { now: () => 0, monotonic: () => at, advance: (ms: number) => (at += ms) };
}

/** Gaps between calls: none (bursts), fractions, tens of milliseconds, and the neighbourhood of a whole window. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 400, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(999, 999.999, 1000, 1000.001, 2500) },
);
const start = fc.double({ min: 0, max: 1e9, noNaN: true });

/** Each admission with the limit in force at it: that limit bounds the window that ends there. */
function assertExact(admitted: readonly { at: number; limit: number }[]): void {
  admitted.forEach(({ at, limit }, i) => {
    const before = admitted[i - limit];
    if (before !== undefined) assert.ok(at - before.at >= windowMs, `${limit + 1} calls within ${at - before.at} ms`);
  });
}

for (const limit of [1, 5, 12, 1000]) {
  test(`no window of 1000 ms holds more than ${limit} admitted calls, whenever they arrive`, () => {
    // Enough calls at a time that the largest limit is met too.
    const burst = limit >= 1000 ? 400 : 1;
    fc.assert(
      fc.property(start, fc.array(gap, { minLength: 10, maxLength: 120, size: 'max' }), (from, gaps) => {
        const clock = clockAt(from);
        const limiter = createLimiter(clock);
        const admitted: { at: number; limit: number }[] = [];
        let oldest = 0;
        for (const ms of gaps) {
          clock.advance(ms);
          for (let i = 0; i < burst; i++) {
            const at = clock.monotonic();
            while (at - (admitted[oldest]?.at ?? at) >= windowMs) oldest += 1;
            const live = admitted.length - oldest;
            const decision = limiter.take('k', limit);
            assert.equal(decision.isAdmitted, live < limit, 'a call is refused only when the window is full');
            if (decision.isAdmitted) admitted.push({ at, limit });
            assert.equal(decision.remaining, Math.max(0, limit - live - 1));
            assert.equal(decision.resetMs > 0, decision.remaining === 0);
          }
        }
        assertExact(admitted);
      }),
      { numRuns: limit >= 1000 ? 10 : 200 },
    );
  });
}

test('a limit that changes between calls is exact from the next call on', () => {
  const limits = fc.constantFrom(1, 2, 5, 12, 40);
  fc.assert(
    fc.property(
      start,
      fc.array(fc.tuple(gap, limits), { minLength: 10, maxLength: 200, size: 'max' }),
      (from, calls) => {
        const clock = clockAt(from);
        const limiter = createLimiter(clock);
        const admitted: { at: number; limit: number }[] = [];
        for (const [ms, limit] of calls) {
          clock.advance(ms);
          const at = clock.monotonic();
          const live = admitted.filter((one) => at - one.at < windowMs).length;
          const decision = limiter.take('k', limit);
          assert.equal(decision.isAdmitted, live < limit);
          if (decision.isAdmitted) admitted.push({ at, limit });
        }
        assertExact(admitted);
      },
    ),
  );
});

test('a client that waits 1000 ms after a refusal, or as long as it was told, is admitted', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 5, 12),
      fc.array(gap, { maxLength: 80 }),
      fc.boolean(),
      (limit, gaps, waitsAsTold) => {
        const clock = clockAt(0);
        const limiter = createLimiter(clock);
        for (const ms of gaps) {
          clock.advance(ms);
          const decision = limiter.take('k', limit);
          if (decision.isAdmitted) continue;
          assert.ok(decision.resetMs > 0 && decision.resetMs <= windowMs);
          // A nanosecond more than the wait: the sum of fractions may fall that short of it.
          clock.advance((waitsAsTold ? decision.resetMs : windowMs) + 1e-6);
          assert.ok(limiter.take('k', limit).isAdmitted);
        }
      },
    ),
  );
});

test('refused calls are not counted', () => {
  const clock = clockAt(0);
  const limiter = createLimiter(clock);
  for (let i = 0; i < 5; i++) assert.ok(limiter.take('k', 5).isAdmitted);
  for (let i = 0; i < 999; i++) {
    clock.advance(1);
    assert.equal(limiter.take('k', 5).isAdmitted, false);
  }
  clock.advance(1);
  assert.ok(limiter.take('k', 5).isAdmitted);
});

test('subjects do not share calls, and 0 is no limit', () => {
  const limiter = createLimiter(clockAt(0));
  assert.ok(limiter.take('a', 1).isAdmitted);
  assert.equal(limiter.take('a', 1).isAdmitted, false);
  assert.ok(limiter.take('b', 1).isAdmitted);
  for (let i = 0; i < 100; i++)
    assert.deepEqual(limiter.take('a', 0), { isAdmitted: true, limit: 0, remaining: 0, resetMs: 0 });
});

test('a clock that steps back widens no window', () => {
  const clock = clockAt(5000);
  const limiter = createLimiter(clock);
  assert.ok(limiter.take('k', 1).isAdmitted);
  clock.advance(-3000);
  assert.equal(limiter.take('k', 1).isAdmitted, false);
  clock.advance(3999);
  assert.equal(limiter.take('k', 1).isAdmitted, false);
  clock.advance(1);
  assert.ok(limiter.take('k', 1).isAdmitted);
});

test('idle subjects are forgotten', () => {
  const clock = clockAt(0);
  const limiter = createLimiter(clock);
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < 500; i++) limiter.take(`subject ${round} ${i}`, 5);
    clock.advance(5000);
  }
  assert.ok(limiter.subjects() <= 2500, String(limiter.subjects()));
});
