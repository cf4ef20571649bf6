/**
 * System tables by row: find, list, count, insert, upsert, update, remove, add. The text of each statement is built once
 * per shape (table, columns of the condition, order) and kept; a call only binds values.
 */
import type { ListOptions, Where } from '../core/store.ts';
import type { SystemRows, SystemTable } from '../core/system-rows.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { EngineTx, Executor, Param, SqlDialect } from './engine.ts';
import { readWhere } from './queries/where.ts';
import { type Fragment, hole, sql } from './sql.ts';
import { allOf, bind, type Compile, quoted, type Statement } from './statement.ts';
import { type SystemTableShape, systemTable } from './system-tables.ts';

export interface Gateway {
  find<T extends SystemTable>(on: Executor, table: T, where: Where<SystemRows[T]>): Promise<SystemRows[T] | undefined>;
  list<T extends SystemTable>(
    on: Executor,
    table: T,
    where: Where<SystemRows[T]>,
    options?: ListOptions<SystemRows[T]>,
  ): Promise<SystemRows[T][]>;
  count<T extends SystemTable>(on: Executor, table: T, where: Where<SystemRows[T]>): Promise<number>;
  insert<T extends SystemTable>(on: EngineTx, table: T, row: SystemRows[T]): Promise<void>;
  upsert<T extends SystemTable>(on: EngineTx, table: T, row: SystemRows[T]): Promise<void>;
  update<T extends SystemTable>(
    on: EngineTx,
    table: T,
    where: Where<SystemRows[T]>,
    patch: Partial<SystemRows[T]>,
  ): Promise<number>;
  remove<T extends SystemTable>(on: EngineTx, table: T, where: Where<SystemRows[T]>): Promise<number>;
  add<T extends SystemTable>(
    on: EngineTx,
    table: T,
    row: SystemRows[T],
    counters: readonly (keyof SystemRows[T] & string)[],
  ): Promise<void>;
  nextNumber(on: EngineTx, name: string): Promise<number>;
}

type Row = Record<string, unknown>;

/** Shapes come from code, not from callers, so there are few; a bug that makes many must not eat the memory. */
const statementsMax = 5_000;

export function createGateway(dialect: SqlDialect, compile: Compile): Gateway {
  const statements = createBoundedCache<Statement>(statementsMax);

  function statement(key: string, build: () => Fragment): Statement {
    return statements.get(key, () => compile(build()));
  }

  async function find(on: Executor, name: SystemTable, where: Row): Promise<Row | undefined> {
    const table = systemTable(name);
    const { key, conditions, values } = readWhere(table, where, dialect);
    const found = statement(
      `find ${name}${key}`,
      () => sql`select ${columnsOf(table)} from ${tableName(table)}${whereAll(conditions)} limit 1`,
    );
    const rows = await on.rows<Row>(found.text, bind(found, values));
    const row = rows[0];
    return row === undefined ? undefined : parsed(table, row);
  }

  async function list(on: Executor, name: SystemTable, where: Row, options: ListOptions<Row> = {}): Promise<Row[]> {
    const table = systemTable(name);
    const { key, conditions, values } = readWhere(table, where, dialect);
    // Without an order the primary key decides, so that every engine answers alike.
    const order = options.orderBy ?? table.primaryKey.map((column) => [column, 'asc'] as const);
    const limitAt = options.limit === undefined ? -1 : values.push(options.limit) - 1;
    const offsetAt = options.offset === undefined ? -1 : values.push(options.offset) - 1;
    const orderKey = order.map(([column, direction]) => `${column} ${direction}`).join();
    const found = statement(
      `list ${name}${key} order ${orderKey} ${limitAt} ${offsetAt}`,
      () =>
        sql`select ${columnsOf(table)} from ${tableName(table)}${whereAll(conditions)}${orderBy(table, order)}${page(limitAt, offsetAt)}`,
    );
    const rows = await on.rows<Row>(found.text, bind(found, values));
    return table.jsonColumns.length === 0 ? rows : rows.map((row) => parsed(table, row));
  }

  async function count(on: Executor, name: SystemTable, where: Row): Promise<number> {
    const table = systemTable(name);
    const { key, conditions, values } = readWhere(table, where, dialect);
    const found = statement(
      `count ${name}${key}`,
      () => sql`select count(*) from ${tableName(table)}${whereAll(conditions)}`,
    );
    const rows = await on.arrays(found.text, bind(found, values));
    return Number(rows[0]?.[0]);
  }

  async function insert(on: EngineTx, name: SystemTable, row: Row): Promise<void> {
    const table = systemTable(name);
    const found = statement(`insert ${name}`, () => insertInto(table));
    await on.run(found.text, insertValues(table, row));
  }

  async function upsert(on: EngineTx, name: SystemTable, row: Row): Promise<void> {
    const table = systemTable(name);
    const found = statement(`upsert ${name}`, () => {
      const rest = table.columns.filter((column) => !table.primaryKey.includes(column));
      return onConflict(table, rest, (column) => sql`excluded.${nameOf(column)}`);
    });
    await on.run(found.text, insertValues(table, row));
  }

  async function add(on: EngineTx, name: SystemTable, row: Row, counters: readonly string[]): Promise<void> {
    const table = systemTable(name);
    const found = statement(`add ${name} ${counters.join()}`, () =>
      onConflict(table, counters, (column) => sql`${tableName(table)}.${nameOf(column)} + excluded.${nameOf(column)}`),
    );
    await on.run(found.text, insertValues(table, row));
  }

  async function update(on: EngineTx, name: SystemTable, where: Row, patch: Row): Promise<number> {
    const table = systemTable(name);
    const { key, conditions, values } = readWhere(table, where, dialect);
    refuseEverything(conditions, 'update', name);
    const columns = Object.keys(patch);
    if (columns.length === 0) return 0;
    const patchAt = values.length;
    for (const column of columns) values.push(serialised(table, column, patch[column]));
    const found = statement(`update ${name}${key} set ${columns.join()}`, () => {
      const sets = columns.map((column, index) => sql`${nameOf(column)} = ${hole(patchAt + index)}`);
      return sql`update ${tableName(table)} set ${sql.join(sets)}${whereAll(conditions)}`;
    });
    return on.run(found.text, bind(found, values));
  }

  async function remove(on: EngineTx, name: SystemTable, where: Row): Promise<number> {
    const table = systemTable(name);
    const { key, conditions, values } = readWhere(table, where, dialect);
    refuseEverything(conditions, 'remove', name);
    const found = statement(`remove ${name}${key}`, () => sql`delete from ${tableName(table)}${whereAll(conditions)}`);
    return on.run(found.text, bind(found, values));
  }

  async function nextNumber(on: EngineTx, name: string): Promise<number> {
    const found = statement(
      'next number',
      () => sql`insert into sequences (name, value) values (${hole(0)}, 1)
        on conflict (name) do update set value = sequences.value + 1 returning value`,
    );
    const rows = await on.arrays(found.text, [name]);
    return Number(rows[0]?.[0]);
  }

  // The functions above are typed by row shape alone; the interface ties each table to its row.
  return { find, list, count, insert, upsert, update, remove, add, nextNumber } as unknown as Gateway;
}

function nameOf(column: string): Fragment {
  return sql.raw(quoted(column));
}

function tableName(table: SystemTableShape): Fragment {
  return nameOf(table.name);
}

function columnsOf(table: SystemTableShape): Fragment {
  return sql.join(table.columns.map(nameOf));
}

function whereAll(conditions: readonly (() => Fragment)[]): Fragment {
  return conditions.length === 0 ? sql`` : sql` where ${allOf(conditions.map((build) => build()))}`;
}

function orderBy(table: SystemTableShape, order: readonly (readonly [string, string])[]): Fragment {
  const terms = order.map(([column, direction]) => {
    if (!table.kindOf.has(column)) throw new Error(`${table.name} has no column ${column}`);
    return sql`${nameOf(column)} ${sql.raw(direction === 'desc' ? 'desc' : 'asc')}`;
  });
  return terms.length === 0 ? sql`` : sql` order by ${sql.join(terms)}`;
}

function page(limitAt: number, offsetAt: number): Fragment {
  if (limitAt < 0 && offsetAt >= 0) throw new Error('an offset needs a limit');
  if (limitAt < 0) return sql``;
  return offsetAt < 0 ? sql` limit ${hole(limitAt)}` : sql` limit ${hole(limitAt)} offset ${hole(offsetAt)}`;
}

function insertInto(table: SystemTableShape): Fragment {
  const names = sql.join(table.insertColumns.map(nameOf));
  const holes = sql.join(table.insertColumns.map((_, index) => hole(index)));
  return sql`insert into ${tableName(table)} (${names}) values (${holes})`;
}

function onConflict(
  table: SystemTableShape,
  columns: readonly string[],
  value: (column: string) => Fragment,
): Fragment {
  if (table.insertColumns.length < table.columns.length) throw new Error(`${table.name} is append-only`);
  const sets = columns.map((column) => sql`${nameOf(column)} = ${value(column)}`);
  return sql`${insertInto(table)} on conflict (${sql.join(table.primaryKey.map(nameOf))}) do update set ${sql.join(sets)}`;
}

function insertValues(table: SystemTableShape, row: Row): Param[] {
  return table.insertColumns.map((column) => serialised(table, column, row[column]));
}

/** A value as its column holds it. A missing value is a bug of the caller, never an empty column. */
function serialised(table: SystemTableShape, column: string, value: unknown): Param {
  const kind = table.kindOf.get(column);
  if (kind === undefined) throw new Error(`${table.name} has no column ${column}`);
  if (value === undefined) throw new Error(`no value for ${table.name}.${column}`);
  return kind === 'json' ? JSON.stringify(value) : (value as Param);
}

function parsed(table: SystemTableShape, row: Row): Row {
  for (const column of table.jsonColumns) row[column] = JSON.parse(row[column] as string);
  return row;
}

/** An empty condition would reach every row: nobody means that, and one lost variable would do it. */
function refuseEverything(conditions: readonly unknown[], verb: string, name: string): void {
  if (conditions.length === 0) throw new Error(`${verb} of every row of ${name}`);
}
