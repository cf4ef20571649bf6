/** What a formula says names fields, of its own table and of linked ones: who may not see those sees its value, not what it says. */
import type { Actor } from '../actor.ts';
import type { Field } from '../fields/field-type.ts';
import type { Grant } from '../keys/scopes.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { verbBits } from '../workspaces/roles.ts';
import { isFormula } from './formula.ts';

/** The field as this actor may see it described. */
export function describedField(actor: Actor, table: TableSchema, field: Field): Field {
  if (field.type !== 'formula' || isOpen(actor, table, field)) return field;
  const { result = 'text' } = field.options;
  return { ...field, options: { result } };
}

function isOpen(actor: Actor, table: TableSchema, field: Field): boolean {
  const formula = table.formulas.find((one) => one.field.id === field.id)?.formula;
  const own = actor.grant(table);
  // Of one that cannot be worked out, nobody knows any more what it would read.
  if (formula === undefined || formula.broken !== null) return sees(own, null);
  for (const id of formula.formulas) if (!sees(own, id)) return false;
  return formula.inputs.every(({ item, through }) => {
    const itemId = item === null ? null : isFormula(item) ? item.fieldId : item.tableId === '' ? null : item.id;
    if (through === null) return itemId === null || sees(own, itemId);
    const { id } = through.target;
    const linked = actor.grant({ id, appId: table.appId, workspaceId: table.workspaceId });
    return sees(own, through.relation.id) && (itemId === null ? linked.verbs !== 0 : sees(linked, itemId));
  });
}

/** Null: whether it sees every field. */
function sees({ verbs, readable }: Grant, fieldId: string | null): boolean {
  if (verbs & (verbBits.schema | verbBits.manage)) return true;
  if ((verbs & verbBits.read) === 0) return false;
  return readable === null || (fieldId !== null && readable.has(fieldId));
}
