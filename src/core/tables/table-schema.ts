/** A table as the catalog holds it: its fields resolved for fast reading. Immutable; a change makes a new one. */
import type { Field, Json } from '../fields/field-type.ts';
import type { Formula } from '../formulas/formula.ts';

/** A field of type formula with what it works out. */
export interface FormulaField {
  readonly field: Field;
  readonly formula: Formula;
}

export interface TableSchema {
  readonly id: string;
  /** Small integer, never reused: part of record slugs and of the offset index. */
  readonly number: number;
  readonly appId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly description: string | null;
  /** `users`: the table whose records are the app's users. */
  readonly role: 'users' | null;
  readonly foreign: Readonly<Record<string, Json>>;
  /** Grows with every change of the table or its fields, but for choices that writing adds; keys everything that is compiled per table. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy: string | null;
  readonly position: number;
  /** In the order people see. */
  readonly fields: readonly Field[];
  /** By exact name and by id. */
  readonly fieldByName: ReadonlyMap<string, Field>;
  readonly fieldById: ReadonlyMap<string, Field>;
  /** Columns of a stored row in order: the five system columns, then one per field with a column. */
  readonly columns: readonly string[];
  /** Fields of type relation (storage `links`). */
  readonly relations: readonly Field[];
  /** Fields of type formula, in the order of their slots, which follow those of the columns. */
  readonly formulas: readonly FormulaField[];
  /** Physical table name. */
  readonly physicalName: string;
}

/** The first five entries of every stored row. */
export const systemColumns = ['id', 'created_at', 'updated_at', 'created_by', 'updated_by'] as const;
