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

test('a secret is found however it is written', () => {
  const secret = 'tsr_k"8/Zx+7Qpm4W1';
  const written: readonly string[] = [
    JSON.stringify({ secret }),
    `?key=${encodeURIComponent(secret)}&x`,
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('hex').toUpperCase(),
    ...['', 'a', 'ab', 'abc:'].flatMap((before) =>
      (['base64', 'base64url'] as const).map((encoding) => Buffer.from(`${before}${secret}:after`).toString(encoding)),
    ),
  ];
  for (const text of written) {
    const evidence = createEvidence();
    evidence.secret('key', secret);
    evidence.add('somewhere', `before ${text} after`);
    assert.equal(evidence.search().length > 0, true, text);
  }
  const raw = Buffer.alloc(32, 0xa7);
  const evidence = createEvidence();
  evidence.secret('master key', raw.toString('base64'));
  evidence.add('somewhere', `x${raw.toString('hex')}x`);
  assert.equal(evidence.search()[0]?.what, 'master key, as its bytes in hexadecimal');
});
