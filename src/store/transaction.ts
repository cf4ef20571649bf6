/** What a work inside `write` holds: the store's parts bound to its transaction. Made for every write, so it is light. */
import type { Field, Stored } from '../core/fields/field-type.ts';
import type { Filter, RecordQuery, StoredRow } from '../core/records/query.ts';
import type { ChangeEntry, ListOptions, PackedRows, RecordWrites, SchemaWrites, Tx, Where } from '../core/store.ts';
import type { SystemRows, SystemTable } from '../core/system-rows.ts';
import type { TableSchema } from '../core/tables/table-schema.ts';
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

/** What a work holds. A class, because one is made for every write, of which most call two of all these. */
export class WriteTx implements Tx {
  readonly records: WriteRecords;
  readonly #parts: StoreParts;
  readonly #on: EngineTx;
  /** Counts per block are written once per transaction, or before the transaction itself reads them. */
  readonly #deltas: BlockDeltas = new Map();
  #schema: SchemaWrites | undefined;

  constructor(parts: StoreParts, on: EngineTx) {
    this.#parts = parts;
    this.#on = on;
    this.records = new WriteRecords(parts, on, this.#deltas);
  }

  get schema(): SchemaWrites {
    this.#schema ??= schemaWrites(this.#parts, this.#on, this.#deltas);
    return this.#schema;
  }

  find<T extends SystemTable>(table: T, where: Where<SystemRows[T]>) {
    return this.#parts.gateway.find(this.#on, table, where);
  }

  list<T extends SystemTable>(table: T, where: Where<SystemRows[T]>, options?: ListOptions<SystemRows[T]>) {
    return this.#parts.gateway.list(this.#on, table, where, options);
  }

  count<T extends SystemTable>(table: T, where: Where<SystemRows[T]>) {
    return this.#parts.gateway.count(this.#on, table, where);
  }

  insert<T extends SystemTable>(table: T, row: SystemRows[T]) {
    return this.#parts.gateway.insert(this.#on, table, row);
  }

  upsert<T extends SystemTable>(table: T, row: SystemRows[T]) {
    return this.#parts.gateway.upsert(this.#on, table, row);
  }

  update<T extends SystemTable>(table: T, where: Where<SystemRows[T]>, patch: Partial<SystemRows[T]>) {
    return this.#parts.gateway.update(this.#on, table, where, patch);
  }

  remove<T extends SystemTable>(table: T, where: Where<SystemRows[T]>) {
    return this.#parts.gateway.remove(this.#on, table, where);
  }

  add<T extends SystemTable>(table: T, row: SystemRows[T], counters: readonly (keyof SystemRows[T] & string)[]) {
    return this.#parts.gateway.add(this.#on, table, row, counters);
  }

  nextNumber(name: string) {
    return this.#parts.gateway.nextNumber(this.#on, name);
  }

  /** Writes what was gathered; called once, after the work. */
  finish(): Promise<void> {
    return this.records.flush();
  }
}

class WriteRecords implements RecordWrites {
  readonly #parts: StoreParts;
  readonly #on: EngineTx;
  readonly #deltas: BlockDeltas;

  constructor(parts: StoreParts, on: EngineTx, deltas: BlockDeltas) {
    this.#parts = parts;
    this.#on = on;
    this.#deltas = deltas;
  }

  flush(): Promise<void> {
    return this.#parts.blocks.flush(this.#on, this.#deltas);
  }

  get(table: TableSchema, id: number) {
    return this.#parts.records.get(this.#on, table, id);
  }

  getMany(table: TableSchema, ids: readonly number[]) {
    return this.#parts.records.getMany(this.#on, table, ids);
  }

  neighbours(table: TableSchema, id: number) {
    return this.#parts.records.neighbours(this.#on, table, id);
  }

  async page(table: TableSchema, query: RecordQuery) {
    await this.flush();
    return this.#parts.pages.page(this.#on, table, query);
  }

  async count(table: TableSchema, filter?: Filter) {
    await this.flush();
    return this.#parts.pages.count(this.#on, table, filter);
  }

  links(field: Field, ids: readonly number[]) {
    return this.#parts.links.read(this.#on, field, ids);
  }

  scan(table: TableSchema, rowsPerPiece: number) {
    return this.#parts.records.scan(this.#on, table, rowsPerPiece);
  }

  insert(table: TableSchema, rows: readonly (readonly Stored[])[], at: string, by: string | null) {
    return this.#parts.records.insert(this.#on, this.#deltas, table, rows, at, by);
  }

  insertPacked(table: TableSchema, rows: PackedRows, now: number, by: string | null, actor: string) {
    return this.#parts.records.insertPacked(this.#on, this.#deltas, table, rows, now, by, actor);
  }

  insertWithId(table: TableSchema, id: number, row: StoredRow) {
    return this.#parts.records.insertWithId(this.#on, this.#deltas, table, id, row);
  }

  update(table: TableSchema, id: number, columns: Readonly<Record<string, Stored>>, at: string, by: string | null) {
    return this.#parts.records.update(this.#on, table, id, columns, at, by);
  }

  remove(table: TableSchema, ids: readonly number[]) {
    return this.#parts.records.remove(this.#on, this.#deltas, table, ids);
  }

  setLinks(field: Field, target: TableSchema, id: number, targets: readonly number[]) {
    return this.#parts.links.replace(this.#on, field, target, id, targets);
  }

  findUnique(table: TableSchema, field: Field, value: Stored) {
    return this.#parts.records.findUnique(this.#on, table, field, value);
  }

  appendChanges(entries: readonly ChangeEntry[]) {
    return this.#parts.records.appendChanges(this.#on, entries);
  }
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
