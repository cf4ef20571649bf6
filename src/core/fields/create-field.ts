import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import { changeSchema } from '../tables/change-schema.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { addField, type FieldInput } from './add-field.ts';
import type { Field } from './field-type.ts';

/** Adds a field to a table. A relation also adds its inverse to the target table. */
export async function createField(
  core: Core,
  actor: Actor,
  table: TableSchema,
  input: FieldInput,
  once?: Once<readonly Field[]>,
): Promise<Field> {
  const [field] = await createFields(core, actor, table, [input], once);
  if (field === undefined) throw new AppError('internal_error', undefined, { internal: 'created field is missing' });
  return field;
}

/** Adds several fields, all or none. */
export async function createFields(
  core: Core,
  actor: Actor,
  table: TableSchema,
  inputs: readonly FieldInput[],
  once?: Once<readonly Field[]>,
): Promise<readonly Field[]> {
  requireVerb(actor, table, 'schema');
  return changeSchema(
    core,
    async (tx, touch): Promise<readonly Field[]> => {
      const added: string[] = [];
      for (const [index, input] of inputs.entries()) {
        const path = inputs.length === 1 ? '' : `fields[${index}].`;
        const id = await addField(tx, touch, table.id, input, core.clock.now(), actor, path);
        added.push(id);
        await appendAudit(tx, core, actor, {
          action: 'field.create',
          target: id,
          workspaceId: table.workspaceId,
          appId: table.appId,
          detail: { table: table.id, name: input.name, type: input.type },
        });
      }
      const current = await touch(table.id);
      return added.flatMap((id) => current.fieldById.get(id) ?? []);
    },
    once,
  );
}
