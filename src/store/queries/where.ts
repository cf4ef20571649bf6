/** Conditions on system tables: read once into a shape (for the text) and values (for the run). */
import type { Stored } from '../../core/fields/field-type.ts';
import type { Param, SqlDialect } from '../engine.ts';
import { type Fragment, hole, sql } from '../sql.ts';
import { inList, quoted } from '../statement.ts';
import type { SystemTableShape } from '../system-tables.ts';

const comparisons = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const comparisonNames = Object.keys(comparisons) as (keyof typeof comparisons)[];

export interface WhereShape {
  /** Names the text: same key, same text. */
  readonly key: string;
  /** One condition each, all of which must hold; built only for a new text. */
  readonly conditions: readonly (() => Fragment)[];
  readonly values: Param[];
}

/** Reads a condition. A column that is not the table's, or an undefined value, is a bug and throws. */
export function readWhere(
  table: SystemTableShape,
  where: Readonly<Record<string, unknown>>,
  dialect: SqlDialect,
): WhereShape {
  let key = '';
  const conditions: (() => Fragment)[] = [];
  const values: Param[] = [];

  for (const column of Object.keys(where)) {
    const wanted = where[column];
    const kind = table.kindOf.get(column);
    if (kind === undefined || kind === 'json') throw new Error(`${table.name}.${column} cannot be a condition`);
    if (wanted === undefined) throw new Error(`condition on ${table.name}.${column} is undefined`);
    if (wanted === null) {
      key += ` ${column} null`;
      conditions.push(() => sql`${sql.raw(quoted(column))} is null`);
    } else if (typeof wanted !== 'object') {
      key += ` ${column}=`;
      const at = values.push(wanted as Param) - 1;
      conditions.push(() => sql`${sql.raw(quoted(column))} = ${hole(at)}`);
    } else if ('in' in wanted) {
      key += ` ${column} in`;
      const at = values.push(dialect.listParam(wanted.in as readonly Stored[])) - 1;
      conditions.push(() => inList(dialect, quoted(column), at));
    } else {
      key += readBounds(table, column, wanted as Readonly<Record<string, unknown>>, conditions, values);
    }
  }
  return { key, conditions, values };
}

function readBounds(
  table: SystemTableShape,
  column: string,
  bounds: Readonly<Record<string, unknown>>,
  conditions: (() => Fragment)[],
  values: Param[],
): string {
  let key = '';
  const operators = comparisonNames.filter((operator) => bounds[operator] !== undefined);
  if (operators.length === 0 || operators.length !== Object.keys(bounds).length) {
    throw new Error(`condition on ${table.name}.${column} is not one`);
  }
  for (const operator of operators) {
    key += ` ${column}${comparisons[operator]}`;
    const at = values.push(bounds[operator] as Param) - 1;
    conditions.push(() => sql`${sql.raw(quoted(column))} ${sql.raw(comparisons[operator])} ${hole(at)}`);
  }
  return key;
}
