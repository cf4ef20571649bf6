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
  const { gate, turn, turns } = gateByHand(16);
  turns(10, 200, 0.125);
  assert.equal(turn(200, 0.125), 128);
  assert.ok(gate.refused >= 72);
});

test('when more is refused than taken, less is taken, so that those do not wait for the refusals as well', () => {
  const { turn, turns } = gateByHand(16);
  turns(10, 1000, 0.125);
  assert.equal(turn(1000, 0.125), 16);
  assert.equal(turn(1000, 0.125), 16);
});

test('what is taken gets at least half as long as the refusals take', () => {
  const { turn, turns } = gateByHand(16, 0.0625);
  turns(20, 2000, 0.125);
  const taken = turn(2000, 0.125);
  const [workMs, refusingMs] = [taken * 0.125, (2000 - taken) * 0.0625];
  assert.ok(
    workMs > refusingMs * 0.45 && workMs < refusingMs * 0.55,
    `${workMs} ms of work, ${refusingMs} of refusals`,
  );
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
  assert.equal(turn(100, 0.125), 64);
});

test('a turn without refusals does not end a long overload at once', () => {
  const { turn, turns } = gateByHand(16);
  turns(10, 1000, 0.125);
  turn(10, 0.125);
  assert.equal(turn(1000, 0.125), 128);
});

test('a turn after the load is over, nothing is refused any more, and nothing is watched', () => {
  const { gate, turn, turns, pass, isWatching } = gateByHand(16);
  turns(20, 1000, 0.125);
  turn(30, 0.125);
  const { refused } = gate;
  for (let n = 0; n < 5; n += 1) assert.equal(turn(30, 0.125), 30);
  turn(0, 0);
  assert.equal(isWatching(), false);
  pass(100);
  assert.equal(turn(700, 0.125), 700, 'a burst is taken whole again');
  assert.equal(gate.refused, refused);
});

test('0 refuses nothing', () => {
  const { turn, isWatching } = gateByHand(0);
  for (let n = 0; n < 50; n += 1) assert.equal(turn(500, 1), 500);
  assert.equal(isWatching(), false);
});
