/** The fixed statements of one table: built once per schema object, which is immutable, and forgotten with it. */
import { systemColumns, type TableSchema } from '../../core/tables/table-schema.ts';
import type { SqlDialect } from '../engine.ts';
import { type Compile, type Fragment, hole, inList, quoted, type Statement, sql } from '../statement.ts';

export interface TableStatements {
  /** Tells this schema object from every other in cache keys. */
  readonly serial: number;
  /** Quoted. */
  readonly name: string;
  /** `select <columns> from <table>`. */
  readonly select: Fragment;
  /** (id) */
  readonly get: Statement;
  /** (list of ids) */
  readonly getMany: Statement;
  /** (after this id, limit) */
  readonly next: Statement;
  /** (created_at, updated_at, created_by, updated_by, fields…) */
  readonly insert: Statement;
  /** (all columns) */
  readonly insertWithId: Statement;
  /** (list of ids), answers the ids removed */
  readonly remove: Statement;
}

export type StatementsOf = (table: TableSchema) => TableStatements;

export function createTableStatements(dialect: SqlDialect, compile: Compile): StatementsOf {
  const known = new WeakMap<TableSchema, TableStatements>();
  let serial = 0;

  function build(table: TableSchema): TableStatements {
    serial += 1;
    const name = quoted(table.physicalName);
    const columns = table.columns.map(quoted);
    const from = sql.raw(name);
    const select = sql`select ${sql.raw(columns.join(', '))} from ${from}`;
    const id = quoted(systemColumns[0]);
    const inIds = inList(dialect, id, 0);
    const insertInto = (names: readonly string[]) =>
      compile(
        sql`insert into ${from} (${sql.raw(names.join(', '))}) values (${sql.join(names.map((_, index) => hole(index)))})`,
      );
    return {
      serial,
      name,
      select,
      get: compile(sql`${select} where ${sql.raw(id)} = ${hole(0)}`),
      getMany: compile(sql`${select} where ${inIds} order by ${sql.raw(id)}`),
      next: compile(sql`${select} where ${sql.raw(id)} > ${hole(0)} order by ${sql.raw(id)} limit ${hole(1)}`),
      insert: insertInto(columns.slice(1)),
      insertWithId: insertInto(columns),
      remove: compile(sql`delete from ${from} where ${inIds} returning ${sql.raw(id)}`),
    };
  }

  return (table) => {
    const hit = known.get(table);
    if (hit !== undefined) return hit;
    const made = build(table);
    known.set(table, made);
    return made;
  };
}
