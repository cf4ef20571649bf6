import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { systemActor } from '../../../src/core/context.ts';
import { updateKey } from '../../../src/core/keys/update-key.ts';
import { createFakeClock } from '../../harness.ts';
import { openOffice, v1 } from './office.ts';

describe('calls per second (wire/retable.md §2.4, §10)', () => {
  test('the 13th call within a second is 429 with Retry-After, and admitted a second after the first', async () => {
    const clock = createFakeClock();
    const office = await openOffice({ clock, areLimitsOn: true });
    try {
      for (let call = 1; call <= 12; call += 1) {
        const { status, headers } = await office.call('GET', '/workspace');
        assert.equal(status, 200);
        assert.equal(headers['x-ratelimit-limit'], '12');
        assert.equal(headers['x-ratelimit-remaining'], String(12 - call));
      }
      clock.advance(999);
      const refused = await office.call('GET', '/workspace');
      assert.equal(refused.status, 429);
      assert.equal(refused.headers['retry-after'], '1');
      const { message, ...rest } = refused.json;
      assert.deepEqual(rest, { statusCode: 429, error: 'Too Many Requests' });
      assert.equal(typeof message, 'string');
      clock.advance(1);
      assert.equal((await office.call('GET', '/workspace')).status, 200);
    } finally {
      await office.app.close();
    }
  });

  test('two keys of one user have twelve calls each', async () => {
    const office = await openOffice({ clock: createFakeClock(), areLimitsOn: true });
    try {
      const second = (await office.app.makeKey({ kind: 'personal' })).secrets.key ?? '';
      const keys = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? office.app.keys.personal : second));
      const answers = await Promise.all(
        keys.map(async (ApiKey) => {
          const { status } = await office.app.request('GET', `${v1}/workspace`, { headers: { ApiKey } });
          return { ApiKey, status };
        }),
      );
      for (const key of [office.app.keys.personal, second]) {
        const statuses = answers.filter((one) => one.ApiKey === key).map(({ status }) => status);
        assert.equal(statuses.filter((status) => status === 200).length, 12);
        assert.equal(statuses.filter((status) => status === 429).length, 3);
      }
    } finally {
      await office.app.close();
    }
  });

  test('a disabled key is told 423, not 429, however often it calls; an unknown one 401', async () => {
    const office = await openOffice({ clock: createFakeClock(), areLimitsOn: true });
    try {
      const { key, secrets } = await office.app.makeKey({ kind: 'personal' });
      await office.app.core.store.write((tx) => tx.update('keys', { id: key.id }, { is_enabled: 0 }));
      for (let call = 0; call < 20; call += 1) {
        const { status } = await office.app.request('GET', `${v1}/workspace`, {
          headers: { ApiKey: secrets.key ?? '' },
        });
        assert.equal(status, 423);
      }
    } finally {
      await office.app.close();
    }
  });

  test('a limit of its own is the one that counts, from the next call on', async () => {
    const office = await openOffice({ clock: createFakeClock(), areLimitsOn: true });
    try {
      const [key] = await office.app.core.store.list('keys', { kind: 'personal' });
      await updateKey(office.app.core, systemActor, key?.id ?? '', { limit_per_second: 2 });
      const statuses: number[] = [];
      for (let call = 0; call < 3; call += 1) statuses.push((await office.call('GET', '/workspace')).status);
      assert.deepEqual(statuses, [200, 200, 429]);
    } finally {
      await office.app.close();
    }
  });

  test('no window of a second ever holds more than twelve admitted calls', async () => {
    const clock = createFakeClock();
    const office = await openOffice({ clock, areLimitsOn: true });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 400 }), { minLength: 20, maxLength: 40 }), async (pauses) => {
          clock.advance(2000);
          const admitted: number[] = [];
          for (const pause of pauses) {
            clock.advance(pause < 250 ? 0 : pause);
            if ((await office.call('GET', '/workspace')).status === 200) admitted.push(clock.monotonic());
          }
          for (const [i, at] of admitted.entries()) {
            const after = admitted[i + 12];
            if (after !== undefined) assert.ok(after - at >= 1000, `13 calls within ${after - at} ms`);
          }
        }),
        { numRuns: 15 },
      );
    } finally {
      await office.app.close();
    }
  });
});
