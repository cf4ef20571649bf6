import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../../src/core/errors.ts';
import type { Field, Stored } from '../../../src/core/fields/field-type.ts';
import type { Filter, SortKey, StoredRow } from '../../../src/core/records/query.ts';
import { fieldOf, tableSchema } from '../table-schema-factory.ts';
import { filters, inOrder, type ModelRecord, matches, queryTable, recordValues, sorts } from './query-model.ts';
import { at, createTables, type OpenTestStore, testStore } from './test-store.ts';

function cursorOf(row: StoredRow, sort: readonly SortKey[]): { values: Stored[]; id: number } {
  return { values: sort.map(({ field }) => row[field.slot] ?? null), id: Number(row[0]) };
}

export function filterContract(open: OpenTestStore): void {
  describe('filters and orders', () => {
    const store = testStore(open);
    const table = queryTable();
    before(() =>
      store().write(async (tx) => {
        await tx.schema.createTable(table);
        await tx.schema.createLinks(fieldOf(table, 'friends'));
      }),
    );

    /** Replaces all records; answers them as the model holds them. */
    async function refill(
      records: readonly (readonly [readonly Stored[], readonly number[]])[],
    ): Promise<ModelRecord[]> {
      return store().write(async (tx) => {
        const old: number[] = [];
        for await (const rows of tx.records.scan(table, 100)) old.push(...rows.map((row) => Number(row[0])));
        await tx.records.remove(table, old);
        const ids = await tx.records.insert(
          table,
          records.map(([row]) => row),
          at,
          null,
        );
        const model: ModelRecord[] = [];
        for (const [index, [row, places]] of records.entries()) {
          const friends = [...new Set(places.flatMap((place) => ids[place] ?? []))];
          await tx.records.setLinks(fieldOf(table, 'friends'), table, ids[index] ?? 0, friends);
          model.push({ row: [ids[index] ?? 0, at, at, null, null, ...row], friends });
        }
        return model;
      });
    }

    it('find every matching record exactly once and in order, page by page, whatever the filter and the sort', async () => {
      const query = fc.record({
        filter: fc.option(filters(table), { nil: undefined, freq: 3 }),
        sort: sorts(table),
        limit: fc.integer({ min: 1, max: 9 }),
      });
      const records = fc.array(recordValues, { minLength: 0, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(records, fc.array(query, { minLength: 10, maxLength: 25 }), async (values, queries) => {
          const model = await refill(values);
          const first = Number(model[0]?.row[0] ?? 1);
          for (const { filter: drawn, sort, limit } of queries) {
            const filter = drawn && shifted(drawn, first);
            const part = filter === undefined ? {} : { filter };
            const expected = inOrder(
              filter === undefined ? model : model.filter((one) => matches(filter, one)),
              sort,
            ).map((one) => one.row);
            assert.equal(await store().records.count(table, filter), expected.length);

            const paged: StoredRow[] = [];
            for (;;) {
              const last = paged.at(-1);
              const start = last === undefined ? {} : { start: { after: cursorOf(last, sort) } };
              const rows = await store().records.page(table, { ...part, sort, limit, ...start });
              paged.push(...rows);
              if (rows.length < limit) break;
              assert.ok(paged.length <= expected.length, 'more records than match');
            }
            assert.deepEqual(paged, expected);

            const offset = Math.floor(expected.length / 2);
            const tail = await store().records.page(table, { ...part, sort, limit: 50, start: { offset } });
            assert.deepEqual(tail, expected.slice(offset));
          }
        }),
        { numRuns: 40 },
      );
    });

    it('ignore case in searches in every script, and know no wildcards', async () => {
      const notes = tableSchema('notes', [{ name: 'note', type: 'text' }]);
      const note = fieldOf(notes, 'note');
      await createTables(store(), notes);
      const values = ['Straße', 'ÉCLAIR', 'éclair', '100%', '100x', 'a_b', 'axb', '[x]', 'ΣΑΣ', 'x*y', 'x?y', null];
      await store().write((tx) =>
        tx.records.insert(
          notes,
          values.map((value) => [value]),
          at,
          null,
        ),
      );
      const search = async (op: 'contains' | 'starts_with', value: string) =>
        (await store().records.page(notes, { limit: 50, filter: { op, field: note, value } })).map((row) => row[5]);
      assert.deepEqual(await search('contains', 'STRAß'), ['Straße']);
      assert.deepEqual(await search('starts_with', 'Écl'), ['ÉCLAIR', 'éclair']);
      assert.deepEqual(await search('contains', '0%'), ['100%']);
      assert.deepEqual(await search('contains', 'A_B'), ['a_b']);
      assert.deepEqual(await search('contains', '[X'), ['[x]']);
      assert.deepEqual(await search('contains', 'σας'), ['ΣΑΣ']);
      assert.deepEqual(await search('contains', '*'), ['x*y']);
      assert.deepEqual(await search('contains', '?'), ['x?y']);
      assert.equal((await search('contains', '')).length, 11);
    });

    it('are refused where a field has no such comparison or order, naming the field', async () => {
      const other = tableSchema('other', [
        { name: 'where', type: 'location' },
        { name: 'tags', type: 'multi_select' },
        { name: 'n', type: 'number' },
        { name: 'kind', type: 'single_select' },
      ]);
      await createTables(store(), other);
      const field = (name: string): Field => fieldOf(other, name);
      const refused: Filter[] = [
        { op: 'eq', field: field('where'), value: 'x' },
        { op: 'gt', field: field('tags'), value: 'x' },
        { op: 'contains', field: field('n'), value: '1' },
        { op: 'gt', field: field('kind'), value: 'x' },
        { op: 'and', of: Array.from({ length: 500 }, () => ({ op: 'never' as const })) },
        nested(200),
      ];
      for (const filter of refused)
        await assert.rejects(store().records.page(other, { filter, limit: 1 }), isError('filter_invalid'));
      for (const name of ['where', 'tags']) {
        const sort: SortKey[] = [{ field: field(name), direction: 'asc' }];
        await assert.rejects(store().records.page(other, { sort, limit: 1 }), isError('sort_invalid'));
      }
      const start = { after: { values: [], id: 1 } };
      await assert.rejects(
        store().records.page(other, { sort: [{ field: field('n'), direction: 'asc' }], limit: 1, start }),
        isError('cursor_invalid'),
      );
    });

    it('take as many conditions and as deep a tree as they allow', async () => {
      const n = fieldOf(table, 'n');
      const wide: Filter = { op: 'or', of: Array.from({ length: 398 }, (_, value) => ({ op: 'eq', field: n, value })) };
      await store().records.page(table, { filter: wide, limit: 1 });
      await store().records.page(table, { filter: nested(90), limit: 1 });
      const far = await store().records.page(table, { filter: nested(90), limit: 1, start: { offset: 1e300 } });
      assert.deepEqual(far, []);
      const many: Filter = { op: 'in', field: n, values: Array.from({ length: 50_000 }, (_, value) => value) };
      await store().records.page(table, { filter: many, limit: 1 });
    });
  });
}

function nested(depth: number): Filter {
  return depth === 0 ? { op: 'never' } : { op: 'not', of: nested(depth - 1) };
}

function isError(code: string) {
  return (error: unknown) => error instanceof AppError && error.code === code;
}

/** Ids in drawn filters count from the first record. */
function shifted(filter: Filter, first: number): Filter {
  if (filter.op === 'not') return { op: 'not', of: shifted(filter.of, first) };
  if (filter.op === 'and' || filter.op === 'or')
    return { op: filter.op, of: filter.of.map((one) => shifted(one, first)) };
  if (filter.op !== 'any_of' || filter.field.type !== 'relation') return filter;
  return { ...filter, values: filter.values.map((value) => Number(value) + first) };
}
