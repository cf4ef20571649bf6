import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { requireVerb } from '../permit.ts';
import { changeSchema } from './change-schema.ts';
import type { TableSchema } from './table-schema.ts';

export interface Arrangement {
  /** Places by field id; fields that are not named keep theirs. */
  readonly positions: ReadonlyMap<string, number>;
  readonly foreign?: Readonly<Record<string, Json>>;
}

/** Puts the fields of a table into another order, in one transaction. */
export async function arrangeTable(
  core: Core,
  actor: Actor,
  table: TableSchema,
  { positions, foreign }: Arrangement,
): Promise<TableSchema> {
  requireVerb(actor, table, 'schema');
  await changeSchema(core, async (tx, touch) => {
    const current = await touch(table.id);
    for (const [id, position] of positions) {
      if (current.fieldById.get(id)?.position === position) continue;
      await tx.update('fields', { id, table_id: table.id }, { position });
    }
    if (foreign !== undefined) await tx.update('tables', { id: table.id }, { foreign });
    await appendAudit(tx, core, actor, {
      action: 'table.update',
      target: table.id,
      workspaceId: table.workspaceId,
      appId: table.appId,
      detail: { changed: ['order of fields'] },
    });
  });
  const arranged = await core.catalog.table(table.id);
  if (arranged === undefined) throw new AppError('table_not_found');
  return arranged;
}
