import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { updateApp } from '../../../src/core/apps/update-app.ts';
import { systemActor } from '../../../src/core/context.ts';
import { createFakeClock, type FakeClock } from '../../harness.ts';
import { openShop, type Shop } from './shop.ts';

describe('five calls a second and app (wire/adalo.md §3)', () => {
  let clock: FakeClock;
  let shop: Shop;
  let root: string;
  before(async () => {
    clock = createFakeClock();
    shop = await openShop({ clock, areLimitsOn: true });
    root = shop.path(shop.items);
  });
  beforeEach(() => clock.advance(2000));
  after(() => shop.app.close());

  const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'] as const;

  test('the sixth call within a second is 429 with a JSON text and Retry-After: 1', async () => {
    const statuses: number[] = [];
    for (let call = 0; call < 5; call++) statuses.push((await shop.call('GET', root)).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
    const { status, json, headers } = await shop.call('GET', root);
    assert.deepEqual([status, json], [429, { error: 'Rate limit exceeded' }]);
    assert.equal(headers['retry-after'], '1');
    for (const name of names) assert.match(String(headers[name]), /^\d+$/);
  });

  test('who waits one second after a refusal is served, as NAV sync does before it tries once more', async () => {
    for (let round = 0; round < 3; round++) {
      for (let call = 0; call < 5; call++) await shop.call('GET', root);
      assert.equal((await shop.call('GET', root)).status, 429);
      clock.advance(1000);
      assert.equal((await shop.call('GET', root)).status, 200);
      clock.advance(1000);
    }
  });

  test('refused calls are not counted', async () => {
    for (let call = 0; call < 5; call++) await shop.call('GET', root);
    clock.advance(500);
    for (let call = 0; call < 20; call++) assert.equal((await shop.call('GET', root)).status, 429);
    clock.advance(500);
    assert.equal((await shop.call('GET', root)).status, 200);
  });

  test('every authenticated answer carries the three headers, whatever its status', async () => {
    const made = await shop.add(shop.items, { Name: 'x' });
    clock.advance(1000);
    const answers = [
      [200, await shop.call('GET', root)],
      [404, await shop.call('GET', `${root}/4242`)],
      [400, await shop.call('POST', root, { body: '[' })],
      [403, await shop.call('GET', root.replace(shop.app.appId, 'other'))],
      [204, await shop.call('DELETE', `${root}/${made.id}`)],
    ] as const;
    for (const [status, answer] of answers) {
      assert.equal(answer.status, status, answer.text);
      for (const name of names) assert.match(String(answer.headers[name]), /^\d+$/, `${status} ${name}`);
    }
    assert.equal(answers[0][1].headers['x-ratelimit-limit'], '5');
    assert.deepEqual(
      answers.map(([, answer]) => answer.headers['x-ratelimit-remaining']),
      ['4', '3', '2', '1', '0'],
    );
    const reset = Number(answers[0][1].headers['x-ratelimit-reset']);
    assert.ok(Math.abs(reset - clock.now() / 1000) <= 2, 'Unix time in seconds');
  });

  test('unauthenticated answers carry none of them', async () => {
    for (const request of [shop.app.request('GET', root), shop.call('GET', root, { key: 'x'.repeat(25) })]) {
      const { headers } = await request;
      for (const name of names) assert.equal(headers[name], undefined);
    }
  });

  test('the refusal of a right key, whose app is switched off, is authenticated: it carries them and is counted', async () => {
    await updateApp(shop.app.core, systemActor, shop.app.appId, { is_api_enabled: false });
    for (const remaining of ['4', '3', '2', '1', '0']) {
      const { status, headers } = await shop.call('GET', root);
      assert.deepEqual([status, headers['x-ratelimit-remaining']], [403, remaining]);
    }
    assert.equal((await shop.call('GET', root)).status, 429);
    clock.advance(1000);
    await updateApp(shop.app.core, systemActor, shop.app.appId, { is_api_enabled: true });
    assert.equal((await shop.call('GET', root)).status, 200);
  });

  test('a full page of parallel calls is admitted up to the limit exactly', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => shop.call('GET', root)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 5);
    assert.equal(answers.filter(({ status }) => status === 429).length, 25);
  });

  test('the limit of an app can be changed, and switched off, from the next call on', async () => {
    await updateApp(shop.app.core, systemActor, shop.app.appId, { limits: { app: 2 } });
    clock.advance(1000);
    const statuses = async (calls: number) => {
      const seen: number[] = [];
      for (let call = 0; call < calls; call++) seen.push((await shop.call('GET', root)).status);
      return seen;
    };
    assert.deepEqual(await statuses(3), [200, 200, 429]);
    await updateApp(shop.app.core, systemActor, shop.app.appId, { limits: { app: 0 } });
    assert.deepEqual(new Set(await statuses(20)), new Set([200]));
    const { headers } = await shop.call('GET', root);
    for (const name of names) assert.match(String(headers[name]), /^\d+$/, 'also without a limit');
  });
});
