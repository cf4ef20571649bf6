/**
 * What an SQL engine must do, and how engines differ. Everything above speaks in (SQL text, parameters); only the
 * files of one engine know its driver.
 */
import type { Stored } from '../core/fields/field-type.ts';
import type { Store, StoreHealth } from '../core/store.ts';

/** Bytes are UTF-8 text. */
export type Param = Stored | Uint8Array;

/** A statement whose text is stable, so that the engine prepares it once and keeps it. */
export interface Executor {
  /** Rows as objects. */
  rows<R>(sql: string, params: readonly Param[]): Promise<R[]>;
  /** Rows as arrays in column order: the cheap form for hot paths. */
  arrays(sql: string, params: readonly Param[]): Promise<Stored[][]>;
}

export interface EngineTx extends Executor {
  /** Runs a statement that returns no rows; answers the number of rows it changed. */
  run(sql: string, params: readonly Param[]): Promise<number>;
  /** Runs an insert into a table with an ascending integer key; answers the new key. */
  insert(sql: string, params: readonly Param[]): Promise<number>;
}

/** Differences between engines as named flags and small texts: no `if (engine === …)` elsewhere. */
export interface SqlDialect {
  readonly name: 'sqlite' | 'postgres';
  /** Column types by storage class. */
  readonly types: {
    readonly text: string;
    readonly number: string;
    readonly integer: string;
    readonly boolean: string;
    readonly json: string;
    readonly id: string;
  };
  /** `?` or `$3`, 1-based. */
  placeholder(position: number): string;
  /** Condition `column IN (a list given as one parameter)`, and that parameter. */
  inList(column: string, position: number): string;
  listParam(values: readonly Stored[]): Stored;
  /** A JSON array, given as bytes, as rows `key` (from 0) and `value`; and an entry of a `value` that is an array itself. */
  unpacked(position: number): string;
  entry(index: number): string;
  /** Needed where the engine sorts empty values last by default. */
  readonly nullsFirst: string;
  readonly nullsLast: string;
}

export interface Engine extends Executor {
  readonly dialect: SqlDialect;
  /** Atomic and durable when it resolves. Works run one after the other in submission order on the embedded engine. */
  write<T>(work: (tx: EngineTx) => Promise<T>): Promise<T>;
  snapshot: Store['snapshot'];
  health(): StoreHealth;
  close(): Promise<void>;
}
