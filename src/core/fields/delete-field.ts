import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type FormulaUse, formulasUsing } from '../formulas/formulas-using.ts';
import { requireVerb } from '../permit.ts';
import { changeSchema } from '../tables/change-schema.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { Field } from './field-type.ts';
import { columnStorageOf, fieldTypes } from './index.ts';

/**
 * Deletes fields with their values; a relation goes on both sides. All or none. Formulas that read them stay and show #FIELD!; they are
 * answered.
 */
export async function deleteFields(
  core: Core,
  actor: Actor,
  table: TableSchema,
  fields: readonly Field[],
): Promise<readonly FormulaUse[]> {
  requireVerb(actor, table, 'schema');
  return changeSchema(core, async (tx, touch) => {
    const broken = new Map<string, FormulaUse>();
    for (const { id } of fields) {
      // Re-read each time: deleting one side of a relation of a table to itself has deleted the other.
      const current = await touch(table.id);
      const field = current.fieldById.get(id);
      if (field === undefined) continue;
      const uses = await formulasUsing(tx, actor, current, field);
      for (const use of uses) broken.set(use.id, use);
      if (fieldTypes[field.type].storage === 'links') {
        await touch(String(field.options.target));
        await tx.schema.dropLinks(field);
        await tx.remove('fields', { id: String(field.options.inverse) });
      } else if (columnStorageOf(field.type) !== null) {
        if (field.isUnique || field.isIndexed) await tx.schema.dropIndex(current, field);
        await tx.schema.dropColumn(current, field);
      }
      if ((await tx.remove('fields', { id })) === 0) throw new AppError('field_not_found');
      await appendAudit(tx, core, actor, {
        action: 'field.delete',
        target: id,
        workspaceId: table.workspaceId,
        appId: table.appId,
        detail: {
          table: table.id,
          name: field.name,
          ...(uses.length === 0 ? {} : { broken_formulas: uses.map((use) => use.id) }),
        },
      });
      broken.delete(id);
    }
    return [...broken.values()];
  });
}
