import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveIsolation, unknownRoutes } from './prove.ts';

test('nobody reaches, changes or learns of what is not theirs, on any route of any dialect', async () => {
  const report = await proveIsolation();
  assert.ok(report.requests > report.routes * 10);
});

test('a route that the matrix does not know fails it, with what to do', () => {
  const route = { method: 'GET', url: '/api/v1/brand/new', config: {}, schema: {} };
  const [advice, problem] = unknownRoutes([route]);
  assert.match(advice ?? '', /Add one that says who is answered there/);
  assert.match(problem ?? '', /GET \/api\/v1\/brand\/new has no entry/);
});
