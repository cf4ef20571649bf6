/** Physical tables against the catalog: a schema change is whole or has not been. */
import assert from 'node:assert/strict';
import type Database from 'better-sqlite3';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';

export function verifyStorage(raw: Database.Database, tables: readonly TableSchema[]): void {
  const names = raw.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
  const physical = names.filter((name) => /^[tl]_/.test(name)).sort();
  const wanted = new Set(tables.map((table) => table.physicalName));
  for (const { relations } of tables) for (const { options } of relations) wanted.add(`l_${options.link}`);
  assert.deepEqual(physical, [...wanted].sort(), 'the tables of the database are those of the catalog');
  for (const table of tables) {
    const columns = raw.prepare('select name from pragma_table_info(?)').pluck().all(table.physicalName) as string[];
    assert.deepEqual([...columns].sort(), [...table.columns].sort(), `columns of ${table.name}`);
    const rows = raw.prepare(`select count(*) from "${table.physicalName}"`).pluck().get();
    const counted = raw
      .prepare('select coalesce(sum(n), 0) from record_blocks where table_number = ?')
      .pluck()
      .get(table.number);
    assert.equal(counted, rows, `count of the records of ${table.name}`);
    const indexes = raw
      .prepare("select name from pragma_index_list(?) where origin = 'c'")
      .pluck()
      .all(table.physicalName);
    const asked = table.fields.filter(({ isUnique, isIndexed, slot }) => slot >= 5 && (isUnique || isIndexed));
    assert.equal(indexes.length, asked.length, `indexes of ${table.name}`);
  }
}
