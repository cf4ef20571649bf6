import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createFakeClock, type FakeClock, type TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let clock: FakeClock;
before(async () => {
  clock = createFakeClock();
  app = await startDocumentedApp({ clock, areLimitsOn: true });
});
after(() => app.close());

async function limited(limit: number): Promise<{ id: string; call: () => ReturnType<TestApp['request']> }> {
  const { secrets, key } = await app.makeKey({ limit_per_second: limit });
  return { id: key.id, call: () => app.request('GET', '/api/v1/verify', { key: secrets.key ?? '' }) };
}

describe('the limit of a key', () => {
  test('429: says when to come again, and admits then', async () => {
    const { call } = await limited(3);
    const first = await call();
    assert.equal(first.headers['x-ratelimit-limit'], '3');
    assert.equal(first.headers['x-ratelimit-remaining'], '2');
    assert.equal(first.headers['ratelimit-policy'], '"calls";q=3;w=1');
    await call();
    await call();
    const refused = await call();
    assert.equal(refused.status, 429);
    assert.equal(refused.json.code, 'rate_limited');
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(refused.headers['x-ratelimit-remaining'], '0');
    clock.advance(1001);
    assert.equal((await call()).status, 200);
  });

  test('is changed at run time, from the next call on', async () => {
    const { id, call } = await limited(1);
    assert.equal((await call()).status, 200);
    assert.equal((await call()).status, 429);
    const change = (limit: number) =>
      app.request('PATCH', `/api/v1/keys/${id}`, { key: app.keys.native, body: { limit } });
    await change(5);
    assert.equal((await call()).status, 200);
    await change(0);
    for (let calls = 0; calls < 20; calls += 1) assert.equal((await call()).status, 200);
  });

  test('lets a create that it refused be sent again, and happen once', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { secrets } = await app.makeKey({ limit_per_second: 1 });
    const create = () =>
      app.request('POST', `/api/v1/tables/${table.id}/records`, {
        key: secrets.key ?? '',
        body: { fields: { Name: 'once' } },
        headers: { 'idempotency-key': 'limited' },
      });
    assert.equal((await create()).status, 201);
    assert.equal((await create()).status, 429);
    clock.advance(1001);
    assert.equal((await create()).headers['idempotency-replayed'], 'true');
    assert.equal(await app.core.store.records.count(table), 1);
  });
});

describe('guessing keys', () => {
  test('429: after many wrong ones from one address', async () => {
    const guess = (number: number) =>
      app.request('GET', '/api/v1/verify', { key: `tsr_${String(number).padStart(38, '0')}` });
    let status = 401;
    for (let number = 0; number < 500 && status === 401; number += 1) status = (await guess(number)).status;
    assert.equal(status, 429);
    const { json, headers } = await guess(1000);
    assert.equal(json.code, 'attempts_limited');
    assert.ok(Number(headers['retry-after']) >= 1);
  });
});

describe('browsers', () => {
  test('may call from any page, and read what the API says in headers', async () => {
    const asked = await app.request('OPTIONS', '/api/v1/tables/x/records', {
      headers: { origin: 'https://page.example', 'access-control-request-method': 'POST' },
    });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers['access-control-allow-origin'], '*');
    assert.match(String(asked.headers['access-control-allow-headers']), /Authorization.*Idempotency-Key.*If-Match/);
    const answer = await app.request('GET', '/api/v1/errors', { headers: { origin: 'https://page.example' } });
    assert.match(String(answer.headers['access-control-expose-headers']), /RateLimit.*ETag/);
  });
});
