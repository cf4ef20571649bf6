import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planFeatures, resolveLimit, shippedPlans } from './plans.ts';

const featuresOf = (id: string) => {
  const row = shippedPlans.find((plan) => plan.id === id);
  assert.ok(row);
  return planFeatures(row);
};

test('API access is in team and business, not in free', () => {
  assert.deepEqual(
    shippedPlans.map((plan) => [plan.id, planFeatures(plan).api_access]),
    [
      ['free', false],
      ['team', true],
      ['business', true],
    ],
  );
});

test('the documented limits hold in every shipped plan', () => {
  for (const plan of shippedPlans) {
    const { limits, personal_keys_per_user } = planFeatures(plan);
    assert.deepEqual([limits.app, limits.pair, limits.personal], [5, 20, 12]);
    assert.equal(personal_keys_per_user, 2);
    assert.ok(limits.native > 0);
  }
});

test('a plan row that says nothing readable gives no access and still limits', () => {
  for (const features of [
    {},
    { api_access: 'yes', limits: [1] },
    { limits: { app: -1, pair: 1.5, personal: '9', native: null } },
  ]) {
    const read = planFeatures({ id: 'x', name: 'X', position: 9, features });
    assert.equal(read.api_access, false);
    for (const perSecond of Object.values(read.limits)) assert.ok(perSecond > 0);
  }
});

test('the nearest limit that says anything applies, and 0 switches it off', () => {
  const features = featuresOf('team');
  const key = { kind: 'app' as const, limit_per_second: null };
  const none = { limits: {} };
  assert.equal(resolveLimit({ key, app: null, workspace: none, features }), 5);
  assert.equal(resolveLimit({ key, app: none, workspace: { limits: { app: 7, pair: 1 } }, features }), 7);
  assert.equal(resolveLimit({ key, app: { limits: { app: 8 } }, workspace: { limits: { app: 7 } }, features }), 8);
  assert.equal(resolveLimit({ key, app: { limits: { app: 0 } }, workspace: { limits: { app: 7 } }, features }), 0);
  assert.equal(
    resolveLimit({ key: { ...key, limit_per_second: 9 }, app: { limits: { app: 8 } }, workspace: none, features }),
    9,
  );
  assert.equal(
    resolveLimit({ key: { ...key, limit_per_second: 0 }, app: { limits: { app: 8 } }, workspace: none, features }),
    0,
  );
});
