import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adviceFor, type HourOfUse, type KeyFacts } from './key-advice.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 2, 5, 9, 30);

function factsWith(facts: Partial<KeyFacts>): KeyFacts {
  return {
    createdAt: now - 30 * dayMs,
    secretCreatedAt: now - 30 * dayMs,
    lastUsedAt: now - hourMs,
    hours: [],
    ...facts,
  };
}

function kindsOf(facts: Partial<KeyFacts>): string[] {
  return adviceFor(factsWith(facts), now).map((one) => one.kind);
}

/** The same number of calls in every hour of these days, counted back from the last. */
function steady(callsPerHour: number, fromDay: number, toDay: number): HourOfUse[] {
  const hours: HourOfUse[] = [];
  for (let hour = fromDay * 24; hour < toDay * 24; hour += 1) {
    hours.push({ at: Math.floor(now / hourMs - hour) * hourMs, calls: callsPerHour, refused: 0 });
  }
  return hours;
}

describe('advice about keys', () => {
  test('a key in ordinary use gets none', () => {
    assert.deepEqual(kindsOf({ hours: steady(100, 0, 8) }), []);
    assert.deepEqual(kindsOf({}), []);
  });

  test('a key is unused from the 90th day after its last use, or after its creation when it never was', () => {
    assert.deepEqual(kindsOf({ lastUsedAt: now - 90 * dayMs + 1 }), []);
    assert.deepEqual(kindsOf({ lastUsedAt: now - 90 * dayMs }), ['unused']);
    assert.deepEqual(kindsOf({ lastUsedAt: null, createdAt: now - 89 * dayMs }), []);
    assert.deepEqual(kindsOf({ lastUsedAt: null, createdAt: now - 91 * dayMs }), ['unused']);
  });

  test('a secret is old from the 365th day on, and a rotation makes it young again', () => {
    const createdAt = now - 800 * dayMs;
    assert.deepEqual(kindsOf({ createdAt, secretCreatedAt: now - 365 * dayMs }), ['old']);
    assert.deepEqual(kindsOf({ createdAt, secretCreatedAt: now - 364 * dayMs }), []);
  });

  test('five times the usual calls, or a fifth of them, is a change; less is not', () => {
    const usual = steady(20, 1, 8);
    assert.deepEqual(kindsOf({ hours: [...steady(100, 0, 1), ...usual] }), ['use_changed']);
    assert.deepEqual(kindsOf({ hours: [...steady(60, 0, 1), ...usual] }), []);
    assert.deepEqual(kindsOf({ hours: usual }), ['use_changed']);
    assert.deepEqual(kindsOf({ hours: [...steady(4, 0, 1), ...usual] }), ['use_changed']);
  });

  test('few calls are noise, and a key of two days has no habits yet', () => {
    assert.deepEqual(kindsOf({ hours: steady(8, 0, 1) }), []);
    assert.deepEqual(kindsOf({ createdAt: now - 2 * dayMs, hours: steady(1000, 0, 1) }), []);
  });

  test('an hour with fifty refusals that are half of its calls is a burst, for one day', () => {
    const hour = (ago: number, calls: number, refused: number) => [{ at: now - ago * hourMs, calls, refused }];
    assert.deepEqual(kindsOf({ hours: hour(1, 100, 50) }), ['refused_often']);
    assert.deepEqual(kindsOf({ hours: hour(1, 49, 49) }), []);
    assert.deepEqual(kindsOf({ hours: hour(1, 150, 60) }), []);
    assert.deepEqual(kindsOf({ hours: hour(25, 100, 80) }), []);
  });
});
