import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../harness.ts';

test('health and readiness are told without a key', async (t) => {
  const app = await startTestApp();
  t.after(() => app.close());
  assert.deepEqual((await app.request('GET', '/healthz')).json, { status: 'ok' });
  assert.deepEqual((await app.request('GET', '/readyz')).json, { status: 'ready', engine: 'sqlite' });
});

test('metrics count every answered request by method and status, with its duration', async (t) => {
  const app = await startTestApp();
  t.after(() => app.close());
  for (let n = 0; n < 3; n += 1) await app.request('GET', '/api/v1/me', { key: app.keys.native });
  await app.request('POST', '/api/v1/nowhere');
  const { status, headers, text } = await app.request('GET', '/metrics');
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^text\/plain/);
  assert.match(text, /^tessera_http_requests_total\{method="GET",status="200"\} 3$/m);
  assert.match(text, /^tessera_http_requests_total\{method="POST",status="404"\} 1$/m);
  assert.match(text, /^# TYPE tessera_http_request_duration_seconds histogram$/m);
  assert.match(text, /^tessera_http_request_duration_seconds_bucket\{le="\+Inf"\} 4$/m);
  assert.match(text, /^tessera_http_request_duration_seconds_count 4$/m);
  assert.match(text, /^tessera_store_healthy 1$/m);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});
