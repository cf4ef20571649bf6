/**
 * Select fields that take new names: unknown ones in what a client sent become choices, in the write that first uses them. They
 * leave the version of the table as it is: what was read against the table without them still holds.
 */
import { addChoices, type Choice, choicesOf, newChoiceNames } from '../fields/choices.ts';
import type { Field, Json } from '../fields/field-type.ts';
import type { Tx } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { RecordInput } from './read-input.ts';

/** Per table version: whether any of its fields takes new names. Most tables have none, and pay one look-up. */
const openFields = new WeakMap<TableSchema, readonly Field[]>();

/** A table that gains choices by a write. */
export interface Growth {
  /** As it will be once the write is done: what is sent is read against it. */
  readonly table: TableSchema;
  /** Writes the choices beside those that are there by now; false when one of the names has become a choice meanwhile. */
  write(tx: Tx): Promise<boolean>;
}

/** What the names in `inputs` that are not yet choices add to their fields (where `allow_new` is set); null when nothing. */
export function choiceGrowth(table: TableSchema, inputs: readonly RecordInput[]): Growth | null {
  let open = openFields.get(table);
  if (open === undefined) {
    open = table.fields.filter((field) => field.options.allow_new === true);
    openFields.set(table, open);
  }
  if (open.length === 0) return null;
  const grown = new Map<string, Field>();
  for (const field of open) {
    const sent = inputs.flatMap((input) => input.flatMap(([one, value]) => (one.id === field.id ? [value] : [])));
    // All together, so that two spellings of one name make one choice.
    const names = newChoiceNames(
      field,
      sent.flatMap((value) => newChoiceNames(field, value)),
    );
    if (names.length > 0) grown.set(field.id, { ...field, options: addChoices(field.options, names) });
  }
  if (grown.size === 0) return null;
  return {
    table: withFields(table, grown),
    async write(tx) {
      for (const field of grown.values()) {
        const row = await tx.find('fields', { id: field.id });
        if (row === undefined) return false;
        const options = joined(
          row.options,
          choicesOf(field).slice(choicesOf(table.fieldById.get(field.id) ?? field).length),
        );
        if (options === null) return false;
        await tx.update('fields', { id: field.id }, { options });
      }
      return true;
    },
  };
}

/** The options with these choices after those that are there now; null when one of their names is there already. */
function joined(options: Field['options'], added: readonly Choice[]): Field['options'] | null {
  const { choices } = options;
  const now = (Array.isArray(choices) ? choices : []) as unknown as readonly Choice[];
  const names = new Set(now.map(({ name }) => name.toLowerCase()));
  if (added.some(({ name }) => names.has(name.toLowerCase()))) return null;
  return { ...options, choices: [...now, ...added] as unknown as Json };
}

/** The table with these fields in place of those of the same ids. */
function withFields(table: TableSchema, changed: ReadonlyMap<string, Field>): TableSchema {
  const fields = table.fields.map((field) => changed.get(field.id) ?? field);
  return {
    ...table,
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    fieldById: new Map(fields.map((field) => [field.id, field])),
    relations: table.relations.map((field) => changed.get(field.id) ?? field),
    formulas: table.formulas.map(({ field, formula }) => ({ field, formula: formula.withFields(changed) })),
  };
}
