import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, readConfig } from '../../src/config.ts';
import { clearOld } from '../../src/core/retention/clear-old.ts';
import { createFakeClock, startTestApp, type TestApp } from '../harness.ts';

const day = 24 * 3600 * 1000;

async function work(app: TestApp, tableId: string, records: number): Promise<void> {
  const create = Array.from({ length: records }, () => ({ fields: {} }));
  const path = `/api/v1/tables/${tableId}/records/batch`;
  const { status, text } = await app.request('POST', path, { key: app.keys.native, body: { create } });
  assert.equal(status, 200, text);
  await app.core.meter.flush();
}

describe('retention', () => {
  test('each log loses what has passed its own life, in order, and nothing else', async () => {
    const clock = createFakeClock();
    const env = {
      TESSERA_KEEP_CHANGES_DAYS: '10',
      TESSERA_KEEP_AUDIT_DAYS: '20',
      TESSERA_KEEP_USAGE_DAYS: '30',
    };
    const app = await startTestApp({ clock, env });
    try {
      const { store } = app.core;
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      await work(app, table.id, 700);
      await work(app, table.id, 700);
      const audit = await store.count('audit', {});
      const usage = await store.count('usage', {});
      assert.ok(audit > 0 && usage > 0);
      clock.advance(9 * day);
      await work(app, table.id, 5);
      assert.deepEqual(await clearOld(app.core), { changes: 0, audit: 0, usage: 0 });
      clock.advance(2 * day);
      assert.deepEqual(await clearOld(app.core), { changes: 1400, audit: 0, usage: 0 });
      const left = await store.list('changes', {});
      assert.deepEqual(
        left.map(({ seq }) => seq),
        [1401, 1402, 1403, 1404, 1405],
      );
      clock.advance(10 * day);
      assert.deepEqual(await clearOld(app.core), { changes: 5, audit, usage: 0 });
      clock.advance(10 * day);
      const cleared = await clearOld(app.core);
      assert.deepEqual([cleared.usage, await store.count('usage', {})], [usage, 1]);
      assert.equal(await store.records.count(table), 1405, 'records stay');
    } finally {
      await app.close();
    }
  });

  test('0 keeps for ever', async () => {
    const clock = createFakeClock();
    const env = { TESSERA_KEEP_CHANGES_DAYS: '0', TESSERA_KEEP_AUDIT_DAYS: '0', TESSERA_KEEP_USAGE_DAYS: '0' };
    const app = await startTestApp({ clock, env });
    try {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      await work(app, table.id, 3);
      clock.advance(9000 * day);
      assert.deepEqual(await clearOld(app.core), { changes: 0, audit: 0, usage: 0 });
    } finally {
      await app.close();
    }
  });

  test('requests are answered between the steps', async () => {
    const clock = createFakeClock();
    const app = await startTestApp({ clock, env: { TESSERA_KEEP_CHANGES_DAYS: '1' } });
    try {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      for (let at = 0; at < 5; at += 1) await work(app, table.id, 1000);
      clock.advance(2 * day);
      let isOver = false;
      const clearing = clearOld(app.core).finally(() => {
        isOver = true;
      });
      let answered = 0;
      while (!isOver) {
        const { status } = await app.request('GET', `/api/v1/tables/${table.id}/records/1`, { key: app.keys.native });
        assert.equal(status, 200);
        answered += 1;
      }
      assert.equal((await clearing).changes, 5000);
      assert.ok(answered >= 5, `${answered} answered`);
    } finally {
      await app.close();
    }
  });

  test('an answer is repeated for as long as the setting says', async () => {
    const clock = createFakeClock();
    const app = await startTestApp({ clock, env: { TESSERA_KEEP_IDEMPOTENCY_HOURS: '2' } });
    try {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      const create = async () => {
        const options = { key: app.keys.native, headers: { 'idempotency-key': 'once' }, body: { fields: {} } };
        return (await app.request('POST', `/api/v1/tables/${table.id}/records`, options)).json.id;
      };
      const first = await create();
      clock.advance(1.9 * 3600 * 1000);
      assert.equal(await create(), first);
      clock.advance(0.2 * 3600 * 1000);
      assert.notEqual(await create(), first);
    } finally {
      await app.close();
    }
  });

  test('a life that is no whole number of days is refused by name', () => {
    for (const value of ['-1', '1.5', 'long']) {
      assert.throws(
        () => readConfig({ TESSERA_KEEP_AUDIT_DAYS: value }),
        (error) => {
          return error instanceof ConfigError && error.message.startsWith('TESSERA_KEEP_AUDIT_DAYS:');
        },
      );
    }
  });
});
