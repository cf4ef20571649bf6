/** A form as its endpoints show it: in lists, whole to its owners, and to who fills it in (wire/formaloo.md §4, §6). */
import type { Core } from '../../core/context.ts';
import type { Json } from '../../core/fields/field-type.ts';
import { createdAt } from '../../core/records/record-view.ts';
import { systemField } from '../../core/records/system-fields.ts';
import { fieldView, isShownPublicly } from './field-view.ts';
import type { Form } from './form.ts';
import { formAttributes } from './form-attributes.ts';
import { type FormFigures, figuresOf } from './form-figures.ts';
import { instantOf, microseconds } from './instants.ts';
import { itemsOf } from './matrix.ts';
import { listOf, textOrNull } from './memory.ts';

type View = Record<string, Json>;

/** The page where people fill the form in. */
function fullAddressOf(core: Core, form: Form): string {
  return `${core.settings.publicUrl}/f/${form.address}`;
}

/** Title and address, as rows and answers name their form. */
export function formMark({ slug, title, address, memory }: Form): View {
  return {
    slug,
    title,
    address,
    success_message: textOrNull(memory.success_message) ?? '',
    error_message: textOrNull(memory.error_message) ?? '',
  };
}

/** What lists and single forms have in common. */
export async function formSummary(core: Core, form: Form, { visits, file }: FormFigures): Promise<View> {
  const { table, memory } = form;
  const count = await core.store.records.count(table);
  return {
    slug: form.slug,
    address: form.address,
    full_form_address: fullAddressOf(core, form),
    title: form.title,
    description: table.description ?? '',
    ...attributesOf(form, false),
    tags: [...listOf(memory.tags)],
    copied_from: textOrNull(memory.copied_from),
    owner: table.createdBy,
    shared_access: null,
    submit_count: count,
    total_submits_count: count,
    visit_count: visits,
    last_submit_time: count === 0 ? null : await lastSubmit(core, form),
    is_empty: form.entries.every(({ field }) => field === null),
    export_in_progress: file.isRunning,
    last_export_file: file.file?.url ?? null,
    last_export_time: file.file === null ? null : instantOf(file.file.at),
    last_export_error: file.error,
    created_at: instantOf(table.createdAt),
    updated_at: instantOf(table.updatedAt),
  };
}

/** With its fields, once in order and once by slug. */
export async function formDetail(core: Core, form: Form): Promise<View> {
  const fields = form.entries.map((entry) => fieldView(form, entry));
  return {
    ...(await formSummary(core, form, (await figuresOf(core, [form]))(form))),
    fields_list: fields,
    fields: bySlug(fields),
    row_tags: itemsOf(memoryTags(form)) as unknown as Json,
    has_email_fields: form.answers.some(({ field }) => field.type === 'email'),
  };
}

/** For who fills it in: no limits, no fields of the staff. */
export function formDisplay(core: Core, form: Form): View {
  const fields = form.entries
    .filter((entry) => isShownPublicly(entry, entry.kind))
    .map((entry) => fieldView(form, entry, { isPublic: true }));
  return {
    slug: form.slug,
    address: form.address,
    full_form_address: fullAddressOf(core, form),
    title: form.title,
    description: form.table.description ?? '',
    ...attributesOf(form, true),
    fields_list: fields,
    fields: bySlug(fields),
    created_at: instantOf(form.table.createdAt),
    updated_at: instantOf(form.table.updatedAt),
  };
}

function memoryTags({ memory }: Form): Json {
  return memory.row_tags ?? [];
}

function attributesOf({ memory }: Form, isPublic: boolean): View {
  const view: View = {};
  for (const [name, attribute] of Object.entries(formAttributes)) {
    if (!isPublic || attribute.isPublic) view[name] = memory[name] ?? attribute.default;
  }
  return view;
}

function bySlug(fields: readonly View[]): View {
  return Object.fromEntries(fields.map((field) => [String(field.slug), field]));
}

const idField = systemField('id');

async function lastSubmit(core: Core, { table }: Form): Promise<string | null> {
  if (idField === undefined) return null;
  const sort = [{ field: idField, direction: 'desc' }] as const;
  const [row] = await core.store.records.page(table, { sort, limit: 1 });
  return row === undefined ? null : microseconds(createdAt(row));
}
