/** Fields from bodies: made, changed, duplicated, turned into another type (wire/formaloo.md §5). */
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { convertField } from '../../core/fields/convert-field.ts';
import { createField as createCoreField } from '../../core/fields/create-field.ts';
import { deleteFields } from '../../core/fields/delete-field.ts';
import { type Field, type Json, Refusal } from '../../core/fields/field-type.ts';
import { parseFieldValue, validateOptions } from '../../core/fields/parse-value.ts';
import { type FieldPatch, updateField as updateCoreField } from '../../core/fields/update-field.ts';
import { updateTable } from '../../core/tables/update-table.ts';
import { answerReaderOf } from './answer-readers.ts';
import type { FormFinder } from './find-form.ts';
import { type AnswerField, type Form, type FormField, formOf } from './form.ts';
import { type Kind, kindOf, kinds } from './kinds.ts';
import { listOf, type Memory, memoryOf, objectOf, textOrNull, withMemory } from './memory.ts';
import { namedMemory, uniqueName } from './names.ts';
import { placesReady } from './places.ts';
import { namingSettings, planOf } from './plan-field.ts';
import { merged, refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import { type FieldChange, readField, type Values } from './read-field.ts';
import { newSlug, slugOf } from './slugs.ts';
import { arrangeBySlug } from './write-form.ts';

export interface FieldPlace {
  readonly form: Form;
  readonly entry: FormField;
}

/** A field or element of this kind in the form. */
export async function createField(
  core: Core,
  actor: Actor,
  forms: FormFinder,
  form: Form,
  kind: Kind,
  body: Body,
): Promise<FieldPlace> {
  const change = readField(body, kind, form, null);
  const now = core.clock.now();
  const born = { type: kind.name, created_at: now, updated_at: now };
  const isElement = kind.holds.length === 0 || change.memory.sub_type === 'formula';
  const slug = isElement
    ? await addElement(core, actor, form, kind, change, born)
    : slugOf(await addAnswerField(core, actor, forms, form, kind, change, body, born));
  const made = formOf((await core.catalog.table(form.table.id)) ?? form.table);
  const placed = await place(core, actor, made, slug, change.core.position);
  return entryOf(placed, slug);
}

function entryOf(form: Form, slug: string): FieldPlace {
  const entry = form.bySlug.get(slug);
  if (entry === undefined) throw new AppError('field_not_found');
  return { form, entry };
}

/** Moves an entry to a position, counted from 1; nothing where none was sent. */
async function place(core: Core, actor: Actor, form: Form, slug: string, position: Json | undefined): Promise<Form> {
  if (typeof position !== 'number') return form;
  const slugs = form.entries.map((entry) => entry.slug).filter((one) => one !== slug);
  slugs.splice(Math.max(0, position - 1), 0, slug);
  return arrangeBySlug(core, actor, form, slugs);
}

async function addElement(
  core: Core,
  actor: Actor,
  form: Form,
  kind: Kind,
  { title, memory, settings: own }: FieldChange,
  born: Memory,
): Promise<string> {
  const slug = newSlug();
  const isLast = kind.name === 'success_page';
  const behind = form.entries.filter((one) => one.kind.name !== 'success_page').at(-1)?.position ?? -1;
  const position = isLast ? 32_767 : behind;
  const element = merged({ ...born, slug, title: title ?? '', position }, { ...memory, ...own });
  const elements = [...listOf(form.memory.elements), element as Json];
  await updateTable(core, actor, form.table, {
    foreign: withMemory(form.table.foreign, { ...form.memory, elements }),
  });
  return slug;
}

async function addAnswerField(
  core: Core,
  actor: Actor,
  forms: FormFinder,
  form: Form,
  kind: Kind,
  change: FieldChange,
  body: Body,
  born: Memory,
): Promise<Field> {
  const title = change.title ?? '';
  const name = uniqueName(title, kind.name, new Set(form.table.fieldByName.keys()));
  const plan = planOf(kind, change, body, null);
  const options = kind.holds[0] === 'relation' ? await relationOptions(forms, actor, kind, body) : plan.options;
  const memory = merged({ ...born, ...namedMemory(title, name) }, plan.memory);
  const field = await namingSettings(plan.type, () =>
    createCoreField(core, actor, form.table, {
      name,
      type: plan.type,
      options,
      required: change.core.required === true,
      unique: change.core.unique === true,
      foreign: withMemory({}, memory),
    }),
  );
  if (body.default === undefined || body.default === null) return field;
  try {
    return await setDefault(core, actor, form, field, body.default);
  } catch (error) {
    // Made and refused by its default: it must not stay.
    const table = (await core.catalog.table(form.table.id)) ?? form.table;
    await deleteFields(core, actor, table, [field]);
    throw error;
  }
}

async function relationOptions(forms: FormFinder, actor: Actor, kind: Kind, body: Body): Promise<Values> {
  const slug = textOrNull(body.related_form);
  if (slug === null) throw refused('related_form', 'is required', 'value_required');
  const target = await Promise.resolve(forms.bySlug(actor, slug)).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'table_not_found') return null;
    throw error;
  });
  if (target === null) throw refused('related_form', 'must be the slug of a form');
  return { target: target.table.id, cardinality: kind.name === 'lookup' ? 'one' : 'many' };
}

/** Changes what was sent; the type stays. */
export async function updateField(
  core: Core,
  actor: Actor,
  { form, entry }: FieldPlace,
  body: Body,
): Promise<FieldPlace> {
  const change = readField(body, entry.kind, form, entry);
  const { field } = entry;
  if (field === null) await updateElement(core, actor, form, entry, change);
  else await updateAnswerField(core, actor, form, { ...entry, field }, change, body);
  const changed = formOf((await core.catalog.table(form.table.id)) ?? form.table);
  return entryOf(await place(core, actor, changed, entry.slug, change.core.position), entry.slug);
}

async function updateElement(
  core: Core,
  actor: Actor,
  form: Form,
  entry: FormField,
  { title, memory, settings: own }: FieldChange,
): Promise<void> {
  const changes = { ...memory, ...own, ...(title === undefined ? {} : { title }), updated_at: core.clock.now() };
  await replaceElement(core, actor, form, entry.slug, [merged(entry.memory, changes) as Json]);
}

async function replaceElement(core: Core, actor: Actor, form: Form, slug: string, by: readonly Json[]): Promise<void> {
  const elements = listOf(form.memory.elements).flatMap((one) => (objectOf(one).slug === slug ? by : [one]));
  await updateTable(core, actor, form.table, {
    foreign: withMemory(form.table.foreign, { ...form.memory, elements }),
  });
}

async function updateAnswerField(
  core: Core,
  actor: Actor,
  form: Form,
  own: AnswerField,
  change: FieldChange,
  body: Body,
): Promise<void> {
  const { field, kind } = own;
  const plan = planOf(kind, change, body, own);
  const patch: { -readonly [K in keyof FieldPatch]: FieldPatch[K] } = {};
  let memory: Values = plan.memory;
  if (change.title !== undefined && change.title !== own.title) {
    const others = new Set([...form.table.fieldByName.keys()].filter((name) => name !== field.name));
    const name = uniqueName(change.title, kind.name, others);
    patch.name = name;
    memory = { ...memory, title: null, named: null, ...namedMemory(change.title, name) };
  }
  if (typeof change.core.required === 'boolean') patch.required = change.core.required;
  if (typeof change.core.unique === 'boolean') patch.unique = change.core.unique;
  if (field.type !== 'relation') {
    patch.options = plan.options;
    // What is no answer any more is no default either (wire/formaloo.md §5); one that is sent beside it is set below.
    if (!isAnswer(field, plan.options, field.defaultValue)) patch.default = null;
  }
  patch.foreign = withMemory(field.foreign, merged(own.memory, { ...memory, updated_at: core.clock.now() }));
  const changed = await namingSettings(field.type, () => updateCoreField(core, actor, form.table, field, patch));
  if (body.default !== undefined) await setDefault(core, actor, form, changed, body.default);
}

/** Whether the field would take the value with these options; choices know by themselves when one goes. */
function isAnswer(field: Field, options: Values, value: Json): boolean {
  if (value === null || field.type === 'single_select' || field.type === 'multi_select') return true;
  try {
    const next = { ...field, options: validateOptions(field.type, options) };
    return !(parseFieldValue(next, value) instanceof Refusal);
  } catch {
    // Options that are refused are told where they are set.
    return true;
  }
}

/** Validated like an answer; null for none. @throws body_invalid */
async function setDefault(core: Core, actor: Actor, form: Form, field: Field, sent: unknown): Promise<Field> {
  const entry = {
    ...traits,
    slug: slugOf(field),
    kind: kindOf(field),
    title: field.name,
    memory: memoryOf(field),
    field,
  };
  await placesReady({ entries: [entry] });
  const value = sent === null || sent === '' ? null : answerReaderOf(entry)(sent, () => null);
  if (value instanceof Refusal) throw refused('default', value.message);
  const table = (await core.catalog.table(form.table.id)) ?? form.table;
  return updateCoreField(core, actor, table, field, { default: value as Json });
}

const traits = { alias: null, position: 0, isAdminOnly: false, isReadOnly: false };

export async function deleteField(core: Core, actor: Actor, { form, entry }: FieldPlace): Promise<void> {
  if (entry.field === null) await replaceElement(core, actor, form, entry.slug, []);
  else await deleteFields(core, actor, form.table, [entry.field]);
}

/** A second field or element with the same settings, behind the first. Its alias stays with the first. */
export async function duplicateField(core: Core, actor: Actor, { form, entry }: FieldPlace): Promise<FieldPlace> {
  const { alias: _alias, named: _named, title: _title, ...memory } = entry.memory;
  const now = core.clock.now();
  const born = { ...memory, created_at: now, updated_at: now };
  const slug =
    entry.field === null ? newSlug() : await duplicateAnswerField(core, actor, form, entry, entry.field, born);
  if (entry.field === null) {
    const copy = { ...born, slug, title: entry.title } as Json;
    await replaceElement(core, actor, form, entry.slug, [entry.memory as Json, copy]);
  }
  const made = formOf((await core.catalog.table(form.table.id)) ?? form.table);
  const behind = made.entries.findIndex((one) => one.slug === entry.slug) + 2;
  return entryOf(await place(core, actor, made, slug, behind), slug);
}

async function duplicateAnswerField(
  core: Core,
  actor: Actor,
  form: Form,
  entry: FormField,
  field: Field,
  memory: Memory,
): Promise<string> {
  const name = uniqueName(entry.title, entry.kind.name, new Set(form.table.fieldByName.keys()));
  const { target, cardinality } = field.options;
  const copy = await createCoreField(core, actor, form.table, {
    name,
    type: field.type,
    options: field.type === 'relation' ? { target: target ?? null, cardinality: cardinality ?? 'many' } : field.options,
    required: field.isRequired,
    default: field.defaultValue,
    foreign: withMemory({}, { ...memory, ...namedMemory(entry.title, name) }),
  });
  return slugOf(copy);
}

/** Another type under the same slug. Answers are converted where they can be, or dropped where that is asked for. */
export async function changeType(
  core: Core,
  actor: Actor,
  { form, entry }: FieldPlace,
  body: Body,
): Promise<FieldPlace> {
  const kind = kinds.get(textOrNull(body.type) ?? '');
  if (kind === undefined)
    throw refused('type', typeof body.type === 'string' ? 'is not a type of field' : 'is required');
  const strategy = body.change_strategy ?? 'keep_old_data';
  if (strategy !== 'keep_old_data' && strategy !== 'remove_old_data') {
    throw refused('change_strategy', 'must be one of "keep_old_data", "remove_old_data"');
  }
  const { field } = entry;
  if (field === null || kind.holds.length === 0)
    throw refused('type', 'cannot be changed to or from one without answers');
  const change = readField({ ...body, title: undefined }, kind, form, entry);
  const { title: _title, named: _named, ...kept } = entry.memory;
  const memory = { ...kept, type: kind.name, updated_at: core.clock.now() };
  const plan = planOf(kind, { ...change, memory: {} }, body, null);
  const isConverted = !kind.holds.includes(field.type) || strategy === 'remove_old_data';
  if (isConverted) {
    await namingSettings(plan.type, () =>
      convertField(core, actor, form.table, field, {
        type: plan.type,
        options: plan.options,
        allow_loss: true,
        discard: strategy === 'remove_old_data',
      }),
    );
  }
  const table = (await core.catalog.table(form.table.id)) ?? form.table;
  const current = table.fieldById.get(field.id) ?? field;
  const own = merged({ ...memory, ...namedMemory(entry.title, current.name) }, plan.memory);
  await updateCoreField(core, actor, table, current, { foreign: withMemory(current.foreign, own) });
  return entryOf(formOf((await core.catalog.table(table.id)) ?? table), entry.slug);
}
