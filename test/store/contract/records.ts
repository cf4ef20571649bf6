import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Stored } from '../../../src/core/fields/field-type.ts';
import { fieldOf, tableSchema } from '../table-schema-factory.ts';
import { at, createTables, type OpenTestStore, testStore } from './test-store.ts';

export function recordContract(open: OpenTestStore): void {
  describe('records', () => {
    const store = testStore(open);
    const specs = [
      { name: 'title', type: 'text', isUnique: true },
      { name: 'n', type: 'number' },
      { name: 'ok', type: 'checkbox' },
      { name: 'data', type: 'json' },
    ] as const;

    it('come back exactly as stored', async () => {
      const table = tableSchema('exact', specs);
      await createTables(store(), table);
      const rows: Stored[][] = [
        ['', 0, 0, 'null'],
        ['0123', -0.1, 1, '{"a":[1,2]}'],
        ['  spaced  ', 9_007_199_254_740_991, null, null],
        ['emoji 😀 ü \u{10FFFF}', 1e300, 1, '"text"'],
        ['5', 5, null, '5'],
        [null, null, null, null],
        ['long '.repeat(20_000), Number.MIN_VALUE, 0, null],
      ];
      const ids = await store().write((tx) => tx.records.insert(table, rows, at, 'user'));
      assert.deepEqual(ids, [1, 2, 3, 4, 5, 6, 7]);
      for (const [index, row] of rows.entries()) {
        assert.deepEqual(await store().records.get(table, index + 1), [index + 1, at, at, 'user', 'user', ...row]);
      }
      assert.equal(await store().records.get(table, 8), undefined);
      assert.equal(await store().records.get(table, -1), undefined);
    });

    it('are read by many ids in ascending order, each once, unknown ones left out', async () => {
      const table = tableSchema('many', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      await store().write((tx) =>
        tx.records.insert(
          table,
          Array.from({ length: 50 }, (_, n) => [n]),
          at,
          null,
        ),
      );
      const ids = (await store().records.getMany(table, [40, 3, 99, 3, 1])).map((row) => row[0]);
      assert.deepEqual(ids, [1, 3, 40]);
      assert.deepEqual(await store().records.getMany(table, []), []);
      const { neighbours } = store().records;
      assert.deepEqual(await neighbours(table, 3), { next: 4, previous: 2 });
      assert.deepEqual(await neighbours(table, 1), { next: 2, previous: null });
    });

    it('never get an id a second time', async () => {
      const table = tableSchema('ids', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      const insert = () => store().write((tx) => tx.records.insert(table, [[1]], at, null));
      assert.deepEqual([...(await insert()), ...(await insert())], [1, 2]);
      assert.deepEqual(await store().write((tx) => tx.records.remove(table, [2])), [2]);
      assert.deepEqual(await insert(), [3]);
      await store().write((tx) => tx.records.remove(table, [1, 3]));
      assert.deepEqual(await insert(), [4]);
      await store().write((tx) => tx.records.insertWithId(table, 900, [900, at, at, null, 'u', 7]));
      assert.deepEqual(await insert(), [901]);
      assert.deepEqual(await store().records.get(table, 900), [900, at, at, null, 'u', 7]);
      assert.equal(await store().records.count(table), 3);
    });

    it('change only the columns named, and the time and author of the change', async () => {
      const table = tableSchema('update', specs);
      await createTables(store(), table);
      await store().write((tx) => tx.records.insert(table, [['a', 1, 1, null]], at, 'maker'));
      const later = '2026-03-06T00:00:00.000Z';
      const column = (name: string) => fieldOf(table, name).column;
      const update = (id: number, columns: Record<string, Stored>) =>
        store().write((tx) => tx.records.update(table, id, columns, later, 'changer'));
      assert.equal(await update(1, { [column('n')]: null, [column('data')]: '[]' }), true);
      assert.deepEqual(await store().records.get(table, 1), [1, at, later, 'maker', 'changer', 'a', null, 1, '[]']);
      assert.equal(await update(2, { [column('n')]: 1 }), false);
      assert.equal(await update(1, {}), true);
    });

    it('are found by a unique value as its field compares', async () => {
      const table = tableSchema('find', [
        { name: 'mail', type: 'email', isUnique: true },
        { name: 'code', type: 'text', isUnique: true },
      ]);
      await createTables(store(), table);
      await store().write(async (tx) => {
        await tx.records.insert(
          table,
          [
            ['Ada@x.de', 'A'],
            ['bob@x.de', 'a'],
          ],
          at,
          null,
        );
        const find = (field: string, value: Stored) => tx.records.findUnique(table, fieldOf(table, field), value);
        assert.equal(await find('mail', 'ADA@X.DE'), 1);
        assert.equal(await find('code', 'a'), 2);
        assert.equal(await find('code', 'b'), undefined);
        assert.equal(await find('code', null), undefined);
      });
    });

    it('are removed once, and the answer names those that were there', async () => {
      const table = tableSchema('remove', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      await store().write((tx) => tx.records.insert(table, [[1], [2], [3]], at, null));
      assert.deepEqual(await store().write((tx) => tx.records.remove(table, [3, 1, 3, 7])), [1, 3]);
      assert.deepEqual(await store().write((tx) => tx.records.remove(table, [3])), []);
      assert.equal(await store().records.count(table), 1);
    });

    it('are scanned whole in pieces, while others write', async () => {
      const table = tableSchema('scan', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      await store().write((tx) =>
        tx.records.insert(
          table,
          Array.from({ length: 25 }, (_, n) => [n]),
          at,
          null,
        ),
      );
      const sizes: number[] = [];
      const seen: Stored[] = [];
      for await (const rows of store().records.scan(table, 10)) {
        sizes.push(rows.length);
        seen.push(...rows.map((row) => row[0] ?? null));
        if (sizes.length === 1) await store().write((tx) => tx.records.remove(table, [5, 15]));
      }
      assert.deepEqual(sizes, [10, 10, 4]);
      assert.deepEqual(
        seen,
        Array.from({ length: 25 }, (_, n) => n + 1).filter((id) => id !== 15),
      );
      for await (const _ of store().records.scan(tableSchema('scan', [], table), 25)) break;
    });
  });
}
