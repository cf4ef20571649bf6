/**
 * What the core needs from storage: types only. System tables are reached by row (`find`, `list`, `insert`, …), records
 * through `records`, physical tables through `schema`. Nothing here may be assumed synchronous, and inside `write`
 * only `tx` may be awaited.
 */
import type { Field, Json, Stored } from './fields/field-type.ts';
import type { Filter, RecordQuery, StoredRow } from './records/query.ts';
import type { SystemRows, SystemTable } from './system-rows.ts';
import type { TableSchema } from './tables/table-schema.ts';

type Comparable = string | number | null;
export type Condition<V> =
  | V
  | { readonly in: readonly V[] }
  | { readonly gt?: V; readonly gte?: V; readonly lt?: V; readonly lte?: V };
export type Where<R> = { readonly [C in keyof R]?: R[C] extends Comparable ? Condition<R[C]> : never };

export interface ListOptions<R> {
  /** Without: by primary key. */
  readonly orderBy?: readonly (readonly [keyof R & string, 'asc' | 'desc'])[];
  readonly limit?: number;
  readonly offset?: number;
}

export interface Reads {
  find<T extends SystemTable>(table: T, where: Where<SystemRows[T]>): Promise<SystemRows[T] | undefined>;
  list<T extends SystemTable>(
    table: T,
    where: Where<SystemRows[T]>,
    options?: ListOptions<SystemRows[T]>,
  ): Promise<SystemRows[T][]>;
  count<T extends SystemTable>(table: T, where: Where<SystemRows[T]>): Promise<number>;
  readonly records: RecordReads;
}

export interface RecordReads {
  get(table: TableSchema, id: number): Promise<StoredRow | undefined>;
  /** Rows in ascending id; unknown ids are left out. */
  getMany(table: TableSchema, ids: readonly number[]): Promise<StoredRow[]>;
  /** The ids next to this one, whether or not it is there itself; null where there is none. */
  neighbours(
    table: TableSchema,
    id: number,
  ): Promise<{ readonly next: number | null; readonly previous: number | null }>;
  page(table: TableSchema, query: RecordQuery): Promise<StoredRow[]>;
  /** Exact. Without a filter it costs the same at any size. */
  count(table: TableSchema, filter?: Filter): Promise<number>;
  /** Links of these records through one relation field, ascending by target; records without links are absent. */
  links(field: Field, ids: readonly number[]): Promise<Map<number, number[]>>;
  /** Every row of the table in ascending id, in pieces, without holding a snapshot between pieces. */
  scan(table: TableSchema, rowsPerPiece: number): AsyncIterable<StoredRow[]>;
}

/** One entry of the changes log, before it has a sequence number. */
export interface ChangeEntry {
  readonly appId: string;
  readonly tableId: string;
  readonly recordId: number;
  readonly kind: 'create' | 'update' | 'delete';
  /** Who: `user:<id>`, `key:<id>` or `system`. */
  readonly actor: string;
  readonly at: number;
  /** Field id → stored value (relations: array of ids); all fields on create, the changed ones on update, none on delete. */
  readonly fields: Readonly<Record<string, Json>>;
}

/** Rows as the store takes them without a look at each: as JSON, in UTF-8. */
export interface PackedRows {
  readonly count: number;
  /** An array of arrays: the columns of fields, in their order. */
  readonly columns: Uint8Array;
  /** An array of objects, what the changes log says of them: stored values by the id of their field. */
  readonly logged: Uint8Array;
}

export interface RecordWrites extends RecordReads {
  /**
   * Inserts rows given as field columns only, in the order of `table.columns` after the five system columns; `at` and `by`
   * fill those. Returns the new ids in order. Throws `UniqueViolation`.
   */
  insert(table: TableSchema, rows: readonly (readonly Stored[])[], at: string, by: string | null): Promise<number[]>;
  /**
   * Inserts rows that were packed before, logs that `actor` created them, and answers their ids. All or none; throws
   * `UniqueViolation`, which does not say in which row.
   */
  insertPacked(table: TableSchema, rows: PackedRows, now: number, by: string | null, actor: string): Promise<number[]>;
  /** Inserts a row under an id of its own choosing (restore). The id sequence moves past it. */
  insertWithId(table: TableSchema, id: number, row: StoredRow): Promise<void>;
  /** Sets columns (by column name) of one record; false when there is no such record. Throws `UniqueViolation`. */
  update(
    table: TableSchema,
    id: number,
    columns: Readonly<Record<string, Stored>>,
    at: string,
    by: string | null,
  ): Promise<boolean>;
  /** Removes records and every link to and from them; returns the ids that existed. */
  remove(table: TableSchema, ids: readonly number[]): Promise<number[]>;
  /**
   * Replaces the links of one record through a relation field. Where the other side holds only one link, a target
   * that was linked elsewhere moves here. Returns the ids that do not exist in the target table (then nothing changed).
   */
  setLinks(field: Field, target: TableSchema, id: number, targets: readonly number[]): Promise<number[]>;
  /** Id of the record whose unique field holds this stored value. */
  findUnique(table: TableSchema, field: Field, value: Stored): Promise<number | undefined>;
  appendChanges(entries: readonly ChangeEntry[]): Promise<void>;
}

/** Physical tables and columns. Runs inside the same transaction as the system rows that describe them. */
export interface SchemaWrites {
  /** With its columns and the indexes that its fields ask for; join tables are made by `createLinks`. */
  createTable(table: TableSchema): Promise<void>;
  dropTable(table: TableSchema): Promise<void>;
  addColumn(table: TableSchema, field: Field): Promise<void>;
  /** With its index. */
  dropColumn(table: TableSchema, field: Field): Promise<void>;
  /** Index (unique or not) over one field's column, comparing as the field's type does. Throws `UniqueViolation`. */
  createIndex(table: TableSchema, field: Field, isUnique: boolean): Promise<void>;
  dropIndex(table: TableSchema, field: Field): Promise<void>;
  /** Join table of a relation; `field.options.link` names it. */
  createLinks(field: Field): Promise<void>;
  dropLinks(field: Field): Promise<void>;
  /** Sets one column for many records at once: `[record id, stored value]`. */
  fillColumn(table: TableSchema, field: Field, values: readonly (readonly [number, Stored])[]): Promise<void>;
}

export interface Tx extends Reads {
  insert<T extends SystemTable>(table: T, row: SystemRows[T]): Promise<void>;
  /** Inserts, or replaces the row with the same primary key. */
  upsert<T extends SystemTable>(table: T, row: SystemRows[T]): Promise<void>;
  /** Returns the number of rows changed. */
  update<T extends SystemTable>(table: T, where: Where<SystemRows[T]>, patch: Partial<SystemRows[T]>): Promise<number>;
  /** As `update`, it refuses an empty condition: that would reach every row. */
  remove<T extends SystemTable>(table: T, where: Where<SystemRows[T]>): Promise<number>;
  /** Adds to numeric columns; inserts the row when it is not there. Used by usage and last-used counters. */
  add<T extends SystemTable>(
    table: T,
    row: SystemRows[T],
    counters: readonly (keyof SystemRows[T] & string)[],
  ): Promise<void>;
  /** Next number of a named sequence, starting at 1, never reused. */
  nextNumber(name: string): Promise<number>;
  readonly records: RecordWrites;
  readonly schema: SchemaWrites;
}

export interface StoreHealth {
  readonly isHealthy: boolean;
  /** Why not, for operators. */
  readonly reason: string | null;
  readonly engine: 'sqlite' | 'postgres';
}

/** What a copy of the database holds. */
export interface DatabaseFacts {
  /** Rows by physical table. */
  readonly counts: Readonly<Record<string, number>>;
  /** The last entry of the changes log; 0 and null where there is none. */
  readonly lastChange: number;
  readonly lastChangeAt: number | null;
  /** What has been migrated: the version of the database. */
  readonly migrations: readonly string[];
  /** Of the master key that the database was made with; null where it has not been noted yet. */
  readonly masterKeyFingerprint: string | null;
}

/** An uploaded file as the database knows it. */
export interface StoredFile {
  readonly id: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A copy of everything as it was at one moment. */
export interface Snapshot {
  readonly facts: DatabaseFacts;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** All of it, compressed with Zstandard. A piece is good until the next one is asked for. */
  readCompressed(): AsyncIterable<Uint8Array>;
  /** The uploaded files that it knows, in pieces. */
  files(): AsyncIterable<readonly StoredFile[]>;
  /** The copy is needed no more. */
  remove(): Promise<void>;
}

export interface Store extends Reads {
  /** Atomic; resolves only when what it wrote is on disk. A work that throws leaves nothing behind and rejects with its error. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Copies everything without making reads or writes wait. What `write` has acknowledged before is in it. `onBytes` is told
   * how much of how much has been compressed.
   */
  snapshot(onBytes?: (done: number, total: number) => void): Promise<Snapshot>;
  health(): StoreHealth;
  /** Finishes queued writes, then releases everything. */
  close(): Promise<void>;
}

/** A unique index refused a value. `column` is the physical column, or empty for a system table. */
export class UniqueViolation extends Error {
  readonly column: string;
  /** Of the rows to be inserted, the one refused. */
  readonly row: number;
  constructor(column: string, row = 0) {
    super(`unique index on ${column}`);
    this.name = 'UniqueViolation';
    this.column = column;
    this.row = row;
  }
}
