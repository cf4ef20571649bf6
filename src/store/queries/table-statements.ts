/** The fixed statements of one table: built once per schema object, which is immutable, and forgotten with it. */
import type { Projection } from '../../core/records/query.ts';
import { systemColumns, type TableSchema } from '../../core/tables/table-schema.ts';
import { createBoundedCache } from '../bounded-cache.ts';
import type { SqlDialect } from '../engine.ts';
import { type Fragment, hole, sql } from '../sql.ts';
import { type Compile, inList, quoted, type Statement, unpackedRows } from '../statement.ts';
import { formulaText } from './formula-sql.ts';

/** What pages are read with: whole rows, or a projection of them. */
export interface TableReading {
  /** Tells this schema object and projection from every other in cache keys. */
  readonly serial: string;
  /** Quoted. */
  readonly name: string;
  /** `select <columns> from <table>`. */
  readonly select: Fragment;
  /** (after this id, limit) */
  readonly next: Statement;
}

export interface TableStatements extends TableReading {
  /** (id) */
  readonly get: Statement;
  /** (list of ids) */
  readonly getMany: Statement;
  /** (id, id), answers the next and the previous id */
  readonly neighbours: Statement;
  /** (created_at, updated_at, created_by, updated_by, fields…) */
  readonly insert: Statement;
  /** As `insert`, for so many rows; answers their ids. */
  readonly insertSome: Statement;
  readonly insertSomeRows: number;
  /** (created_at, updated_at, created_by, updated_by, packed rows of the fields' columns) */
  readonly insertPacked: Statement;
  /** (all columns) */
  readonly insertWithId: Statement;
  /** (list of ids), answers the ids removed */
  readonly remove: Statement;
}

export type StatementsOf = (table: TableSchema) => TableStatements;

/** Projections kept, over all tables. */
const projectionsMax = 500;

/** More rows in one statement gain nothing, and its text takes memory. */
const rowsTogetherMax = 50;
const parametersMax = 2_000;

export interface TableStatementsCache {
  readonly statementsOf: StatementsOf;
  readonly readingFor: (table: TableSchema, projection: Projection) => TableReading;
}

export function createTableStatements(dialect: SqlDialect, compile: Compile): TableStatementsCache {
  const known = new WeakMap<TableSchema, TableStatements>();
  let serial = 0;

  function readingOf(name: string, columns: readonly string[], serial: string): TableReading {
    const id = sql.raw(quoted(systemColumns[0]));
    const select = sql`select ${sql.raw(columns.join(', '))} from ${sql.raw(name)}`;
    return {
      serial,
      name,
      select,
      next: compile(sql`${select} where ${id} > ${hole(0)} order by ${id} limit ${hole(1)}`),
    };
  }

  function build(table: TableSchema): TableStatements {
    serial += 1;
    const name = quoted(table.physicalName);
    const columns = table.columns.map(quoted);
    const shown = [...columns, ...table.formulas.map(({ formula }) => formulaText(table, formula, 'shown'))];
    const from = sql.raw(name);
    const reading = readingOf(name, shown, String(serial));
    const { select } = reading;
    const id = quoted(systemColumns[0]);
    const inIds = inList(dialect, id, 0);
    const insertInto = (names: readonly string[], rows = 1, end = '') => {
      const valuesOf = (row: number) => sql`(${sql.join(names.map((_, index) => hole(row * names.length + index)))})`;
      const values = sql.join(Array.from({ length: rows }, (_, row) => valuesOf(row)));
      return compile(sql`insert into ${from} (${sql.raw(names.join(', '))}) values ${values}${sql.raw(end)}`);
    };
    const insertSomeRows = Math.max(1, Math.min(rowsTogetherMax, Math.floor(parametersMax / columns.length)));
    const insertPacked = () => {
      const entries = columns.slice(systemColumns.length).map((_, index) => sql.raw(dialect.entry(index)));
      const given = [hole(0), hole(1), hole(2), hole(3), ...entries];
      const rows = unpackedRows(dialect, 4);
      return compile(
        sql`insert into ${from} (${sql.raw(columns.slice(1).join(', '))}) select ${sql.join(given)} from ${rows}`,
      );
    };
    let insertSome: Statement | undefined;
    let packed: Statement | undefined;
    return {
      ...reading,
      get: compile(sql`${select} where ${sql.raw(id)} = ${hole(0)}`),
      getMany: compile(sql`${select} where ${inIds} order by ${sql.raw(id)}`),
      neighbours: compile(
        sql`select (select min(${sql.raw(id)}) from ${from} where ${sql.raw(id)} > ${hole(0)}),
          (select max(${sql.raw(id)}) from ${from} where ${sql.raw(id)} < ${hole(1)})`,
      ),
      insert: insertInto(columns.slice(1)),
      get insertSome() {
        // Long, and seldom wanted.
        insertSome ??= insertInto(columns.slice(1), insertSomeRows, ` returning ${id}`);
        return insertSome;
      },
      insertSomeRows,
      get insertPacked() {
        packed ??= insertPacked();
        return packed;
      },
      insertWithId: insertInto(columns),
      remove: compile(sql`delete from ${from} where ${inIds} returning ${sql.raw(id)}`),
    };
  }

  const projections = createBoundedCache<TableReading>(projectionsMax);

  function statementsOf(table: TableSchema): TableStatements {
    const hit = known.get(table);
    if (hit !== undefined) return hit;
    const made = build(table);
    known.set(table, made);
    return made;
  }

  /** Columns outside the projection are read as null, so that every row keeps the table's layout. */
  function readingFor(table: TableSchema, { slots, key }: Projection): TableReading {
    const own = statementsOf(table);
    const serialOfProjection = `${own.serial}/${key}`;
    return projections.get(serialOfProjection, () => {
      const wanted = new Set(slots);
      const columns = table.columns.map((column, slot) => (slot === 0 || wanted.has(slot) ? quoted(column) : 'null'));
      for (const { field, formula } of table.formulas)
        columns.push(wanted.has(field.slot) ? formulaText(table, formula, 'shown') : 'null');
      return readingOf(own.name, columns, serialOfProjection);
    });
  }

  return { statementsOf, readingFor };
}
