/**
 * The tables, columns and indexes that hold records. They change in the same transaction as the system rows that
 * describe them. Names are made of ids, so renaming touches nothing here.
 */
import { AppError } from '../../core/errors.ts';
import type { Field, Stored } from '../../core/fields/field-type.ts';
import { columnStorageOf } from '../../core/fields/index.ts';
import { systemColumns, type TableSchema } from '../../core/tables/table-schema.ts';
import type { EngineTx, SqlDialect } from '../engine.ts';
import { hole, sql } from '../sql.ts';
import { bind, type Compile, quoted } from '../statement.ts';
import { comparedText, comparisonOf } from './field-expression.ts';
import type { RecordBlocks } from './record-blocks.ts';

export interface PhysicalTables {
  createTable(on: EngineTx, table: TableSchema): Promise<void>;
  dropTable(on: EngineTx, table: TableSchema): Promise<void>;
  addColumn(on: EngineTx, table: TableSchema, field: Field): Promise<void>;
  dropColumn(on: EngineTx, table: TableSchema, field: Field): Promise<void>;
  createIndex(on: EngineTx, table: TableSchema, field: Field, isUnique: boolean): Promise<void>;
  dropIndex(on: EngineTx, field: Field): Promise<void>;
  fillColumn(
    on: EngineTx,
    table: TableSchema,
    field: Field,
    values: readonly (readonly [number, Stored])[],
  ): Promise<void>;
}

/** Engines stop at about 2,000 columns (SQLite) or 1,600 (PostgreSQL); dropped ones may count for a while. */
const columnsMax = 1_500;

export function createPhysicalTables(dialect: SqlDialect, compile: Compile, blocks: RecordBlocks): PhysicalTables {
  function definition(field: Field): string {
    const storage = columnStorageOf(field.type);
    if (storage === null) throw new Error(`field ${field.id} has no column of its own`);
    return `${quoted(field.column)} ${dialect.types[storage]}`;
  }

  async function createIndex(on: EngineTx, table: TableSchema, field: Field, isUnique: boolean): Promise<void> {
    const compared = comparedText(quoted(field.column), comparisonOf(field));
    const name = quoted(indexName(field, isUnique));
    const kind = isUnique ? 'unique index' : 'index';
    await on.run(`create ${kind} if not exists ${name} on ${quoted(table.physicalName)} (${compared})`, []);
  }

  async function dropIndex(on: EngineTx, field: Field): Promise<void> {
    await on.run(`drop index if exists ${quoted(indexName(field, true))}`, []);
    await on.run(`drop index if exists ${quoted(indexName(field, false))}`, []);
  }

  return {
    createIndex,
    dropIndex,
    async createTable(on, table) {
      const { id, text } = dialect.types;
      const own = table.fields.filter((field) => columnStorageOf(field.type) !== null);
      refuseTooMany(own.length);
      const columns = [
        `id ${id}`,
        `created_at ${text} not null`,
        `updated_at ${text} not null`,
        `created_by ${text}`,
        `updated_by ${text}`,
        ...own.map(definition),
      ];
      await on.run(`create table ${quoted(table.physicalName)} (${columns.join(', ')})`, []);
      for (const field of own)
        if (field.isUnique || field.isIndexed) await createIndex(on, table, field, field.isUnique);
    },
    async dropTable(on, table) {
      await on.run(`drop table if exists ${quoted(table.physicalName)}`, []);
      await blocks.forget(on, table);
    },
    async addColumn(on, table, field) {
      refuseTooMany(table.columns.length - systemColumns.length + 1);
      await on.run(`alter table ${quoted(table.physicalName)} add column ${definition(field)}`, []);
    },
    async dropColumn(on, table, field) {
      // An engine refuses to drop a column that an index still reads.
      await dropIndex(on, field);
      await on.run(`alter table ${quoted(table.physicalName)} drop column ${quoted(field.column)}`, []);
    },
    async fillColumn(on, table, field, values) {
      const column = sql.raw(quoted(field.column));
      const fill = compile(
        sql`update ${sql.raw(quoted(table.physicalName))} set ${column} = ${hole(0)} where id = ${hole(1)}`,
      );
      for (const [id, value] of values) await on.run(fill.text, bind(fill, [value, id]));
    },
  };
}

/** The engine reads the column back from the name of a unique index, to say which field was refused. */
function indexName(field: Field, isUnique: boolean): string {
  return `${isUnique ? 'u' : 'i'}_${field.column}`;
}

function refuseTooMany(fields: number): void {
  if (fields <= columnsMax) return;
  throw new AppError('body_invalid', `A table has at most ${columnsMax} fields.`);
}
