/** The neutral form of a question about records. Dialects parse their own syntax into it; the store answers it. */
import type { Field, Stored } from '../fields/field-type.ts';

/** A record as its columns hold it, in the order of `TableSchema.columns`: id, created_at, updated_at, created_by, updated_by, fields. */
export type StoredRow = readonly Stored[];

export type ComparisonOperator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'starts_with';

/**
 * A filter tree over stored values. `field` may be a real field or a pseudo field of a system column.
 * Empty values: `eq null` is written `is_null`; a comparison with a value is never true for an empty field, except `ne`
 * and `not`, which are.
 */
export type Filter =
  | { readonly op: ComparisonOperator; readonly field: Field; readonly value: Exclude<Stored, null> }
  | { readonly op: 'in'; readonly field: Field; readonly values: readonly Exclude<Stored, null>[] }
  /** relation and multi_select: at least one of the values is linked / chosen. */
  | { readonly op: 'any_of'; readonly field: Field; readonly values: readonly Exclude<Stored, null>[] }
  | { readonly op: 'is_null'; readonly field: Field; readonly isNull: boolean }
  | { readonly op: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  /** Matches nothing; dialects use it for filters that can never hold. */
  | { readonly op: 'never' };

export interface SortKey {
  readonly field: Field;
  readonly direction: 'asc' | 'desc';
}

/** Where a page begins: after the record with these sort values and id, or after so many records. */
export type PageStart =
  | { readonly after: { readonly values: readonly Stored[]; readonly id: number } }
  | { readonly offset: number };

/** The part of a row that the caller will read. Made once per use (a renderer has one), so that its key costs nothing. */
export interface Projection {
  /** Ascending; the id is always read. */
  readonly slots: readonly number[];
  /** Equal for equal slots. */
  readonly key: string;
}

export function projectionOf(slots: Iterable<number>): Projection {
  const sorted = [...new Set(slots)].sort((a, b) => a - b);
  return { slots: sorted, key: sorted.join() };
}

export interface RecordQuery {
  /** Slots outside it come as null: reading less of wide rows is cheaper. Without: everything. */
  readonly projection?: Projection;
  readonly filter?: Filter;
  /** Without: ascending id. The id always breaks ties (in the direction of the last key). Empty values sort first when ascending. */
  readonly sort?: readonly SortKey[];
  readonly start?: PageStart;
  /** Rows at most. */
  readonly limit: number;
}
