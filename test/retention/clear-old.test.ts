import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, readConfig } from '../../src/config.ts';
import type { Core } from '../../src/core/context.ts';
import { finished } from '../../src/core/deliveries/settle-delivery.ts';
import { clearOld } from '../../src/core/retention/clear-old.ts';
import { keptLogs } from '../../src/core/retention/kept-logs.ts';
import type { Tx } from '../../src/core/store.ts';
import type { ImportRow } from '../../src/core/system-rows.ts';
import { createFakeClock, startTestApp, type TestApp } from '../harness.ts';
import { overlay } from '../overlay.ts';

const day = 24 * 3600 * 1000;

/** What went from the three logs of calls and records. */
async function clearedOf(app: TestApp): Promise<Record<string, number | undefined>> {
  const { changes, audit, usage } = await clearOld(app.core);
  return { changes, audit, usage };
}

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
      assert.deepEqual(await clearedOf(app), { changes: 0, audit: 0, usage: 0 });
      clock.advance(2 * day);
      assert.deepEqual(await clearedOf(app), { changes: 1400, audit: 0, usage: 0 });
      const left = await store.list('changes', {});
      assert.deepEqual(
        left.map(({ seq }) => seq),
        [1401, 1402, 1403, 1404, 1405],
      );
      clock.advance(10 * day);
      assert.deepEqual(await clearedOf(app), { changes: 5, audit, usage: 0 });
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
      assert.deepEqual(await clearedOf(app), { changes: 0, audit: 0, usage: 0 });
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

  test('a step touches few rows, and the loop goes round between two of them', async () => {
    const clock = createFakeClock();
    const app = await startTestApp({ clock });
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    try {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      await work(app, table.id, 1000);
      await app.core.store.write(async (tx) => fillLogs(tx, app, clock.now()));
      clock.advance(4000 * day);
      const { core, steps } = watched(app.core, () => turns);
      turn();
      const cleared = await clearOld(core);
      for (const { name } of keptLogs) {
        const least = name === 'imports' ? 1 : 700;
        assert.ok((cleared[name] ?? 0) >= least, `${name}: ${cleared[name]}`);
      }
      assert.equal(await core.store.count('import_rejects', {}), 0);
      assert.ok(steps.length > 20, `${steps.length} steps`);
      for (const [at, step] of steps.entries()) {
        assert.ok(step.rows <= 250, `a step of ${step.rows} rows`);
        const before = steps[at - 1];
        assert.ok(before === undefined || step.turn > before.turn + 1, 'two steps without a turn between them');
      }
    } finally {
      isOver = true;
      await app.close();
    }
  });

  test('deliveries and notifications live as long as the settings say', async () => {
    const clock = createFakeClock();
    const env = {
      TESSERA_KEEP_DELIVERY_CONTENT_DAYS: '5',
      TESSERA_KEEP_DELIVERIES_DAYS: '10',
      TESSERA_KEEP_NOTIFICATIONS_DAYS: '20',
    };
    const app = await startTestApp({ clock, env });
    try {
      const { store } = app.core;
      await store.write((tx) => fillLogs(tx, app, clock.now()));
      const ended = { ...finished(app.core, 'delivered', clock.now()) };
      await store.write((tx) => tx.update('deliveries', { state: 'delivered' }, { ...ended, content: { a: 1 } }));
      clock.advance(5 * day + 1);
      await clearOld(app.core);
      const [row] = await store.list('deliveries', {}, { limit: 1 });
      assert.equal(row?.content, null);
      clock.advance(5 * day);
      await clearOld(app.core);
      assert.equal(await store.count('deliveries', {}), 0);
      assert.equal(await store.count('notifications', {}), 700);
      clock.advance(10 * day);
      await clearOld(app.core);
      assert.equal(await store.count('notifications', {}), 0);
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

const importId = 'import0000000001';

function endedImport(workspaceId: string, appId: string, at: number): ImportRow {
  return {
    id: importId,
    workspace_id: workspaceId,
    app_id: appId,
    table_id: null,
    table_name: 'A',
    file_id: 'file000000000001',
    owns_file: 0,
    filename: 'a.csv',
    request: {},
    is_dry_run: 0,
    state: 'finished',
    plan: null,
    preview: null,
    total_bytes: 0,
    read_bytes: 0,
    rows_read: 700,
    created: 0,
    updated: 0,
    rejected: 700,
    line: 700,
    error: null,
    created_by: 'system',
    key_id: null,
    created_at: at,
    started_at: at,
    seen_at: at,
    finished_at: at,
  };
}

/** Seven hundred entries of every log that a call or a record does not fill. */
async function fillLogs(tx: Tx, app: TestApp, now: number): Promise<void> {
  const { workspaceId, appId } = app;
  await tx.insert('imports', endedImport(workspaceId, appId, now));
  for (let n = 0; n < 700; n += 1) {
    await tx.insert('import_rejects', { import_id: importId, n, line: n, field: 'A', reason: 'wrong', cells: [] });
    const id = `log${String(n).padStart(13, '0')}`;
    await tx.insert('audit', {
      seq: 0,
      workspace_id: workspaceId,
      app_id: appId,
      at: now,
      user_id: null,
      key_id: null,
      action: 'test',
      target: id,
      detail: {},
      address: null,
    });
    await tx.insert('usage', {
      key_id: `key${n % 7}`,
      table_id: `table${n}`,
      verb: 'read',
      status: 2,
      minute: Math.floor(now / 60_000) + (n % 3),
      workspace_id: workspaceId,
      app_id: appId,
      calls: 1,
    });
    await tx.insert('idempotency', { subject: 'x', key: id, fingerprint: '', status: 200, body: '', expires_at: now });
    await tx.insert('deliveries', {
      seq: 0,
      id,
      channel: 'webhook',
      target_id: 'nobody',
      parent_id: null,
      app_id: appId,
      kind: 'test',
      order_key: '',
      content: null,
      created_at: now,
      state: 'delivered',
      due_at: null,
      claimed_by: null,
      tries: 1,
      attempts: [],
      finished_at: now,
      expires_at: now,
    });
    await tx.insert('notifications', {
      seq: 0,
      id,
      app_id: appId,
      table_id: 'x',
      record_id: n,
      audience: {},
      title: '',
      body: '',
      url: null,
      urgency: 'normal',
      expires_at: now,
      accepted: 0,
      created_by: 'system',
      created_at: now,
    });
  }
}

/** The same core, which notes of each transaction how many rows it touched and in which turn of the loop it began. */
function watched(core: Core, turn: () => number) {
  const steps: { rows: number; readonly turn: number }[] = [];
  const write: Core['store']['write'] = (work) =>
    core.store.write((tx) => {
      const step = { rows: 0, turn: turn() };
      steps.push(step);
      const counting = overlay<Tx>(tx, {
        remove: async (table, where) => {
          const rows = await tx.remove(table, where);
          step.rows += rows;
          return rows;
        },
        update: async (table, where, patch) => {
          const rows = await tx.update(table, where, patch);
          step.rows += rows;
          return rows;
        },
      });
      return work(counting);
    });
  return { core: { ...core, store: { ...core.store, write } }, steps };
}
