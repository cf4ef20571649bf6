import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWritePace } from './write-pace.ts';

function setUp() {
  let at = 100;
  let reads = 0;
  const pace = createWritePace({ reads: () => reads, now: () => at });
  return {
    pace,
    /** Some reads, then some time. */
    pass(ms: number, count = 0) {
      reads += count;
      const isOpen = pace.isOpen();
      at += ms;
      return isOpen;
    },
    group(ms: number) {
      at += ms;
      pace.ended(at - ms, at);
    },
  };
}

test('a group begins at once where nobody reads', () => {
  const { pace, group } = setUp();
  assert.equal(pace.isOpen(), true);
  group(5);
  assert.equal(pace.isOpen(), true);
});

test('while reads keep coming, the next group waits ten times what the last one took', () => {
  const { pass, group } = setUp();
  group(1);
  for (let ms = 0; ms < 10; ms += 0.25) assert.equal(pass(0.25, 1), false, `after ${ms} ms`);
  assert.equal(pass(0.2, 1), true);
});

test('it begins as soon as no read has come for a while', () => {
  const { pass, group } = setUp();
  group(1);
  assert.equal(pass(0.2, 3), false);
  assert.equal(pass(0.2), false);
  assert.equal(pass(0), true);
});

test('no group waits for longer than 20 ms', () => {
  const { pass, group } = setUp();
  group(50);
  for (let ms = 0; ms < 20; ms += 0.25) assert.equal(pass(0.25, 1), false, `after ${ms} ms`);
  assert.equal(pass(0.25, 1), true);
});
