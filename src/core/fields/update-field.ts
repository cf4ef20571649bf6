import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { checkName } from '../names.ts';
import { requireVerb } from '../permit.ts';
import type { FieldRow } from '../system-rows.ts';
import { changeSchema } from '../tables/change-schema.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { checkDefault, checkFlags, createIndexOf, refuseTaken } from './add-field.ts';
import { choicesOf, keepChoiceIds } from './choices.ts';
import { type Field, type Json, Refusal } from './field-type.ts';
import { formulaOptions } from './formula-options.ts';
import { fieldTypes } from './index.ts';
import { validateOptions } from './parse-value.ts';

export interface FieldPatch {
  readonly name?: string;
  /** Replaces the options; those of a relation are fixed. */
  readonly options?: Readonly<Record<string, Json>>;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly indexed?: boolean;
  readonly default?: Json;
  readonly position?: number;
  readonly foreign?: Readonly<Record<string, Json>>;
}

/** Changes a field in place; its type changes through `convertField`. Renaming touches no record. */
export async function updateField(
  core: Core,
  actor: Actor,
  table: TableSchema,
  field: Field,
  patch: FieldPatch,
): Promise<Field> {
  requireVerb(actor, table, 'schema');
  await changeSchema(core, async (tx, touch) => {
    const current = await touch(table.id);
    const row = await tx.find('fields', { id: field.id, table_id: table.id });
    if (row === undefined) throw new AppError('field_not_found');
    const next = patched(current.fieldById.get(field.id) ?? field, row, patch);
    if (next.name !== row.name) refuseTaken(current, next.name);
    checkFlags(next);
    if (next.type === 'formula' && patch.options !== undefined) {
      const shown = current.fieldById.get(field.id) ?? field;
      // Sent back as it is shown, a formula stays as it is, even one that a deleted field has broken.
      const isSame = ['expression', 'precision'].every((name) => next.options[name] === shown.options[name]);
      const wanted = { ...shown, options: next.options };
      next.options = isSame ? row.options : await formulaOptions(tx, actor, current, wanted);
    }
    next.default_value = checkDefault(current, next);
    next.updated_at = core.clock.now();
    await tx.update('fields', { id: field.id }, next);
    if (next.is_unique !== row.is_unique || next.is_indexed !== row.is_indexed) {
      if (row.is_unique === 1 || row.is_indexed === 1) await tx.schema.dropIndex(current, field);
      await createIndexOf(tx, current, next);
    }
    await appendAudit(tx, core, actor, {
      action: 'field.update',
      target: field.id,
      workspaceId: table.workspaceId,
      appId: table.appId,
      detail: { table: table.id, changed: Object.keys(patch) },
    });
  });
  const changed = (await core.catalog.table(table.id))?.fieldById.get(field.id);
  if (changed === undefined) throw new AppError('field_not_found');
  return changed;
}

function patched(field: Field, row: FieldRow, patch: FieldPatch): FieldRow {
  const next: FieldRow = { ...row };
  if (patch.name !== undefined) next.name = checkName(patch.name);
  if (patch.options !== undefined) {
    if (fieldTypes[row.type].storage === 'links') {
      throw new AppError('body_invalid', 'options: those of a relation cannot be changed', {
        issues: [{ field: 'options', code: 'body_invalid', message: 'those of a relation cannot be changed' }],
      });
    }
    next.options = validateOptions(row.type, withKnownChoices(field, patch.options));
    next.default_value = renamedDefault(field, next);
  }
  if (patch.required !== undefined) next.is_required = patch.required ? 1 : 0;
  if (patch.unique !== undefined) next.is_unique = patch.unique ? 1 : 0;
  if (patch.indexed !== undefined) next.is_indexed = patch.indexed ? 1 : 0;
  if (patch.default !== undefined) next.default_value = patch.default;
  if (patch.position !== undefined) next.position = patch.position;
  if (patch.foreign !== undefined) next.foreign = patch.foreign;
  return next;
}

/** Choices sent by name alone keep their ids, and with them the values of the records. */
function withKnownChoices(field: Field, options: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const { choices } = options;
  if (!isSelect(field) || !Array.isArray(choices)) return options;
  // What is not a list of choices is refused by the validation that follows.
  const isListOfChoices = choices.every(
    (one) => typeof one === 'object' && one !== null && !Array.isArray(one) && typeof one.name === 'string',
  );
  return isListOfChoices
    ? { ...options, choices: keepChoiceIds(choicesOf(field), choices as never) as unknown as Json }
    : options;
}

/** A default is kept as choice names: it follows its choices when they are renamed, and goes with them. */
function renamedDefault(field: Field, next: FieldRow): Json {
  if (!isSelect(field) || next.default_value === null) return next.default_value;
  const type = fieldTypes[field.type];
  const value = type.parse(next.default_value, field);
  if (value instanceof Refusal || value === null) return null;
  return type.fromStored(type.toStored(value, field), { ...field, options: next.options });
}

function isSelect(field: Field): boolean {
  return field.type === 'single_select' || field.type === 'multi_select';
}
