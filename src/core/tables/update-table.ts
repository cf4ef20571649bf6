import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { checkDescription, checkName } from '../names.ts';
import { requireVerb } from '../permit.ts';
import { changeSchema } from './change-schema.ts';
import { indexUserFields } from './index-user-fields.ts';
import type { TableSchema } from './table-schema.ts';
import { takeUsersRole } from './take-users-role.ts';

export interface TablePatch {
  readonly name?: string;
  readonly description?: string | null;
  readonly role?: 'users' | null;
  readonly position?: number;
  readonly foreign?: Readonly<Record<string, Json>>;
}

/**
 * Changes a table's name, description, role or place. Renaming touches no record.
 * @throws name_taken, name_invalid; value_not_unique when it is to hold the users and two of its records share an e-mail
 */
export async function updateTable(
  core: Core,
  actor: Actor,
  table: TableSchema,
  patch: TablePatch,
): Promise<TableSchema> {
  requireVerb(actor, table, 'schema');
  await changeSchema(core, async (tx, touch) => {
    const current = await touch(table.id);
    const name = patch.name === undefined ? undefined : checkName(patch.name);
    if (name !== undefined) {
      const siblings = await tx.list('tables', { app_id: table.appId, name });
      if (siblings.some((one) => one.id !== table.id))
        throw new AppError('name_taken', `The app already has a table "${name}".`);
    }
    if (patch.role === 'users') {
      await takeUsersRole(tx, touch, table.appId, table.id);
      await indexUserFields(tx, current);
    }
    await tx.update(
      'tables',
      { id: table.id },
      {
        ...(name === undefined ? {} : { name }),
        ...(patch.description === undefined ? {} : { description: checkDescription(patch.description) }),
        ...(patch.role === undefined ? {} : { role: patch.role }),
        ...(patch.position === undefined ? {} : { position: patch.position }),
        ...(patch.foreign === undefined ? {} : { foreign: patch.foreign }),
        updated_at: core.clock.now(),
      },
    );
    await appendAudit(tx, core, actor, {
      action: 'table.update',
      target: table.id,
      workspaceId: table.workspaceId,
      appId: table.appId,
      detail: { changed: Object.keys(patch) },
    });
  });
  const changed = await core.catalog.table(table.id);
  if (changed === undefined) throw new AppError('table_not_found');
  return changed;
}
