import { appendAudit } from '../audit/append-audit.ts';
import { toTableSchema } from '../catalog.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { addField, type FieldInput } from '../fields/add-field.ts';
import type { Json } from '../fields/field-type.ts';
import { newId } from '../ids.ts';
import { checkName } from '../names.ts';
import type { Once } from '../once.ts';
import { requireApp } from '../permit.ts';
import type { TableRow } from '../system-rows.ts';
import { changeSchema } from './change-schema.ts';
import type { TableSchema } from './table-schema.ts';

export interface TableInput {
  readonly name: string;
  readonly description?: string | null;
  /** `users`: its records are the app's users; one table of an app at most. */
  readonly role?: 'users' | null;
  readonly fields?: readonly FieldInput[];
  readonly foreign?: Readonly<Record<string, Json>>;
}

/** Creates a table with its fields in one transaction. */
export async function createTable(
  core: Core,
  actor: Actor,
  appId: string,
  input: TableInput,
  once?: Once<TableSchema>,
): Promise<TableSchema> {
  const app = await requireApp(core, actor, appId, 'schema');
  const now = core.clock.now();
  const id = newId();
  const table = await changeSchema(
    core,
    async (tx, touch) => {
      const siblings = await tx.list('tables', { app_id: appId });
      const name = checkName(input.name);
      if (siblings.some((one) => one.name === name))
        throw new AppError('name_taken', `The app already has a table "${name}".`);
      if (input.role === 'users') await tx.update('tables', { app_id: appId, role: 'users' }, { role: null });
      const row: TableRow = {
        id,
        number: await tx.nextNumber('table'),
        app_id: appId,
        name,
        description: input.description ?? null,
        role: input.role ?? null,
        position: siblings.reduce((most, one) => Math.max(most, one.position), -1) + 1,
        version: 1,
        foreign: input.foreign ?? {},
        created_by: actor.userId,
        created_at: now,
        updated_at: now,
      };
      await tx.insert('tables', row);
      await tx.schema.createTable(toTableSchema(row, app.workspace_id, []));
      for (const [index, field] of (input.fields ?? []).entries()) {
        await addField(tx, touch, id, field, now, `fields[${index}].`);
      }
      await appendAudit(tx, core, actor, {
        action: 'table.create',
        target: id,
        workspaceId: app.workspace_id,
        appId,
        detail: { name },
      });
      return touch(id);
    },
    once,
  );
  core.events.emit('catalog.changed', { workspaceId: app.workspace_id, tableId: id });
  return table;
}
