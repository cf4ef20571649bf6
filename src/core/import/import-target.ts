/**
 * Where an import writes to: the core itself, or a server that is reached over its API. Rows go in as values of named
 * fields; what a value must be, the target's own fields decide.
 */
import type { ErrorCode } from '../errors.ts';
import type { FieldInput } from '../fields/add-field.ts';
import type { FieldTypeName, Json } from '../fields/field-type.ts';
import type { RowReading } from '../records/row-reading.ts';
import type { PackedRows } from '../store.ts';

export interface TargetField {
  readonly name: string;
  readonly type: FieldTypeName;
  readonly isUnique: boolean;
  readonly isReadOnly: boolean;
  /** Whoever imports may set it. */
  readonly mayWrite: boolean;
}

export interface TargetTable {
  readonly id: string;
  readonly name: string;
  readonly fields: readonly TargetField[];
}

/** Values by place of their field; null empties the field, undefined leaves it as it is (or gives it its default). */
export type RowValues = readonly (Json | undefined)[];

export const rowOutcomes = ['created', 'updated', 'unchanged'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];

/** One problem of one row of a call. */
export interface RowProblem {
  /** Place of the row in the call, from 0. */
  readonly index: number;
  /** Empty when it is about the row as a whole. */
  readonly field: string;
  readonly code: ErrorCode;
  /** Completes the sentence "<field> …". */
  readonly reason: string;
}

/** Is kept with what is written, in the same write: so an import that was interrupted knows what it has done. */
export interface Mark {
  /** Tells it from every other of the import. */
  readonly place: string;
  /** What came of the rows. */
  readonly outcome: string;
}

/** As `Mark`, where the outcome is known only when the rows are written. */
export interface LateMark {
  readonly place: string;
  /** `updated`: records that were changed, those that were as they should be not counted. */
  outcomeOf(updated: number): string;
}

/** What came of rows that were written together: nothing where there are problems. */
export interface Written {
  readonly problems: readonly RowProblem[];
  /** As it was kept. */
  readonly outcome: string;
}

/** How rows are packed for one table. */
export interface Packing {
  readonly reading: RowReading;
  /** The rows are made, all or none. False: they have to be written by their values. */
  write(rows: PackedRows, mark: Mark): Promise<boolean>;
}

export interface ImportTarget {
  /** @throws table_not_found */
  openTable(id: string): Promise<TargetTable>;
  findTable(name: string): Promise<TargetTable | null>;
  createTable(name: string, fields: readonly FieldInput[]): Promise<TargetTable>;
  addFields(table: TargetTable, fields: readonly FieldInput[]): Promise<TargetTable>;
  /** Null, or absent: rows are written by their values. */
  packing?(table: TargetTable, fields: readonly string[]): Promise<Packing | null>;
  /** The outcome of a mark that an earlier run of this import has kept; or null. @throws body_invalid for another file */
  recall?(fields: readonly string[], place: string): Promise<string | null>;
  /** Keeps a mark by itself. */
  keep?(fields: readonly string[], mark: Mark): Promise<void>;
  /** Record ids by place in `values`; absent where no record holds the value in the (unique) field. */
  match(table: TargetTable, field: string, values: readonly string[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Creates rows and changes records, all or none; at most 1000 together. Indexes of problems count the created ones first.
   * An answer without problems means that everything is on disk, and the mark with it.
   */
  writeAll(
    table: TargetTable,
    fields: readonly string[],
    create: readonly RowValues[],
    update: readonly { readonly id: number; readonly values: RowValues }[],
    mark: LateMark,
  ): Promise<Written>;
  /**
   * Creates one record or, with a key field, changes the one that holds the row's value in it; once per place, whose mark
   * is what it answered. `unchanged`: the record was as it should be, and nothing was written.
   */
  writeOne(
    table: TargetTable,
    fields: readonly string[],
    values: RowValues,
    key: string | null,
    place: string,
  ): Promise<RowOutcome | RowProblem>;
}
