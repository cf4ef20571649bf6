/** Which formulas read a field: its own table's, and those of the tables that are linked with it. */

import type { Actor } from '../actor.ts';
import { loadTable } from '../catalog.ts';
import type { Field } from '../fields/field-type.ts';
import type { Reads } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { formulaLanguage } from './load-language.ts';

/** A formula field, by ids and by its name. */
export interface FormulaUse {
  readonly table: string;
  readonly id: string;
  readonly name: string;
}

/** Those that the actor may know of. */
export async function formulasUsing(
  reads: Reads,
  actor: Actor,
  table: TableSchema,
  field: Field,
): Promise<FormulaUse[]> {
  // Both sides of a relation go together.
  const ids = [field.id, ...(typeof field.options.inverse === 'string' ? [field.options.inverse] : [])];
  const uses: FormulaUse[] = [];
  for (const tableId of new Set([table.id, ...table.relations.map(({ options }) => String(options.target))])) {
    const rows = await reads.list('fields', { table_id: tableId, type: 'formula' });
    const using = rows.filter(
      (row) =>
        !ids.includes(row.id) && ids.some((id) => formulaLanguage().namesField(String(row.options.expression), id)),
    );
    if (using.length === 0) continue;
    const user = tableId === table.id ? table : await loadTable(reads, tableId);
    if (user === undefined) continue;
    const { verbs, readable } = actor.grant(user);
    if (verbs === 0) continue;
    for (const { id, name } of using)
      if (readable === null || readable.has(id)) uses.push({ table: tableId, id, name });
  }
  return uses;
}
