import type { Actor } from '../actor.ts';
import { loadRelated } from '../catalog.ts';
import { formulaLanguage } from '../formulas/load-language.ts';
import type { Reads } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { Field, Json } from './field-type.ts';

/** Options of a formula field as they are kept, checked against its table and those linked with it. See `checkFormula`. */
export async function formulaOptions(
  reads: Reads,
  actor: Actor,
  table: TableSchema,
  field: Field,
  path = '',
): Promise<Record<string, Json>> {
  const targets = new Set(table.relations.map(({ options }) => String(options.target)));
  const related = await loadRelated(reads, table.workspaceId, targets);
  return formulaLanguage().checkFormula(actor, table, related, field, path);
}
