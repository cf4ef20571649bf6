import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveLoad } from './prove.ts';

/** Where each dialect says it; what clients of each look at. */
const says: Readonly<Record<string, (body: Record<string, unknown>) => unknown>> = {
  native: ({ code, status }) => code === 'overloaded' && status === 503,
  adalo: ({ error }) => typeof error === 'string',
  retable: ({ statusCode, message }) => statusCode === 503 && typeof message === 'string',
  formaloo: ({ status, errors }) => status === 503 && typeof errors === 'object',
};

test('under three times what the server can do, what is taken is answered, the rest refused with Retry-After, and then all is well', async () => {
  let report = await proveLoad(5);
  // The machine may have had more to do while the server was measured than later: then three times was not too much.
  for (let times = 9; report.loaded.refused === 0 && times < 100; times *= 3) report = await proveLoad(5, { times });
  const { loaded, idle, after, healthAsked, healthAnswered, shed } = report;
  assert.equal(idle.refused, 0, 'refused while idle');
  assert.deepEqual([...loaded.wrong], []);
  assert.equal(loaded.hung, 0, 'requests hung');
  assert.equal(loaded.admitted.length + loaded.refused, loaded.sent, 'every request was answered');
  assert.ok(loaded.admitted.length > 0, 'none was taken');
  assert.ok(loaded.refused > 0, 'none was refused');
  assert.equal(shed, loaded.refused, 'the metric counts what was refused');
  for (const { kind, head, body } of loaded.samples) {
    assert.match(head, /^retry-after: 1$/im, kind);
    const [dialect = ''] = kind.split(' ');
    assert.ok(says[dialect]?.(JSON.parse(body)), `${kind}: ${body}`);
  }
  assert.equal(healthAnswered, healthAsked, 'health is told under load');
  assert.equal(after.refused, 0, 'refused when the load was over');
  assert.equal(after.admitted.length, after.sent);
});
