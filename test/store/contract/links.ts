import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Store } from '../../../src/core/store.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { fieldOf, relationOptions, tableSchema, testId } from '../table-schema-factory.ts';
import { at, createTables, type OpenTestStore, testStore } from './test-store.ts';

type Cardinality = 'one' | 'many';

/** Two tables of five records with a relation between them: `books` on side a, `authors` on side b. */
async function library(
  store: Store,
  books: Cardinality,
  authors: Cardinality,
): Promise<{ author: TableSchema; book: TableSchema }> {
  const link = testId();
  const author = tableSchema('author', [
    { name: 'books', type: 'relation', options: relationOptions(link, 'a', books, authors) },
  ]);
  const book = tableSchema('book', [
    { name: 'authors', type: 'relation', options: relationOptions(link, 'b', authors, books) },
  ]);
  await createTables(store, author, book);
  await store.write(async (tx) => {
    await tx.schema.createLinks(fieldOf(author, 'books'));
    for (const table of [author, book]) await tx.records.insert(table, [[], [], [], [], []], at, null);
  });
  return { author, book };
}

export function linkContract(open: OpenTestStore): void {
  describe('links', () => {
    const store = testStore(open);

    function set(from: TableSchema, field: string, to: TableSchema, id: number, targets: number[]): Promise<number[]> {
      return store().write((tx) => tx.records.setLinks(fieldOf(from, field), to, id, targets));
    }

    async function links(table: TableSchema, field: string): Promise<Record<number, number[]>> {
      return Object.fromEntries(await store().records.links(fieldOf(table, field), [1, 2, 3, 4, 5]));
    }

    it('are seen from both sides, ascending, and replaced as a whole', async () => {
      const { author, book } = await library(store(), 'many', 'many');
      assert.deepEqual(await set(author, 'books', book, 1, [5, 2, 2, 3]), []);
      await set(author, 'books', book, 2, [3]);
      assert.deepEqual(await links(author, 'books'), { 1: [2, 3, 5], 2: [3] });
      assert.deepEqual(await links(book, 'authors'), { 2: [1], 3: [1, 2], 5: [1] });
      await set(book, 'authors', author, 3, [2, 4]);
      assert.deepEqual(await links(author, 'books'), { 1: [2, 5], 2: [3], 4: [3] });
      await set(author, 'books', book, 1, []);
      assert.deepEqual(await links(author, 'books'), { 2: [3], 4: [3] });
      assert.deepEqual(await store().records.links(fieldOf(author, 'books'), []), new Map());
    });

    it('to records that do not exist change nothing, and the answer names them', async () => {
      const { author, book } = await library(store(), 'many', 'many');
      await set(author, 'books', book, 1, [1]);
      assert.deepEqual(await set(author, 'books', book, 1, [9, 2, 8]), [9, 8]);
      assert.deepEqual(await links(author, 'books'), { 1: [1] });
    });

    it('move where the other side holds only one', async () => {
      const { author, book } = await library(store(), 'many', 'one');
      await set(author, 'books', book, 1, [1, 2]);
      await set(author, 'books', book, 2, [2, 3]);
      assert.deepEqual(await links(author, 'books'), { 1: [1], 2: [2, 3] });
      await set(book, 'authors', author, 1, [3]);
      assert.deepEqual(await links(author, 'books'), { 2: [2, 3], 3: [1] });
    });

    it('of one to one move on both sides', async () => {
      const { author, book } = await library(store(), 'one', 'one');
      await set(author, 'books', book, 1, [1]);
      await set(author, 'books', book, 2, [2]);
      await set(author, 'books', book, 1, [2]);
      assert.deepEqual(await links(author, 'books'), { 1: [2] });
      await set(book, 'authors', author, 5, [1]);
      assert.deepEqual(await links(author, 'books'), { 1: [5] });
    });

    it('go with a removed record on either side', async () => {
      const { author, book } = await library(store(), 'many', 'many');
      await set(author, 'books', book, 1, [1, 2, 3]);
      await set(author, 'books', book, 2, [2]);
      await store().write((tx) => tx.records.remove(book, [2]));
      assert.deepEqual(await links(author, 'books'), { 1: [1, 3] });
      await store().write((tx) => tx.records.remove(author, [1, 2]));
      assert.deepEqual(await links(book, 'authors'), {});
    });

    it('of a table to itself keep their direction, and go in both', async () => {
      const link = testId();
      const person = tableSchema('person', [
        { name: 'parents', type: 'relation', options: relationOptions(link, 'a', 'many', 'many') },
        { name: 'children', type: 'relation', options: relationOptions(link, 'b', 'many', 'many') },
      ]);
      await createTables(store(), person);
      await store().write(async (tx) => {
        await tx.schema.createLinks(fieldOf(person, 'parents'));
        await tx.records.insert(person, [[], [], [], []], at, null);
      });
      await set(person, 'parents', person, 1, [2, 3]);
      await set(person, 'parents', person, 2, [3, 2]);
      assert.deepEqual(await links(person, 'children'), { 2: [1, 2], 3: [1, 2] });
      await store().write((tx) => tx.records.remove(person, [2]));
      assert.deepEqual(await links(person, 'parents'), { 1: [3] });
      await store().write((tx) => tx.schema.dropLinks(fieldOf(person, 'children')));
      await assert.rejects(links(person, 'parents'));
    });
  });
}
