import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEvidence } from './evidence.ts';
import { proveSecrets } from './prove.ts';

test('no log, error, metric, title, command output, database or backup holds a secret', async () => {
  const report = await proveSecrets();
  assert.ok(report.secrets > 100, `only ${report.secrets} secrets were made`);
  assert.ok(report.requests > 1_000, `only ${report.requests} requests were sent`);
});

test('the search finds what it must, and tells it without saying it', () => {
  const evidence = createEvidence();
  evidence.shown('key', { data: { secret: 'tsr_0123456789' } });
  evidence.add('log', 'authorization: Bearer tsr_0123456789 was sent');
  const [finding, ...more] = evidence.search();
  assert.equal(more.length, 0);
  assert.equal(finding?.where, 'log');
  assert.doesNotMatch(JSON.stringify(finding), /tsr_0123456789/);
});
