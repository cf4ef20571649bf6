import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoadGate } from './load-gate.ts';

/** A gate whose turns and time are moved by hand. Requests cost `costMs` when taken, refusals nothing unless said. */
function gateByHand(turnMs: number, refusalMs = 0) {
  let at = 1000;
  let ends: (() => void)[] = [];
  const gate = createLoadGate({ turnMs, now: () => at, afterTurn: (work) => ends.push(work) });
  const byHand = {
    gate,
    /** One turn of the event loop in which so many requests are ready; answers how many were taken. */
    turn(ready: number, costMs: number): number {
      let taken = 0;
      for (let n = 0; n < ready; n += 1) {
        const isTaken = !gate.isFull();
        if (isTaken) taken += 1;
        at += isTaken ? costMs : refusalMs;
      }
      const ended = ends;
      ends = [];
      for (const end of ended) end();
      return taken;
    },
    turns(count: number, ready: number, costMs: number): void {
      for (let n = 0; n < count; n += 1) byHand.turn(ready, costMs);
    },
    pass(ms: number): void {
      at += ms;
    },
    isWatching: () => ends.length > 0,
  };
  return byHand;
}

test('a burst is taken whole', () => {
  const { gate, turn } = gateByHand(16);
  assert.equal(turn(700, 0.125), 700);
  assert.equal(gate.refused, 0);
});

test('more than can be done in lasting turns is refused: some of it at first', () => {
  const { gate, turn } = gateByHand(16);
  const taken = Array.from({ length: 6 }, () => turn(200, 0.125));
  assert.deepEqual(taken, [200, 200, 200, 200, 128, 64]);
  assert.equal(gate.refused, 208);
});

test('while much is refused turns become short, so that those who are taken wait little; at the shortest two are taken', () => {
  const { turn } = gateByHand(16);
  const taken = Array.from({ length: 16 }, () => turn(1000, 0.125));
  assert.deepEqual(taken, [800, 128, 64, 32, 16, 8, ...Array(10).fill(4)]);
  assert.equal(turn(1000, 30), 2);
});

test('while little is refused turns become long again, little by little', () => {
  const { turn, turns } = gateByHand(16);
  turns(10, 1000, 0.125);
  let most = 4;
  for (let n = 0; n < 250; n += 1) {
    const taken = turn(most + 1, 0.125);
    assert.ok(taken <= most + 1);
    most = Math.max(most, taken);
  }
  assert.ok(most >= 128);
});

test('what is taken gets at least a third as long as the refusals take', () => {
  const { turn, turns } = gateByHand(16, 0.0625);
  turns(20, 2000, 0.125);
  const taken = turn(2000, 0.125);
  const [workMs, refusingMs] = [taken * 0.125, (2000 - taken) * 0.0625];
  assert.ok(workMs > refusingMs * 0.3 && workMs < refusingMs * 0.37, `${workMs} ms of work, ${refusingMs} of refusals`);
});

test('a few clients are never refused, however slow their requests are', () => {
  const { gate, turn } = gateByHand(16);
  for (let n = 0; n < 50; n += 1) assert.equal(turn(64, 30), 64);
  assert.equal(gate.refused, 0);
});

test('time that the loop spends on something else counts as well', () => {
  const { turn, pass } = gateByHand(16);
  for (let n = 0; n < 20; n += 1) {
    turn(100, 0.125);
    pass(20);
  }
  assert.equal(turn(100, 0.125), 2);
});

test('a turn without refusals does not end a long overload at once', () => {
  const { turn, turns } = gateByHand(16);
  turns(10, 1000, 0.125);
  assert.equal(turn(3, 0.125), 3);
  assert.ok(turn(1000, 0.125) <= 5);
});

test('a tenth of a second after the load nothing is refused any more, and nothing is watched', () => {
  const { gate, turn, turns, pass, isWatching } = gateByHand(16);
  turns(20, 1000, 0.125);
  const { refused } = gate;
  turn(0, 0);
  assert.equal(isWatching(), false);
  pass(100);
  assert.equal(turn(700, 0.125), 700, 'a burst is taken whole again');
  assert.equal(gate.refused, refused);
});

test('a few clients that come back at once after a load are taken again half a minute later', () => {
  const { gate, turns } = gateByHand(16, 0.0625);
  turns(20, 1000, 0.125);
  const seen: number[] = [];
  for (let n = 0; n < 25_000; n += 1) {
    const before = gate.refused;
    turns(1, 30, 0.125);
    seen.push(gate.refused - before);
  }
  assert.ok(
    seen.slice(10, 1000).every((one) => one > 0),
    'they are refused at first',
  );
  assert.ok(seen.slice(-1000).every((one) => one === 0));
});

test('0 refuses nothing', () => {
  const { turn, isWatching } = gateByHand(0);
  for (let n = 0; n < 50; n += 1) assert.equal(turn(500, 1), 500);
  assert.equal(isWatching(), false);
});
