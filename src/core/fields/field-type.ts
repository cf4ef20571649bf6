/**
 * The contract of a field type. One type, one file in `types/`, one object that keeps this promise; the shared contract
 * test (`field-types.test.ts`) runs over all of them.
 *
 * Three forms of a value: the *input* (anything a client sends), the *value* (canonical JSON: what the native API
 * shows) and the *stored* form (what the column holds). `null` means empty in all three.
 */
import type { Static, TSchema } from '../schema.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a column or parameter can hold. Booleans are 0 and 1 in the embedded store. */
export type Stored = string | number | null;

export const fieldTypeNames = [
  'text',
  'long_text',
  'rich_text',
  'email',
  'url',
  'phone',
  'number',
  'percent',
  'currency',
  'rating',
  'duration',
  'autonumber',
  'checkbox',
  'date',
  'datetime',
  'time',
  'single_select',
  'multi_select',
  'location',
  'file',
  'image',
  'relation',
  'user',
  'color',
  'json',
  'formula',
  'password',
  'created_at',
  'updated_at',
  'created_by',
  'updated_by',
] as const;

export type FieldTypeName = (typeof fieldTypeNames)[number];

/**
 * Where a type's values live.
 * `text` `number` (double) `integer` `boolean` `json` (text of a JSON value): one column of that storage class.
 * `links`: a join table, no column. `system`: read from a column that every record has, nothing stored. `formula`: worked out
 * when it is read, nothing stored.
 */
export type Storage = 'text' | 'number' | 'integer' | 'boolean' | 'json' | 'links' | 'system' | 'formula';

export type SystemColumn = 'id' | 'created_at' | 'updated_at' | 'created_by' | 'updated_by';

/** How values compare in filters, sorting and uniqueness. `null`: they do not. */
export type Comparison =
  | 'text' /* code points, case counts */
  | 'text_nocase' /* lower-cased (e-mail addresses) */
  | 'number'
  | 'boolean'
  | 'option' /* single_select: sorted by the position of the option */
  | 'options' /* multi_select: any_of / contains over the set, no order */
  | 'links' /* relation: any_of over ids, no order */
  | null;

/** A field as the catalog holds it. `options` has been validated by its type. */
export interface Field {
  readonly id: string;
  readonly tableId: string;
  readonly name: string;
  readonly type: FieldTypeName;
  readonly options: Readonly<Record<string, Json>>;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly isIndexed: boolean;
  readonly position: number;
  /** Canonical value given to new records that leave the field out; `null` for none. */
  readonly defaultValue: Json;
  /** What dialects remember about the field under their own name, e.g. `{formaloo: {type: 'dropdown'}}`. */
  readonly foreign: Readonly<Record<string, Json>>;
  /** Physical column; empty for `links` and `system` storage. */
  readonly column: string;
  /** Position of the value in a stored row; -1 for `links`; after all columns for formulas. */
  readonly slot: number;
}

/** A value that a field type refused, with a message that completes the sentence "<field> …", e.g. `must be a number`. */
export class Refusal {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export interface FieldType<O extends TSchema = TSchema> {
  readonly name: FieldTypeName;
  readonly storage: Storage;
  /** Only with `storage: 'system'`. */
  readonly systemColumn?: SystemColumn;
  readonly comparison: Comparison;
  /** Where it is not the same for every field of the type. */
  comparisonOf?(field: Field): Comparison;
  /** Shape of the type's options, every one optional or defaulted; unknown keys are refused. */
  readonly options: O;
  /** Clients cannot write it. */
  readonly isReadOnly: boolean;
  /** Never leaves the server (passwords). */
  readonly isHidden: boolean;
  /** May carry `isUnique`. */
  readonly canBeUnique: boolean;
  /** Values name other things whose existence the writer checks in the same transaction. */
  readonly refersTo?: 'records' | 'users' | 'files';
  /** Checks the options as a whole beyond their shape, and completes them (ids for new select options). */
  completeOptions?(options: Static<O>): Record<string, Json> | Refusal;
  /**
   * Reads what a client sent. Coerces what real clients send (numeric strings, "true"/"false", one id for a list).
   * `""` and `null` mean empty except where the type can hold an empty string. Never throws.
   */
  parse(input: unknown, field: Field): Json | Refusal;
  /** Canonical value to column form. For `links`: not called. */
  toStored(value: Json, field: Field): Stored;
  /** Slow preparation between parse and toStored (password hashing). */
  prepare?(value: Json, field: Field): Promise<Json>;
  /** Column form to canonical value. */
  fromStored(stored: Stored, field: Field): Json;
  /**
   * True when the stored form is the canonical value as it is, so that hot paths may skip `fromStored`
   * (texts, numbers, ISO dates).
   */
  readonly isStoredAsIs: boolean;
  /** A person's form of the value: CSV cells, search, conversion to another type. Empty value: `''`. */
  toText(value: Json, field: Field): string;
  /** A sample canonical value for documentation. */
  example(field: Field): Json;
  /** JSON Schema of the canonical value (without null) for the OpenAPI document of a table. */
  jsonSchema(field: Field): Record<string, unknown>;
}
