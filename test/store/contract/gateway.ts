import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UniqueViolation } from '../../../src/core/store.ts';
import { systemTableNames } from '../../../src/store/system-tables.ts';
import { fieldRow, keyRow, type OpenTestStore, tableRow, testStore, usageRow } from './test-store.ts';

export function gatewayContract(open: OpenTestStore): void {
  describe('system rows', () => {
    const store = testStore(open);

    it('have every table and column that the core knows', async () => {
      for (const name of systemTableNames) assert.deepEqual(await store().list(name, {}, { limit: 1 }), []);
    });

    it('come back as they went in, JSON columns included', async () => {
      const key = keyRow('roundtrip', {
        name: 'Zoë 🗝 "quoted" \\ \'x\'',
        settings: { deep: [1, null, { a: 'ü' }], __proto__x: true },
        expires_at: 9_007_199_254_740_991,
      });
      const field = fieldRow('roundtrip', { default_value: { lat: 1.5, list: [] } });
      await store().write(async (tx) => {
        await tx.insert('keys', key);
        await tx.insert('fields', field);
        await tx.insert('settings', { name: 'none', value: null });
      });
      assert.deepEqual({ ...(await store().find('keys', { id: 'roundtrip' })) }, key);
      assert.deepEqual({ ...(await store().find('fields', { id: 'roundtrip' })) }, field);
      assert.equal((await store().find('settings', { name: 'none' }))?.value, null);
    });

    it('are found by value, null, list and range', async () => {
      await store().write(async (tx) => {
        for (const [index, user] of ['x', 'x', 'y'].entries()) {
          await tx.insert(
            'keys',
            keyRow(`c${index}`, { app_id: null, user_id: user, created_at: index, workspace_id: 'cond' }),
          );
        }
      });
      const ids = async (where: Parameters<typeof list>[0]) => (await list(where)).map((row) => row.id);
      const list = (where: { user_id?: string; id?: { in: string[] }; created_at?: object; app_id?: null | string }) =>
        store().list('keys', { workspace_id: 'cond', ...where });
      assert.deepEqual(await ids({ user_id: 'x' }), ['c0', 'c1']);
      assert.deepEqual(await ids({ app_id: null }), ['c0', 'c1', 'c2']);
      assert.deepEqual(await ids({ app_id: 'a' }), []);
      assert.deepEqual(await ids({ id: { in: ['c2', 'c0', 'nobody'] } }), ['c0', 'c2']);
      assert.deepEqual(await ids({ id: { in: [] } }), []);
      assert.deepEqual(await ids({ created_at: { gt: 0 } }), ['c1', 'c2']);
      assert.deepEqual(await ids({ created_at: { gte: 1, lt: 2 } }), ['c1']);
      assert.deepEqual(await ids({ created_at: { lte: 1 }, user_id: 'x', id: { in: ['c1', 'c2'] } }), ['c1']);
      assert.equal(await store().count('keys', { workspace_id: 'cond', user_id: 'x' }), 2);
      assert.equal(await store().find('keys', { id: 'nobody' }), undefined);
    });

    it('are listed in the order asked for, and by primary key without one', async () => {
      await store().write(async (tx) => {
        for (const [id, position] of [
          ['o3', 1],
          ['o1', 2],
          ['o2', 1],
        ] as const) {
          await tx.insert('plans', { id, name: id, features: {}, position });
        }
      });
      const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);
      assert.deepEqual(ids(await store().list('plans', {})), ['o1', 'o2', 'o3']);
      assert.deepEqual(
        ids(
          await store().list(
            'plans',
            {},
            {
              orderBy: [
                ['position', 'asc'],
                ['id', 'desc'],
              ],
            },
          ),
        ),
        ['o3', 'o2', 'o1'],
      );
      assert.deepEqual(ids(await store().list('plans', {}, { orderBy: [['id', 'desc']], limit: 1, offset: 1 })), [
        'o2',
      ]);
    });

    it('are replaced by upsert and patched by update, which says how many it reached', async () => {
      await store().write(async (tx) => {
        await tx.upsert('settings', { name: 'theme', value: 'dark' });
        await tx.upsert('settings', { name: 'theme', value: { mode: 'light' } });
        await tx.insert('keys', keyRow('patched'));
        assert.equal(await tx.update('keys', { id: 'patched' }, { name: 'new', app_id: null, scopes: [] }), 1);
        assert.equal(await tx.update('keys', { id: 'nobody' }, { name: 'new' }), 0);
        assert.equal(await tx.update('keys', { id: 'patched' }, {}), 0);
      });
      assert.deepEqual((await store().find('settings', { name: 'theme' }))?.value, { mode: 'light' });
      assert.deepEqual(
        { ...(await store().find('keys', { id: 'patched' })) },
        keyRow('patched', { name: 'new', app_id: null, scopes: [] }),
      );
    });

    it('are removed by condition', async () => {
      await store().write(async (tx) => {
        for (const expires_at of [1, 2, 3]) {
          const row = { subject: 's', key: `k${expires_at}`, fingerprint: '', status: 201, body: '{}', expires_at };
          await tx.insert('idempotency', row);
        }
        assert.equal(await tx.remove('idempotency', { expires_at: { lte: 2 } }), 2);
      });
      assert.equal(await store().count('idempotency', {}), 1);
    });

    it('count up with add, from nothing as well', async () => {
      await store().write(async (tx) => {
        await tx.add('usage', usageRow({ calls: 3 }), ['calls']);
        await tx.add('usage', usageRow({ calls: 4 }), ['calls']);
        await tx.add('usage', usageRow({ calls: 5, app_id: 'b' }), ['calls']);
      });
      const rows = await store().list('usage', { key_id: 'k', minute: 100 }, { orderBy: [['app_id', 'asc']] });
      assert.deepEqual(
        rows.map((row) => [row.app_id, row.calls]),
        [
          ['a', 7],
          ['b', 5],
        ],
      );
    });

    it('refuse a second row with the same unique value', async () => {
      const table = tableRow('one', 77);
      await store().write((tx) => tx.insert('tables', table));
      await assert.rejects(
        store().write((tx) => tx.insert('tables', table)),
        UniqueViolation,
      );
      await assert.rejects(
        store().write((tx) => tx.insert('tables', { ...table, id: 'two' })),
        UniqueViolation,
      );
    });

    it('never take an undefined value or an unknown column for "any"', async () => {
      const broken: readonly object[] = [
        { id: undefined },
        { nothing: 1 },
        { created_at: {} },
        { created_at: { gt: undefined } },
        { settings: 1 },
        { constructor: 1 },
      ];
      for (const where of broken)
        await assert.rejects(store().list('keys', where as never), Error, JSON.stringify(where));
      await assert.rejects(
        store().write((tx) => tx.remove('keys', {})),
        /every row/,
      );
      await assert.rejects(
        store().write((tx) => tx.update('keys', {}, { name: 'x' })),
        /every row/,
      );
      await assert.rejects(
        store().write((tx) => tx.update('keys', { id: 'x' }, { name: undefined } as never)),
        /no value/,
      );
    });

    it('get sequence numbers in the order of writing', async () => {
      const entry = {
        seq: 0,
        workspace_id: 'w',
        app_id: null,
        at: 1,
        user_id: 'u',
        key_id: null,
        target: 't',
        detail: { a: 1 },
        address: null,
      };
      await store().write(async (tx) => {
        for (const action of ['first', 'second']) await tx.insert('audit', { ...entry, action });
      });
      const rows = await store().list('audit', { workspace_id: 'w' }, { orderBy: [['seq', 'desc']] });
      assert.deepEqual(
        rows.map((row) => row.action),
        ['second', 'first'],
      );
      assert.ok((rows[1]?.seq ?? 0) >= 1);
    });

    it('numbers of a sequence start at 1 and are given once', async () => {
      const next = () => store().write((tx) => tx.nextNumber('table'));
      assert.equal(await next(), 1);
      await Promise.all([next(), next(), next()]);
      assert.equal(await next(), 5);
      assert.equal(await store().write((tx) => tx.nextNumber('other')), 1);
    });
  });
}
