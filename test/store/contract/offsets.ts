import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SortKey } from '../../../src/core/records/query.ts';
import { systemField } from '../../../src/core/records/system-fields.ts';
import type { Store } from '../../../src/core/store.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { tableSchema } from '../table-schema-factory.ts';
import { at, createTables, type OpenTestStore, testStore } from './test-store.ts';

type Step = { readonly insert: number } | { readonly insertAt: number } | { readonly remove: readonly number[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ insert: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ insertAt: fc.integer({ min: 1, max: 30_000 }) }),
  fc.record({ remove: fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 200 }) }),
);

/** Applies a step to the store and to the model, which is the list of ids. */
async function apply(store: Store, table: TableSchema, model: number[], one: Step): Promise<number[]> {
  return store.write(async (tx) => {
    if ('insert' in one) {
      return [
        ...model,
        ...(await tx.records.insert(
          table,
          Array.from({ length: one.insert }, () => [1]),
          at,
          null,
        )),
      ];
    }
    if ('insertAt' in one) {
      if (model.includes(one.insertAt)) return model;
      await tx.records.insertWithId(table, one.insertAt, [one.insertAt, at, at, null, null, 1]);
      return [...model, one.insertAt].sort((a, b) => a - b);
    }
    const ids = one.remove.flatMap((at) => model[at % Math.max(1, model.length)] ?? []);
    const removed = await tx.records.remove(table, ids);
    assert.deepEqual(
      removed,
      [...new Set(ids)].sort((a, b) => a - b),
    );
    return model.filter((id) => !removed.includes(id));
  });
}

function byId(direction: 'asc' | 'desc'): SortKey[] {
  const field = systemField('id');
  return field === undefined ? [] : [{ field, direction }];
}

export function offsetContract(open: OpenTestStore): void {
  describe('offsets and counts over a whole table', () => {
    const store = testStore(open);

    it('stay right whatever was inserted and removed, in both directions', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 12 }),
          fc.array(fc.double({ min: 0, max: 1.1, noNaN: true }), { minLength: 4, maxLength: 4 }),
          async (steps, places) => {
            const table = tableSchema('offsets', [{ name: 'n', type: 'number' }]);
            await createTables(store(), table);
            let model: number[] = [];
            for (const one of steps) model = await apply(store(), table, model, one);
            assert.equal(await store().records.count(table), model.length);
            for (const place of places) {
              const offset = Math.floor(place * model.length);
              for (const direction of ['asc', 'desc'] as const) {
                const rows = await store().records.page(table, { limit: 7, start: { offset }, sort: byId(direction) });
                const all = direction === 'asc' ? model : model.toReversed();
                assert.deepEqual(
                  rows.map((row) => row[0]),
                  all.slice(offset, offset + 7),
                );
              }
            }
            await store().write((tx) => tx.schema.dropTable(table));
          },
        ),
        { numRuns: 25 },
      );
    });

    it('cross blocks of ids', async () => {
      const table = tableSchema('blocks', [{ name: 'n', type: 'number' }]);
      await createTables(store(), table);
      await store().write((tx) =>
        tx.records.insert(
          table,
          Array.from({ length: 10_000 }, (_, n) => [n]),
          at,
          null,
        ),
      );
      await store().write((tx) =>
        tx.records.remove(
          table,
          Array.from({ length: 4096 }, (_, n) => n + 4096),
        ),
      );
      assert.equal(await store().records.count(table), 10_000 - 4096);
      const page = async (offset: number) =>
        (await store().records.page(table, { limit: 2, start: { offset } })).map((row) => row[0]);
      assert.deepEqual(await page(4094), [4095, 8192]);
      assert.deepEqual(await page(4095), [8192, 8193]);
      assert.deepEqual(await page(5903), [10_000]);
      assert.deepEqual(await page(5904), []);
      assert.deepEqual(await page(Number.MAX_SAFE_INTEGER), []);
    });
  });
}
