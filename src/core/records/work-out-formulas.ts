/** Rows as they were written, with the values of their formulas. A table without formulas is not read again. */
import type { Tx } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { StoredRow } from './query.ts';

export async function workOutFormulas(
  tx: Tx,
  table: TableSchema,
  rows: readonly StoredRow[],
): Promise<readonly StoredRow[]> {
  if (table.formulas.length === 0 || rows.length === 0) return rows;
  const ids = rows.map((row) => row[0] as number);
  const byId = new Map((await tx.records.getMany(table, ids)).map((row) => [row[0], row]));
  return rows.map((row) => byId.get(row[0] ?? null) ?? row);
}
