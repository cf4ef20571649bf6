/** Select fields that take new names: unknown ones in what a client sent become choices before the records are written. */
import type { Core } from '../context.ts';
import { addChoices, newChoiceNames } from '../fields/choices.ts';
import type { Field } from '../fields/field-type.ts';
import { changeSchema } from '../tables/change-schema.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { RecordInput } from './read-input.ts';

/** Per table version: whether any of its fields takes new names. Most tables have none, and pay one look-up. */
const openFields = new WeakMap<TableSchema, readonly Field[]>();

/**
 * The table with every name in `inputs` that is not yet a choice added to its field (only where `allow_new` is set); the
 * table itself when there is none.
 */
export function addNewChoices(
  core: Core,
  table: TableSchema,
  inputs: readonly RecordInput[],
): TableSchema | Promise<TableSchema> {
  let open = openFields.get(table);
  if (open === undefined) {
    open = table.fields.filter((field) => field.options.allow_new === true);
    openFields.set(table, open);
  }
  if (open.length === 0) return table;
  const wanted = new Map<string, Set<string>>();
  for (const input of inputs) {
    for (const [field, value] of input) {
      if (field.options.allow_new !== true) continue;
      for (const name of newChoiceNames(field, value)) {
        const names = wanted.get(field.id) ?? new Set();
        wanted.set(field.id, names.add(name));
      }
    }
  }
  return wanted.size === 0 ? table : add(core, table, wanted);
}

async function add(
  core: Core,
  table: TableSchema,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<TableSchema> {
  await changeSchema(core, async (tx, touch) => {
    // Another request may have added the same names meanwhile: what is asked for is looked at again.
    const current = await touch(table.id);
    for (const [fieldId, names] of wanted) {
      const field = current.fieldById.get(fieldId);
      if (field === undefined || field.options.allow_new !== true) continue;
      const missing = newChoiceNames(field, [...names]);
      if (missing.length > 0)
        await tx.update('fields', { id: fieldId }, { options: addChoices(field.options, missing) });
    }
  });
  return (await core.catalog.table(table.id)) ?? table;
}
