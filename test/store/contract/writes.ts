import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UniqueViolation } from '../../../src/core/store.ts';
import { fieldOf, tableSchema } from '../table-schema-factory.ts';
import { at, createTables, type OpenTestStore, tableRow, testStore } from './test-store.ts';

export function writeContract(open: OpenTestStore): void {
  describe('a write', () => {
    const store = testStore(open);

    it('that throws leaves no row, no table, no record and no count behind', async () => {
      const kept = tableSchema('kept', [{ name: 'n', type: 'number' }]);
      await createTables(store(), kept);
      const table = tableSchema('lost', [{ name: 'title', type: 'text', isUnique: true }]);
      const failure = new Error('at the very end');
      await assert.rejects(
        store().write(async (tx) => {
          await tx.insert('tables', tableRow(table.id, table.number));
          await tx.schema.createTable(table);
          await tx.records.insert(table, [['one']], at, null);
          await tx.records.insert(kept, [[1]], at, null);
          await tx.records.appendChanges([
            { appId: 'a', tableId: table.id, recordId: 1, kind: 'create', actor: 'system', at: 1, fields: {} },
          ]);
          assert.equal(await tx.records.count(kept), 1);
          throw failure;
        }),
        failure,
      );
      assert.equal(await store().find('tables', { id: table.id }), undefined);
      assert.equal(await store().count('changes', { table_id: table.id }), 0);
      assert.equal(await store().records.count(kept), 0);
      await assert.rejects(store().records.get(table, 1));
      await createTables(store(), table);
      assert.equal(await store().records.count(table), 0);
    });

    it('sees what it wrote; readers see it when it has resolved', async () => {
      const table = tableSchema('seen', [{ name: 'n', type: 'number', isIndexed: true }]);
      await createTables(store(), table);
      const id = await store().write(async (tx) => {
        const [id = 0] = await tx.records.insert(table, [[7]], at, 'u');
        assert.deepEqual(await tx.records.get(table, id), [id, at, at, 'u', 'u', 7]);
        assert.equal((await tx.records.page(table, { limit: 9, start: { offset: 0 } })).length, 1);
        assert.equal(await tx.records.count(table, { op: 'eq', field: fieldOf(table, 'n'), value: 7 }), 1);
        return id;
      });
      assert.deepEqual(await store().records.get(table, id), [id, at, at, 'u', 'u', 7]);
    });

    it('gives many rows ids in their order, and logs every one of them', async () => {
      const table = tableSchema('many', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      const rows = Array.from({ length: 233 }, (_, n) => [n]);
      const ids = await store().write(async (tx) => {
        const given = await tx.records.insert(table, rows, at, null);
        await tx.records.appendChanges(
          given.map((recordId) => ({
            appId: 'a',
            tableId: table.id,
            recordId,
            kind: 'create',
            actor: 'system',
            at: 1,
            fields: { n: recordId },
          })),
        );
        return given;
      });
      assert.deepEqual(
        (await store().records.getMany(table, ids)).map((row) => row[5]),
        rows.map(([n]) => n),
      );
      assert.equal(await store().records.count(table), rows.length);
      const changes = await store().list('changes', { table_id: table.id }, { orderBy: [['seq', 'asc']] });
      assert.deepEqual(
        changes.map(({ record_id: id, fields }) => [id, fields.n]),
        ids.map((id) => [id, id]),
      );
    });

    it('says which of many rows a unique field refuses, wherever it stands', async () => {
      const table = tableSchema('refused', [{ name: 'n', type: 'number', isUnique: true }]);
      await createTables(store(), table);
      for (const place of [0, 49, 50, 119, 232]) {
        const rows = Array.from({ length: 233 }, (_, n) => [n === place ? 1000 : n]);
        await assert.rejects(
          store().write(async (tx) => {
            await tx.records.insert(table, [[1000]], at, null);
            await tx.records.insert(table, rows, at, null);
          }),
          (error: unknown) => error instanceof UniqueViolation && error.row === place && error.column !== '',
        );
      }
      assert.equal(await store().records.count(table), 0);
    });

    it('answers what its work answers, also when nothing was written', async () => {
      assert.deepEqual(await store().write(async () => ({ a: 1 })), { a: 1 });
    });

    it('stands beside others that fail in the same moment', async () => {
      const table = tableSchema('beside', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      const works = Array.from({ length: 40 }, (_, index) =>
        store().write(async (tx) => {
          await tx.records.insert(table, [[index]], at, null);
          if (index % 3 === 0) throw new Error('no');
        }),
      );
      const settled = await Promise.allSettled(works);
      const done = settled.filter((one) => one.status === 'fulfilled').length;
      assert.equal(done, 26);
      assert.equal(await store().records.count(table), done);
      const rows = await store().records.page(table, { limit: 100 });
      assert.deepEqual(
        rows.map((row) => row[5]),
        Array.from({ length: 40 }, (_, index) => index).filter((index) => index % 3 !== 0),
      );
    });
  });

  it('keeps everything over a restart', async () => {
    const opened = await open();
    const table = tableSchema('restart', [{ name: 'n', type: 'number' }]);
    await createTables(opened.store, table);
    await opened.store.write(async (tx) => {
      await tx.records.insert(table, [[1], [2]], at, null);
      await tx.upsert('settings', { name: 'kept', value: true });
    });
    const again = await opened.reopen();
    assert.deepEqual(
      (await again.records.page(table, { limit: 9 })).map((row) => row[5]),
      [1, 2],
    );
    assert.equal(await again.records.count(table), 2);
    assert.equal((await again.find('settings', { name: 'kept' }))?.value, true);
    assert.equal(again.health().isHealthy, true);
    await opened.remove();
  });
}
