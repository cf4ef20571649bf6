/** A form and its fields in one request, as a builder saves them (wire/formaloo.md §4): what can be done is, the rest is told. */
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import type { Json } from '../../core/fields/field-type.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';
import { requireVerb } from '../../core/permit.ts';
import { unwrapped } from './attributes.ts';
import { formErrorsOf, statusOf } from './errors.ts';
import { fieldView } from './field-view.ts';
import type { FormFinder } from './find-form.ts';
import { type Form, formOf } from './form.ts';
import { kindOfPath, kinds } from './kinds.ts';
import { textOrNull } from './memory.ts';
import { refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import { createField, type FieldPlace, updateField } from './write-field.ts';
import { arrangeBySlug, updateForm } from './write-form.ts';

/** What became of one of the fields that were sent, in their order. */
export interface BuiltField {
  readonly ref_id: Json;
  readonly slug: string | null;
  readonly status: number;
  readonly errors: Readonly<Record<string, readonly string[]>>;
  readonly object: Readonly<Record<string, Json>> | null;
}

export interface BuiltForm {
  readonly form: Form;
  readonly fields: readonly BuiltField[];
}

const fieldsMax = 1000;

/** @throws body_invalid where the form itself is refused; then nothing is changed */
export async function buildForm(
  core: Core,
  actor: Actor,
  forms: FormFinder,
  form: Form,
  body: Body,
): Promise<BuiltForm> {
  requireVerb(actor, form.table, 'schema');
  const sent = unwrapped(body.fields ?? []);
  if (!Array.isArray(sent) || sent.length > fieldsMax || !sent.every(isPlainObject)) {
    throw refused('fields', `must be a list of at most ${fieldsMax} objects`);
  }
  const own = unwrapped(body.form ?? {});
  if (!isPlainObject(own)) throw refused('form', 'must be an object');
  // The order is that of the list.
  const { form_fields: _order, ...attributes } = own;
  let current = Object.keys(attributes).length === 0 ? form : await updateForm(core, actor, form, attributes);
  const fields: BuiltField[] = [];
  for (const item of sent as readonly Body[]) {
    const built = await buildField(core, actor, forms, current, item);
    fields.push(built);
    current = await asItIs(core, current);
  }
  const order = fields.flatMap(({ slug }) => (slug !== null && current.bySlug.has(slug) ? slug : []));
  if (order.length === 0) return { form: current, fields };
  const rest = current.entries.flatMap(({ slug }) => (order.includes(slug) ? [] : slug));
  return { form: await arrangeBySlug(core, actor, current, [...order, ...rest]), fields };
}

async function asItIs(core: Core, { table }: Form): Promise<Form> {
  return formOf((await core.catalog.table(table.id)) ?? table);
}

async function buildField(
  core: Core,
  actor: Actor,
  forms: FormFinder,
  form: Form,
  { ref_id: ref, slug: sentSlug, position: _position, ...body }: Body,
): Promise<BuiltField> {
  const refId = typeof ref === 'string' || typeof ref === 'number' ? ref : null;
  const slug = textOrNull(sentSlug);
  try {
    const { form: changed, entry } =
      slug === null ? await create(core, actor, forms, form, body) : await change(core, actor, form, slug, body);
    const object = fieldView(changed, entry);
    return { ref_id: refId, slug: entry.slug, status: slug === null ? 201 : 200, errors: {}, object };
  } catch (error) {
    // What is wrong with one field stops none of the others; who may not, or a failure, stops all.
    if (!(error instanceof AppError) || ![400, 404].includes(statusOf(error))) throw error;
    return { ref_id: refId, slug, status: statusOf(error), errors: formErrorsOf(error), object: null };
  }
}

function create(core: Core, actor: Actor, forms: FormFinder, form: Form, body: Body): Promise<FieldPlace> {
  const type = textOrNull(body.type);
  if (type === null) throw refused('type', 'is required', 'value_required');
  const kind = kinds.get(type) ?? kindOfPath(type);
  if (kind === undefined) throw refused('type', `"${type.slice(0, 63)}" is not a type of field`);
  return createField(core, actor, forms, form, kind, body);
}

function change(core: Core, actor: Actor, form: Form, slug: string, body: Body): Promise<FieldPlace> {
  const entry = form.bySlug.get(slug);
  if (entry === undefined) throw new AppError('field_not_found');
  return updateField(core, actor, { form, entry }, body);
}
