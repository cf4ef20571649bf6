/**
 * Filter trees to SQL. A filter is read once into a key that names its text, the values of the run, and a builder for the
 * text that is called only when the key is new. Inside `and` and `or` an unknown (a comparison with an empty column) acts as
 * false; every `not` makes its operand two-valued first, so it is an exact negation.
 */
import { AppError } from '../../core/errors.ts';
import type { Field, Stored } from '../../core/fields/field-type.ts';
import type { ComparisonOperator, Filter } from '../../core/records/query.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import type { Param, SqlDialect } from '../engine.ts';
import type { EngineExpressions } from '../engine-expressions.ts';
import { type Fragment, hole, sql } from '../sql.ts';
import { allOf, anyOf, inList, quoted } from '../statement.ts';
import { columnText, comparedText, comparedValue, comparisonOf, refused } from './field-expression.ts';
import { linkTableOf } from './links.ts';

export interface FilterShape {
  /** Names the text: same table, same key, same text. */
  readonly key: string;
  readonly build: () => Fragment;
}

interface Reading {
  readonly table: TableSchema;
  readonly dialect: SqlDialect;
  readonly expressions: EngineExpressions;
  readonly values: Param[];
  conditions: number;
}

/** Engines bound the depth of an expression (SQLite: 1,000); a longer list of values is one `in`. */
const conditionsMax = 400;
const depthMax = 100;

/** Reads the filter and appends its values to `values`. @throws filter_invalid */
export function readFilter(
  filter: Filter,
  table: TableSchema,
  values: Param[],
  dialect: SqlDialect,
  expressions: EngineExpressions,
): FilterShape {
  return read(filter, { table, dialect, expressions, values, conditions: 0 }, 0);
}

function read(filter: Filter, reading: Reading, depth: number): FilterShape {
  reading.conditions += 1;
  if (reading.conditions > conditionsMax)
    throw new AppError('filter_invalid', `A filter has at most ${conditionsMax} conditions.`);
  if (depth > depthMax) throw new AppError('filter_invalid', `A filter is at most ${depthMax} levels deep.`);
  switch (filter.op) {
    case 'never':
      return { key: 'never', build: () => sql`false` };
    case 'not': {
      const of = read(filter.of, reading, depth + 1);
      return { key: `not(${of.key})`, build: () => sql`(${of.build()}) is not true` };
    }
    case 'and':
    case 'or': {
      const of = filter.of.map((one) => read(one, reading, depth + 1));
      const join = filter.op === 'and' ? (all: Fragment[]) => sql`(${allOf(all)})` : anyOf;
      return {
        key: `${filter.op}(${of.map((one) => one.key).join()})`,
        build: () => join(of.map((one) => one.build())),
      };
    }
    case 'is_null':
      return isNull(filter.field, filter.isNull, reading.table);
    case 'in':
    case 'any_of':
      return oneOf(filter.field, filter.values, reading);
    default:
      return comparison(filter.op, filter.field, filter.value, reading);
  }
}

const operators: Record<'gt' | 'gte' | 'lt' | 'lte', string> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

function comparison(op: ComparisonOperator, field: Field, value: Exclude<Stored, null>, reading: Reading): FilterShape {
  const kind = comparisonOf(field);
  if (op === 'contains' && (kind === 'options' || kind === 'links')) return oneOf(field, [value], reading);
  const { table, values, expressions } = reading;
  const key = `${op}:${field.slot}`;

  if (op === 'contains' || op === 'starts_with') {
    if (kind !== 'text' && kind !== 'text_nocase')
      throw refused('filter_invalid', field, `cannot be searched with ${op}`);
    const pattern = expressions.pattern(String(value), op === 'contains' ? 'anywhere' : 'start');
    if (Buffer.byteLength(pattern) > expressions.patternBytesMax) {
      throw refused('filter_invalid', field, 'cannot be searched for so long a text');
    }
    const at = values.push(pattern) - 1;
    return { key, build: () => expressions.matches(columnText(table, field), hole(at)) };
  }

  const isEquality = op === 'eq' || op === 'ne';
  if (kind === null || kind === 'options' || kind === 'links' || (kind === 'option' && !isEquality)) {
    throw refused('filter_invalid', field, `cannot be compared with ${op}`);
  }
  const at = values.push(comparedValue(kind, value)) - 1;
  const column = () => sql.raw(comparedText(columnText(table, field), kind));
  if (op === 'eq') return { key, build: () => sql`${column()} = ${hole(at)}` };
  if (op === 'ne') return { key, build: () => sql`${column()} is distinct from ${hole(at)}` };
  return { key, build: () => sql`${column()} ${sql.raw(operators[op])} ${hole(at)}` };
}

function oneOf(field: Field, wanted: readonly Exclude<Stored, null>[], reading: Reading): FilterShape {
  const { table, values, dialect, expressions } = reading;
  const kind = comparisonOf(field);
  if (kind === null) throw refused('filter_invalid', field, 'cannot be compared');
  const at = values.push(dialect.listParam(wanted.map((value) => comparedValue(kind, value)))) - 1;
  if (kind === 'links') {
    // A list of ids that the link index gives, not a probe per record: the linked ones are few, the records many.
    return {
      key: `linked-to:${field.id}`,
      build() {
        const link = linkTableOf(field);
        const own = sql`select ${sql.raw(link.own)} from ${sql.raw(link.name)} where ${inList(dialect, link.other, at)}`;
        return sql`${sql.raw(quoted('id'))} in (${own})`;
      },
    };
  }
  if (kind === 'options') {
    return {
      key: `items:${field.slot}`,
      build: () => expressions.anyItem(columnText(table, field), inList(dialect, 'item.value', at)),
    };
  }
  return { key: `in:${field.slot}`, build: () => inList(dialect, comparedText(columnText(table, field), kind), at) };
}

function isNull(field: Field, isNull: boolean, table: TableSchema): FilterShape {
  const not = sql.raw(isNull ? '' : 'not ');
  if (comparisonOf(field) === 'links') {
    return {
      key: `${isNull ? 'unlinked' : 'linked'}:${field.id}`,
      build() {
        const link = linkTableOf(field);
        const own = sql.raw(`${quoted(table.physicalName)}.${quoted('id')}`);
        const absent = sql.raw(isNull ? 'not ' : '');
        return sql`${absent}exists (select 1 from ${sql.raw(link.name)} as link where link.${sql.raw(link.own)} = ${own})`;
      },
    };
  }
  return {
    key: `${isNull ? 'null' : 'set'}:${field.slot}`,
    build: () => sql`${sql.raw(columnText(table, field))} is ${not}null`,
  };
}
