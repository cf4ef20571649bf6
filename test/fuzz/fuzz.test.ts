import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport, proveFuzz } from './prove.ts';

const requests = 20_000;

test('whatever is sent to whatever route, there is no fault, no hang and no half-done write', async () => {
  const report = createReport();
  await proveFuzz(requests, Date.now() % 1e9, report);
  assert.ok(report.requests >= requests);
  assert.ok(report.reached.size > 50, `only ${report.reached.size} routes also answered with success`);
});
