import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../../src/core/errors.ts';
import { UniqueViolation } from '../../../src/core/store.ts';
import { fieldOf, tableSchema } from '../table-schema-factory.ts';
import { at, createTables, type OpenTestStore, testStore } from './test-store.ts';

export function schemaContract(open: OpenTestStore): void {
  describe('physical tables', () => {
    const store = testStore(open);

    it('gain and lose columns with their values', async () => {
      const one = tableSchema('grow', [{ name: 'a', type: 'text' }]);
      await createTables(store(), one);
      await store().write((tx) => tx.records.insert(one, [['x'], ['y'], ['z']], at, null));
      const two = tableSchema(
        'grow',
        [
          { name: 'a', type: 'text' },
          { name: 'b', type: 'number', isIndexed: true },
        ],
        one,
      );
      const b = fieldOf(two, 'b');
      await store().write(async (tx) => {
        await tx.schema.addColumn(one, b);
        await tx.schema.createIndex(one, b, false);
        await tx.schema.fillColumn(two, b, [
          [1, 10],
          [3, 30.5],
        ]);
      });
      assert.deepEqual(
        (await store().records.page(two, { limit: 9 })).map((row) => row.slice(5)),
        [
          ['x', 10],
          ['y', null],
          ['z', 30.5],
        ],
      );
      const three = tableSchema('grow', [{ name: 'b', type: 'number' }], two);
      await store().write((tx) => tx.schema.dropColumn(two, fieldOf(two, 'a')));
      assert.deepEqual(
        (await store().records.page(three, { limit: 9 })).map((row) => row.slice(5)),
        [[10], [null], [30.5]],
      );
      await store().write((tx) => tx.schema.dropColumn(three, b));
      assert.equal((await store().records.get(tableSchema('grow', [], three), 1))?.length, 5);
    });

    it('say which unique field refused a value, whatever its comparison', async () => {
      const table = tableSchema('unique', [
        { name: 'code', type: 'text', isUnique: true },
        { name: 'mail', type: 'email', isUnique: true },
        { name: 'n', type: 'number', isUnique: true },
      ]);
      await createTables(store(), table);
      const insert = (row: (string | number | null)[]) =>
        store().write((tx) => tx.records.insert(table, [row], at, null));
      await insert(['A', 'Ada@Example.com', 1]);
      await insert([null, null, null]);
      await insert([null, null, null]);
      await insert(['a', 'b@example.com', 2]);
      const cases = [
        { row: ['A', null, null], field: 'code' },
        { row: [null, 'ADA@example.COM', null], field: 'mail' },
        { row: [null, null, 1], field: 'n' },
      ];
      for (const { row, field } of cases) {
        await assert.rejects(
          insert(row),
          (error) => error instanceof UniqueViolation && error.column === fieldOf(table, field).column,
        );
      }
      const update = store().write((tx) =>
        tx.records.update(table, 2, { [fieldOf(table, 'mail').column]: 'aDA@example.com' }, at, null),
      );
      await assert.rejects(
        update,
        (error) => error instanceof UniqueViolation && error.column === fieldOf(table, 'mail').column,
      );
      assert.equal(await store().records.count(table), 4);
    });

    it('refuse a unique index over values that occur twice, and take it once they do not', async () => {
      const table = tableSchema('later', [{ name: 'mail', type: 'email' }]);
      const mail = fieldOf(table, 'mail');
      await createTables(store(), table);
      await store().write((tx) => tx.records.insert(table, [['a@x.de'], ['A@x.de']], at, null));
      const index = () => store().write((tx) => tx.schema.createIndex(table, mail, true));
      await assert.rejects(index(), (error) => error instanceof UniqueViolation && error.column === mail.column);
      await store().write((tx) => tx.records.remove(table, [2]));
      await index();
      await assert.rejects(
        store().write((tx) => tx.records.insert(table, [['a@X.de']], at, null)),
        UniqueViolation,
      );
      await store().write((tx) => tx.schema.dropIndex(table, mail));
      await store().write((tx) => tx.records.insert(table, [['a@X.de']], at, null));
    });

    it('go with their records and counts', async () => {
      const table = tableSchema('gone', [{ name: 'a', type: 'text' }]);
      await createTables(store(), table);
      await store().write((tx) => tx.records.insert(table, [['x']], at, null));
      await store().write((tx) => tx.schema.dropTable(table));
      await assert.rejects(store().records.get(table, 1));
      assert.equal(await store().records.count(table), 0);
    });

    it('refuse more fields than an engine has columns for', async () => {
      const table = tableSchema(
        'wide',
        Array.from({ length: 1501 }, (_, index) => ({ name: `f${index}`, type: 'text' as const })),
      );
      await assert.rejects(
        createTables(store(), table),
        (error) => error instanceof AppError && error.code === 'body_invalid',
      );
    });

    it('take no name that is not made of an id', async () => {
      const table = tableSchema('names', [{ name: 'a', type: 'text' }]);
      const evil = { ...table, physicalName: 't"; drop table users; --' };
      await assert.rejects(createTables(store(), evil), /not an identifier/);
      await createTables(store(), table);
      const write = store().write((tx) => tx.records.update(table, 1, { 'a" = 1 --': 1 }, at, null));
      await assert.rejects(write, /no field column/);
    });
  });
}
