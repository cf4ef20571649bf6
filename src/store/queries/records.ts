/** Records by id: reading, scanning, writing, and the log of changes. */
import type { Field, Stored } from '../../core/fields/field-type.ts';
import type { StoredRow } from '../../core/records/query.ts';
import type { ChangeEntry } from '../../core/store.ts';
import { systemColumns, type TableSchema } from '../../core/tables/table-schema.ts';
import { createBoundedCache } from '../bounded-cache.ts';
import type { EngineTx, Executor, Param, SqlDialect } from '../engine.ts';
import { hole, sql } from '../sql.ts';
import { bind, type Compile, quoted, type Statement } from '../statement.ts';
import { columnText, comparedText, comparedValue, comparisonOf } from './field-expression.ts';
import type { Links } from './links.ts';
import { type BlockDeltas, countRecord } from './record-blocks.ts';
import type { StatementsOf } from './table-statements.ts';

export interface Records {
  get(on: Executor, table: TableSchema, id: number): Promise<StoredRow | undefined>;
  getMany(on: Executor, table: TableSchema, ids: readonly number[]): Promise<StoredRow[]>;
  scan(on: Executor, table: TableSchema, rowsPerPiece: number): AsyncIterable<StoredRow[]>;
  findUnique(on: Executor, table: TableSchema, field: Field, value: Stored): Promise<number | undefined>;
  insert(
    on: EngineTx,
    deltas: BlockDeltas,
    table: TableSchema,
    rows: readonly (readonly Stored[])[],
    at: string,
    by: string | null,
  ): Promise<number[]>;
  insertWithId(on: EngineTx, deltas: BlockDeltas, table: TableSchema, id: number, row: StoredRow): Promise<void>;
  update(
    on: EngineTx,
    table: TableSchema,
    id: number,
    columns: Readonly<Record<string, Stored>>,
    at: string,
    by: string | null,
  ): Promise<boolean>;
  remove(on: EngineTx, deltas: BlockDeltas, table: TableSchema, ids: readonly number[]): Promise<number[]>;
  appendChanges(on: EngineTx, entries: readonly ChangeEntry[]): Promise<void>;
}

/** Column sets of updates and unique look-ups kept, over all tables. */
const shapesMax = 2_000;

export function createRecords(
  dialect: SqlDialect,
  compile: Compile,
  statementsOf: StatementsOf,
  links: Links,
): Records {
  const shapes = createBoundedCache<Statement>(shapesMax);
  const append = compile(sql`insert into changes (app_id, table_id, record_id, kind, actor, at, fields)
    values (${sql.join([0, 1, 2, 3, 4, 5, 6].map(hole))})`);

  function updateOf(table: TableSchema, names: readonly string[]): Statement {
    const own = statementsOf(table);
    return shapes.get(`${own.serial} update ${names.join()}`, () => {
      for (const name of names) {
        if (table.columns.indexOf(name) < systemColumns.length)
          throw new Error(`table ${table.id} has no field column ${name}`);
      }
      const sets = [...names, 'updated_at', 'updated_by'].map(
        (name, index) => sql`${sql.raw(quoted(name))} = ${hole(index)}`,
      );
      return compile(sql`update ${sql.raw(own.name)} set ${sql.join(sets)} where id = ${hole(sets.length)}`);
    });
  }

  return {
    async get(on, table, id) {
      const rows = await on.arrays(statementsOf(table).get.text, [id]);
      return rows[0];
    },
    async getMany(on, table, ids) {
      return ids.length === 0 ? [] : on.arrays(statementsOf(table).getMany.text, [dialect.listParam(ids)]);
    },
    async *scan(on, table, rowsPerPiece) {
      const { next } = statementsOf(table);
      let last = 0;
      for (;;) {
        const rows = await on.arrays(next.text, [last, rowsPerPiece]);
        if (rows.length > 0) yield rows;
        if (rows.length < rowsPerPiece) return;
        last = rows.at(-1)?.[0] as number;
      }
    },
    async findUnique(on, table, field, value) {
      if (value === null) return undefined;
      const own = statementsOf(table);
      const kind = comparisonOf(field);
      const statement = shapes.get(`${own.serial} unique ${field.slot}`, () => {
        const column = sql.raw(comparedText(columnText(table, field), kind));
        return compile(sql`select id from ${sql.raw(own.name)} where ${column} = ${hole(0)} order by id limit 1`);
      });
      const rows = await on.arrays(statement.text, [comparedValue(kind, value)]);
      return rows[0]?.[0] as number | undefined;
    },
    async insert(on, deltas, table, rows, at, by) {
      const { text } = statementsOf(table).insert;
      const ids: number[] = [];
      for (const row of rows) {
        const id = await on.insert(text, [at, at, by, by, ...row]);
        countRecord(deltas, table, id, 1);
        ids.push(id);
      }
      return ids;
    },
    async insertWithId(on, deltas, table, id, row) {
      await on.run(statementsOf(table).insertWithId.text, [id, ...row.slice(1)]);
      countRecord(deltas, table, id, 1);
    },
    async update(on, table, id, columns, at, by) {
      const names = Object.keys(columns);
      const statement = updateOf(table, names);
      const params: Param[] = [];
      for (const name of names) params.push(columns[name] ?? null);
      params.push(at, by, id);
      return (await on.run(statement.text, bind(statement, params))) > 0;
    },
    async remove(on, deltas, table, ids) {
      if (ids.length === 0) return [];
      const removed = await on.arrays(statementsOf(table).remove.text, [dialect.listParam(ids)]);
      const gone = removed.map((row) => row[0] as number).sort((a, b) => a - b);
      for (const id of gone) countRecord(deltas, table, id, -1);
      if (gone.length > 0) for (const field of table.relations) await links.clear(on, field, gone);
      return gone;
    },
    async appendChanges(on, entries) {
      for (const { appId, tableId, recordId, kind, actor, at, fields } of entries) {
        await on.run(append.text, [appId, tableId, recordId, kind, actor, at, JSON.stringify(fields)]);
      }
    },
  };
}
