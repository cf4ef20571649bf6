/** Pages and counts of records: filter, order and start become one text (or one per range), built once per shape. */
import type { Filter, RecordQuery, StoredRow } from '../../core/records/query.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { createBoundedCache } from '../bounded-cache.ts';
import type { Executor, Param, SqlDialect } from '../engine.ts';
import type { EngineExpressions } from '../engine-expressions.ts';
import { type Fragment, hole, sql } from '../sql.ts';
import { anyOf, bind, type Compile, type Statement } from '../statement.ts';
import type { RecordBlocks } from './record-blocks.ts';
import { type FilterShape, readFilter } from './record-filter.ts';
import { cursorValues, orderBy, orderOf, type RecordOrder, rangesAfter } from './record-order.ts';
import type { TableReading, TableStatementsCache } from './table-statements.ts';

export interface RecordPages {
  page(on: Executor, table: TableSchema, query: RecordQuery): Promise<StoredRow[]>;
  count(on: Executor, table: TableSchema, filter?: Filter): Promise<number>;
}

export interface PageParts {
  readonly dialect: SqlDialect;
  readonly expressions: EngineExpressions;
  readonly compile: Compile;
  readonly statements: TableStatementsCache;
  readonly blocks: RecordBlocks;
}

/** Query shapes kept, over all tables. */
const shapesMax = 2_000;

const everything: FilterShape = { key: '', build: () => sql`true` };

export function createRecordPages({ dialect, expressions, compile, statements, blocks }: PageParts): RecordPages {
  const shapes = createBoundedCache<readonly Statement[]>(shapesMax);

  function filterShape(filter: Filter | undefined, table: TableSchema, values: Param[]): FilterShape {
    return filter === undefined ? everything : readFilter(filter, table, values, dialect, expressions);
  }

  async function page(on: Executor, table: TableSchema, query: RecordQuery): Promise<StoredRow[]> {
    const own =
      query.projection === undefined ? statements.statementsOf(table) : statements.readingFor(table, query.projection);
    const order = orderOf(query.sort);
    const { filter, start, limit } = query;
    const isWhole = filter === undefined && order.terms.length === 1;
    if (isWhole && start !== undefined && 'offset' in start)
      return atOffset(on, table, own, order, start.offset, limit);
    // Ids begin at 1, so the first page is the one after 0.
    const after = start !== undefined && 'after' in start ? start.after : undefined;
    if (isWhole && order.key === 'asc') return on.arrays(own.next.text, [after?.id ?? 0, limit]);

    const values: Param[] = [];
    const shape = filterShape(filter, table, values);
    if (after !== undefined) {
      const cursor = cursorValues(order, after);
      const cursorAt = values.length;
      values.push(...cursor, limit);
      const empties = cursor.map((value) => (value === null ? '0' : '1')).join('');
      const inRanges = shapes.get(`${own.serial} after ${order.key} ${empties} ${shape.key}`, () =>
        afterCursor(own, table, order, shape, cursor, cursorAt, values.length - 1),
      );
      return inTurn(on, inRanges, values, limit);
    }
    const limitAt = values.push(limit) - 1;
    // Engines count rows in 64 bits and take no larger number.
    values.push(start !== undefined && 'offset' in start ? Math.min(start.offset, Number.MAX_SAFE_INTEGER) : 0);
    const [statement] = shapes.get(`${own.serial} from ${order.key} ${shape.key}`, () => {
      const ordered = orderBy(order, table, dialect);
      return [
        compile(
          sql`${own.select} where ${shape.build()} ${ordered} limit ${hole(limitAt)} offset ${hole(limitAt + 1)}`,
        ),
      ];
    });
    return statement === undefined ? [] : on.arrays(statement.text, bind(statement, values));
  }

  /**
   * One statement per range where an index can seek each; otherwise one statement over all of them, so that the
   * records are sorted once.
   */
  function afterCursor(
    own: TableReading,
    table: TableSchema,
    order: RecordOrder,
    filter: FilterShape,
    cursor: readonly Param[],
    cursorAt: number,
    limitAt: number,
  ): Statement[] {
    const ranges = rangesAfter(order, table, cursor, cursorAt);
    const select = (condition: Fragment, orderFrom: number) => {
      const where = filter === everything ? condition : sql`${filter.build()} and ${condition}`;
      return compile(
        sql`${own.select} where ${where} ${orderBy(order, table, dialect, orderFrom)} limit ${hole(limitAt)}`,
      );
    };
    if (order.isIndexed) return ranges.map((range) => select(range.condition, range.orderFrom));
    return [select(anyOf(ranges.map((range) => range.condition)), 0)];
  }

  /** Runs the ranges until the page is full. The limit is the last value. */
  async function inTurn(
    on: Executor,
    statements: readonly Statement[],
    values: Param[],
    limit: number,
  ): Promise<StoredRow[]> {
    let rows: StoredRow[] = [];
    for (const statement of statements) {
      values[values.length - 1] = limit - rows.length;
      const more = await on.arrays(statement.text, bind(statement, values));
      rows = rows.length === 0 ? more : [...rows, ...more];
      if (rows.length >= limit) break;
    }
    return rows;
  }

  /** An offset into the whole table in id order: the counts of the blocks lead to the block it lies in. */
  async function atOffset(
    on: Executor,
    table: TableSchema,
    own: TableReading,
    order: RecordOrder,
    offset: number,
    limit: number,
  ): Promise<StoredRow[]> {
    const direction = order.key === 'desc' ? 'desc' : 'asc';
    const place = await blocks.locate(on, table, offset, direction);
    if (place === null) return [];
    const [statement] = shapes.get(`${own.serial} offset ${direction}`, () => {
      const bound = sql`id ${sql.raw(direction === 'asc' ? '>=' : '<=')} ${hole(0)}`;
      return [
        compile(sql`${own.select} where ${bound} ${orderBy(order, table, dialect)} limit ${hole(1)} offset ${hole(2)}`),
      ];
    });
    return statement === undefined ? [] : on.arrays(statement.text, bind(statement, [place.id, limit, place.skip]));
  }

  async function count(on: Executor, table: TableSchema, filter?: Filter): Promise<number> {
    if (filter === undefined) return blocks.total(on, table);
    const own = statements.statementsOf(table);
    const values: Param[] = [];
    const shape = filterShape(filter, table, values);
    const [statement] = shapes.get(`${own.serial} count ${shape.key}`, () => [
      compile(sql`select count(*) from ${sql.raw(own.name)} where ${shape.build()}`),
    ]);
    if (statement === undefined) return 0;
    const rows = await on.arrays(statement.text, bind(statement, values));
    return Number(rows[0]?.[0]);
  }

  return { page, count };
}
