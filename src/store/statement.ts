/**
 * SQL text, compiled once and bound often: the holes of a fragment become the engine's placeholders, and each run
 * supplies the values. So the text of a query shape is built once and kept.
 */
import type { Param, SqlDialect } from './engine.ts';
import { type Fragment, hole, sql } from './sql.ts';

export interface Statement {
  readonly text: string;
  /** Index into the values for each placeholder; null when placeholder n takes value n. */
  readonly holes: readonly number[] | null;
}

export type Compile = (fragment: Fragment) => Statement;

export function createCompile(dialect: Pick<SqlDialect, 'placeholder'>): Compile {
  return ({ texts, holes }) => ({
    text: texts.reduce((text, next, position) => text + dialect.placeholder(position) + next),
    holes: holes.every((hole, position) => hole === position) ? null : holes,
  });
}

/** Parameters of a run. The values may hold more than the statement's holes name only where `holes` is not null. */
export function bind(statement: Statement, values: readonly Param[]): readonly Param[] {
  if (statement.holes === null) return values;
  return statement.holes.map((hole) => valueAt(values, hole));
}

function valueAt(values: readonly Param[], hole: number): Param {
  const value = values[hole];
  if (value === undefined) throw new Error(`no value for hole ${hole}`);
  return value;
}

/** A quoted identifier. Ours are made of base62 ids, so anything else is a bug or an attack. */
export function quoted(identifier: string): string {
  if (!/^[A-Za-z0-9_]+$/.test(identifier)) throw new Error(`not an identifier: ${JSON.stringify(identifier)}`);
  return `"${identifier}"`;
}

/** `column IN (list)`, where the list is one parameter. `column` is SQL text. */
export function inList(dialect: SqlDialect, column: string, index: number): Fragment {
  return withHole(dialect, dialect.inList(column, 1), index);
}

/** The rows of a packed parameter. */
export function unpackedRows(dialect: SqlDialect, index: number): Fragment {
  return withHole(dialect, dialect.unpacked(1), index);
}

function withHole(dialect: SqlDialect, text: string, index: number): Fragment {
  const placeholder = dialect.placeholder(1);
  const at = text.indexOf(placeholder);
  return sql`${sql.raw(text.slice(0, at))}${hole(index)}${sql.raw(text.slice(at + placeholder.length))}`;
}

/** Conditions joined by `and`; without any: true. */
export function allOf(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

/** Conditions joined by `or` in parentheses; without any: false. */
export function anyOf(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
}
