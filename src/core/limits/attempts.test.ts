import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttempts } from './attempts.ts';

function setup() {
  let at = 0;
  const clock = { now: () => 0, monotonic: () => at };
  return { attempts: createAttempts(clock, { failuresMax: 3, windowMs: 1000 }), advance: (ms: number) => (at += ms) };
}

test('failures over budget are told so until the window has passed, one address apart from another', () => {
  const { attempts, advance } = setup();
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => attempts.fail('192.0.2.1')),
    [false, false, false, true, true],
  );
  assert.equal(attempts.waitSeconds('192.0.2.1'), 1);
  assert.equal(attempts.fail('192.0.2.2'), false);
  advance(1000);
  assert.equal(attempts.waitSeconds('192.0.2.1'), 0);
  assert.equal(attempts.fail('192.0.2.1'), false);
});

test('addresses of one IPv6 network count together, and an IPv4 address counts the same in both spellings', () => {
  const { attempts } = setup();
  const spellings = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:0db8:0001:0002::3', '2001:db8:1:2:3:4:5:6'];
  assert.deepEqual(
    spellings.map((address) => attempts.fail(address)),
    [false, false, false, true],
  );
  assert.equal(attempts.fail('2001:db8:1:3::1'), false);
  const mapped = ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1', '::ffff:c000:201'];
  assert.deepEqual(
    mapped.map((address) => attempts.fail(address)),
    [false, false, false, true],
  );
});
