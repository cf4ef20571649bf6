/** Records by id: reading, scanning, writing, and the log of changes. */
import { toIso } from '../../core/clock.ts';
import type { Field, Stored } from '../../core/fields/field-type.ts';
import type { StoredRow } from '../../core/records/query.ts';
import { type ChangeEntry, type PackedRows, UniqueViolation } from '../../core/store.ts';
import { systemColumns, type TableSchema } from '../../core/tables/table-schema.ts';
import { createBoundedCache } from '../bounded-cache.ts';
import type { EngineTx, Executor, Param, SqlDialect } from '../engine.ts';
import { hole, sql } from '../sql.ts';
import { bind, type Compile, quoted, type Statement, unpackedRows } from '../statement.ts';
import { columnText, comparedText, comparedValue, comparisonOf } from './field-expression.ts';
import type { Links } from './links.ts';
import { type BlockDeltas, countRecord } from './record-blocks.ts';
import type { StatementsOf } from './table-statements.ts';

export interface Records {
  get(on: Executor, table: TableSchema, id: number): Promise<StoredRow | undefined>;
  getMany(on: Executor, table: TableSchema, ids: readonly number[]): Promise<StoredRow[]>;
  neighbours(on: Executor, table: TableSchema, id: number): Promise<{ next: number | null; previous: number | null }>;
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
  insertPacked(
    on: EngineTx,
    deltas: BlockDeltas,
    table: TableSchema,
    rows: PackedRows,
    now: number,
    by: string | null,
    actor: string,
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
/** Changes that one statement logs: a statement costs as much as the row that it writes. */
const changesTogether = 50;

export function createRecords(
  dialect: SqlDialect,
  compile: Compile,
  statementsOf: StatementsOf,
  links: Links,
): Records {
  const shapes = createBoundedCache<Statement>(shapesMax);
  const appendOf = (entries: number) => {
    const values = (entry: number) => sql`(${sql.join([0, 1, 2, 3, 4, 5, 6].map((at) => hole(7 * entry + at)))})`;
    return compile(sql`insert into changes (app_id, table_id, record_id, kind, actor, at, fields)
      values ${sql.join(Array.from({ length: entries }, (_, entry) => values(entry)))}`);
  };
  const append = appendOf(1);
  const appendPacked = compile(sql`insert into changes (app_id, table_id, record_id, kind, actor, at, fields)
    select ${hole(0)}, ${hole(1)}, ${hole(2)} + key, 'create', ${hole(3)}, ${hole(4)}, value from ${unpackedRows(dialect, 5)}`);
  const appendMany = appendOf(changesTogether);

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
    async neighbours(on, table, id) {
      const [row] = await on.arrays(statementsOf(table).neighbours.text, [id, id]);
      return { next: (row?.[0] ?? null) as number | null, previous: (row?.[1] ?? null) as number | null };
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
      const { insert, insertSome, insertSomeRows } = statementsOf(table);
      const ids: number[] = [];
      const insertOne = async (row: readonly Stored[]) => {
        try {
          const id = await on.insert(insert.text, [at, at, by, by, ...row]);
          countRecord(deltas, table, id, 1);
          ids.push(id);
        } catch (error) {
          throw error instanceof UniqueViolation ? new UniqueViolation(error.column, ids.length) : error;
        }
      };
      // The common case is one row: nothing to divide.
      if (rows.length === 1) {
        await insertOne(rows[0] ?? []);
        return ids;
      }
      const insertTogether = async (some: readonly (readonly Stored[])[]) => {
        const params: Param[] = [];
        for (const row of some) params.push(at, at, by, by, ...row);
        const inserted = await on.arrays(insertSome.text, params);
        // Given out in the order of the rows, whatever the order in which they are answered.
        const given = inserted.map((row) => row[0] as number).sort((a, b) => a - b);
        for (const id of given) countRecord(deltas, table, id, 1);
        ids.push(...given);
      };
      for (let from = 0; from < rows.length; ) {
        const some = rows.slice(from, from + insertSomeRows);
        // One by one it is known which row is refused.
        const isWhole = some.length === insertSomeRows && some.length > 1;
        if (!isWhole || !(await insertTogether(some).then(yes, unlessRefused)))
          for (const row of some) await insertOne(row);
        from += some.length;
      }
      return ids;
    },
    async insertPacked(on, deltas, table, { count, columns, logged }, now, by, actor) {
      if (count === 0) return [];
      const at = toIso(now);
      const last = await on.insert(statementsOf(table).insertPacked.text, [at, at, by, by, columns]);
      // Nobody else writes meanwhile, so the ids of one statement follow each other.
      const first = last - count + 1;
      for (let id = first; id <= last; id += 1) countRecord(deltas, table, id, 1);
      await on.run(appendPacked.text, [table.appId, table.id, first, actor, now, logged]);
      return Array.from({ length: count }, (_, index) => first + index);
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
      for (let from = 0; from < entries.length; ) {
        const isMany = entries.length - from >= changesTogether;
        const some = entries.slice(from, from + (isMany ? changesTogether : 1));
        const params: Param[] = [];
        for (const { appId, tableId, recordId, kind, actor, at, fields } of some) {
          params.push(appId, tableId, recordId, kind, actor, at, JSON.stringify(fields));
        }
        await on.run((isMany ? appendMany : append).text, params);
        from += some.length;
      }
    },
  };
}

const yes = () => true;

function unlessRefused(error: unknown): boolean {
  if (error instanceof UniqueViolation) return false;
  throw error;
}
