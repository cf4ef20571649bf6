/** What a work inside `write` holds: the store's parts bound to its transaction. Made for every write, so it is light. */
import type { RecordWrites, SchemaWrites, Tx } from '../core/store.ts';
import type { EngineTx } from './engine.ts';
import type { Gateway } from './gateway.ts';
import type { Links } from './queries/links.ts';
import type { PhysicalTables } from './queries/physical-tables.ts';
import type { BlockDeltas, RecordBlocks } from './queries/record-blocks.ts';
import type { RecordPages } from './queries/record-page.ts';
import type { Records } from './queries/records.ts';

export interface StoreParts {
  readonly gateway: Gateway;
  readonly records: Records;
  readonly pages: RecordPages;
  readonly blocks: RecordBlocks;
  readonly links: Links;
  readonly physical: PhysicalTables;
}

export interface OpenTx {
  readonly tx: Tx;
  /** Writes what was gathered; called once, after the work. */
  finish(): Promise<void>;
}

export function createTx(parts: StoreParts, on: EngineTx): OpenTx {
  const { gateway, blocks } = parts;
  // Counts per block are written once per transaction, or before the transaction itself reads them.
  const deltas: BlockDeltas = new Map();
  const finish = () => blocks.flush(on, deltas);
  let schema: SchemaWrites | undefined;
  return {
    finish,
    tx: {
      find: (table, where) => gateway.find(on, table, where),
      list: (table, where, options) => gateway.list(on, table, where, options),
      count: (table, where) => gateway.count(on, table, where),
      insert: (table, row) => gateway.insert(on, table, row),
      upsert: (table, row) => gateway.upsert(on, table, row),
      update: (table, where, patch) => gateway.update(on, table, where, patch),
      remove: (table, where) => gateway.remove(on, table, where),
      add: (table, row, counters) => gateway.add(on, table, row, counters),
      nextNumber: (name) => gateway.nextNumber(on, name),
      records: recordWrites(parts, on, deltas, finish),
      get schema() {
        schema ??= schemaWrites(parts, on, deltas);
        return schema;
      },
    },
  };
}

function recordWrites(parts: StoreParts, on: EngineTx, deltas: BlockDeltas, flush: () => Promise<void>): RecordWrites {
  const { records, pages, links } = parts;
  return {
    get: (table, id) => records.get(on, table, id),
    getMany: (table, ids) => records.getMany(on, table, ids),
    neighbours: (table, id) => records.neighbours(on, table, id),
    async page(table, query) {
      await flush();
      return pages.page(on, table, query);
    },
    async count(table, filter) {
      await flush();
      return pages.count(on, table, filter);
    },
    links: (field, ids) => links.read(on, field, ids),
    scan: (table, rowsPerPiece) => records.scan(on, table, rowsPerPiece),
    insert: (table, rows, at, by) => records.insert(on, deltas, table, rows, at, by),
    insertPacked: (table, rows, now, by, actor) => records.insertPacked(on, deltas, table, rows, now, by, actor),
    insertWithId: (table, id, row) => records.insertWithId(on, deltas, table, id, row),
    update: (table, id, columns, at, by) => records.update(on, table, id, columns, at, by),
    remove: (table, ids) => records.remove(on, deltas, table, ids),
    setLinks: (field, target, id, targets) => links.replace(on, field, target, id, targets),
    findUnique: (table, field, value) => records.findUnique(on, table, field, value),
    appendChanges: (entries) => records.appendChanges(on, entries),
  };
}

function schemaWrites(parts: StoreParts, on: EngineTx, deltas: BlockDeltas): SchemaWrites {
  const { physical, links } = parts;
  return {
    createTable: (table) => physical.createTable(on, table),
    async dropTable(table) {
      deltas.delete(table.number);
      await physical.dropTable(on, table);
    },
    addColumn: (table, field) => physical.addColumn(on, table, field),
    dropColumn: (table, field) => physical.dropColumn(on, table, field),
    createIndex: (table, field, isUnique) => physical.createIndex(on, table, field, isUnique),
    dropIndex: (_table, field) => physical.dropIndex(on, field),
    createLinks: (field) => links.create(on, field),
    dropLinks: (field) => links.drop(on, field),
    fillColumn: (table, field, values) => physical.fillColumn(on, table, field, values),
  };
}
