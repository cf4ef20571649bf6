/** Forms from bodies: made, changed, copied (wire/formaloo.md §4). */
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import type { FieldInput } from '../../core/fields/add-field.ts';
import { type Json, Refusal } from '../../core/fields/field-type.ts';
import { keepTableFiles } from '../../core/files/keep-table-files.ts';
import { checkDescription } from '../../core/names.ts';
import { arrangeTable } from '../../core/tables/arrange-table.ts';
import { createTable } from '../../core/tables/create-table.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { type TablePatch, updateTable } from '../../core/tables/update-table.ts';
import { list, text } from './attributes.ts';
import { type Form, formOf } from './form.ts';
import { formAttributes } from './form-attributes.ts';
import { listOf, type Memory, memoryOf, objectOf, textOrNull, withMemory } from './memory.ts';
import { namedMemory, uniqueName } from './names.ts';
import { issueOf, merged, readAttributes, refuse, refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import { addressOf, newSlug, slugOf } from './slugs.ts';

const titleKind = text(255);
const untitled = 'Untitled form';
const addressForm = /^[-A-Za-z0-9_]{1,255}$/;
/** Behind every field that is added later. */
const lastPosition = 32_767;

interface FormChange {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly memory: Readonly<Record<string, Json>>;
  readonly address: string | undefined;
}

function readForm(body: Body): FormChange {
  const { values, issues: found } = readAttributes(body, formAttributes);
  const issues = [...found];
  const own = (name: string, kind = text(100_000)): string | undefined => {
    if (!Object.hasOwn(body, name)) return undefined;
    const value = kind(body[name]);
    if (value instanceof Refusal) issues.push(issueOf(name, value.message));
    return typeof value === 'string' ? value : '';
  };
  const title = own('title', titleKind);
  const description = own('description');
  const address = own('address');
  if (address !== undefined && address !== '' && !addressForm.test(address)) {
    issues.push(issueOf('address', 'must have letters, digits, hyphens and underscores only'));
  }
  const tags = Object.hasOwn(body, 'tags') ? list(body.tags) : undefined;
  if (tags instanceof Refusal) issues.push(issueOf('tags', tags.message));
  refuse(issues);
  const tagSlugs = tags === undefined ? {} : { tags: tagsOf(tags as Json) };
  return {
    title,
    description: description === undefined ? undefined : checkDescription(description),
    address: address === '' ? undefined : address,
    memory: { ...values, ...tagSlugs },
  };
}

/** Slugs, whether they came as such or inside objects. */
function tagsOf(tags: Json): Json {
  return listOf(tags).flatMap((tag) => textOrNull(tag) ?? textOrNull(objectOf(tag).slug) ?? []);
}

/** Addresses are checked and taken one after the other: two forms never get the same. */
let addressTurn: Promise<unknown> = Promise.resolve();

function inAddressTurn<T>(address: string | undefined, work: () => Promise<T>): Promise<T> {
  if (address === undefined) return work();
  const turn = addressTurn.then(work, work);
  addressTurn = turn.catch(() => undefined);
  return turn;
}

/** Over the whole instance: the page of a form has no other name. */
async function refuseTakenAddress(core: Core, address: string | undefined, tableId: string | null): Promise<void> {
  if (address === undefined) return;
  const isTaken = (await core.store.list('tables', {})).some(
    (row) => row.id !== tableId && (textOrNull(memoryOf(row).address) ?? addressOf(row.id)) === address,
  );
  if (isTaken) throw refused('address', 'A form with this address already exists');
}

const namesTries = 5;

/** Somebody else may take the name first; then another is made. */
async function withFreeName(
  core: Core,
  appId: string,
  title: string,
  write: (name: string) => Promise<TableSchema>,
): Promise<TableSchema> {
  for (let tries = 1; ; tries += 1) {
    const taken = new Set((await core.catalog.tablesOf(appId)).map((table) => table.name));
    try {
      return await write(uniqueName(title, untitled, taken));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'name_taken' || tries === namesTries) throw error;
    }
  }
}

/** The page that every form begins with. */
function successPage(now: number): Memory {
  return {
    slug: newSlug(),
    type: 'success_page',
    title: 'Thank you',
    description: '',
    position: lastPosition,
    created_at: now,
    updated_at: now,
  };
}

export async function createForm(core: Core, actor: Actor, appId: string, body: Body): Promise<Form> {
  const { title = '', description, memory, address } = readForm(body);
  const own = merged({ elements: [successPage(core.clock.now()) as Json] }, { ...memory, ...addressed(address) });
  const table = await inAddressTurn(address, async () => {
    await refuseTakenAddress(core, address, null);
    return withFreeName(core, appId, title, (name) =>
      createTable(core, actor, appId, {
        name,
        description: description ?? null,
        foreign: withMemory({}, { ...own, ...namedMemory(title, name) }),
      }),
    );
  });
  return keepPictures(core, actor, formOf(table), body);
}

const pictures = ['logo', 'background_image'] as const;

/** Uploaded pictures stay as long as their form shows them. */
async function keepPictures(core: Core, actor: Actor, form: Form, body: Body): Promise<Form> {
  if (pictures.some((name) => Object.hasOwn(body, name))) {
    await keepTableFiles(
      core,
      actor,
      form.table,
      pictures.flatMap((name) => textOrNull(form.memory[name]) ?? []),
    );
  }
  return form;
}

function addressed(address: string | undefined): Memory {
  return address === undefined ? {} : { address };
}

/** @throws body_invalid, name_taken, scope_missing */
export async function updateForm(core: Core, actor: Actor, form: Form, body: Body): Promise<Form> {
  const { title, description, memory, address } = readForm(body);
  const { table } = form;
  let next = merged(form.memory, { ...memory, ...addressed(address) });
  const patch: { -readonly [K in keyof TablePatch]: TablePatch[K] } = {};
  if (description !== undefined) patch.description = description;
  const changed = await inAddressTurn(address, async () => {
    await refuseTakenAddress(core, address, table.id);
    if (title === undefined || title === form.title) return write(next);
    return withFreeName(core, table.appId, title, (name) => {
      patch.name = name;
      const { title: _title, named: _named, ...rest } = next;
      next = { ...rest, ...namedMemory(title, name) };
      return write(next);
    });
  });
  const updated = await keepPictures(core, actor, formOf(changed), body);
  return Object.hasOwn(body, 'form_fields') ? arrange(core, actor, updated, body.form_fields) : updated;

  function write(own: Memory): Promise<TableSchema> {
    return updateTable(core, actor, table, { ...patch, foreign: withMemory(table.foreign, own) });
  }
}

/** Puts the fields into the order of these slugs; what is not named follows as it was. */
async function arrange(core: Core, actor: Actor, form: Form, sent: unknown): Promise<Form> {
  const slugs = list(sent);
  if (slugs instanceof Refusal) throw refused('form_fields', slugs.message);
  const wanted = (slugs as Json[]).map((one) => textOrNull(one) ?? textOrNull(objectOf(one).slug) ?? '');
  const unknown = wanted.find((slug) => !form.bySlug.has(slug));
  if (unknown !== undefined) throw refused('form_fields', 'must hold slugs of fields of the form');
  const rest = form.entries.filter(({ slug }) => !wanted.includes(slug)).map(({ slug }) => slug);
  return arrangeBySlug(core, actor, form, [...wanted, ...rest]);
}

/** Gives every entry its place in the list. */
export async function arrangeBySlug(core: Core, actor: Actor, form: Form, slugs: readonly string[]): Promise<Form> {
  const places = new Map([...new Set(slugs)].map((slug, place) => [slug, place]));
  const positions = new Map<string, number>();
  for (const [slug, place] of places) {
    const field = form.bySlug.get(slug)?.field;
    if (field !== null && field !== undefined) positions.set(field.id, place);
  }
  const elements = listOf(form.memory.elements).map((one) => {
    const element = objectOf(one);
    const place = places.get(textOrNull(element.slug) ?? '');
    return place === undefined ? one : ({ ...element, position: place } as Json);
  });
  const foreign = withMemory(form.table.foreign, { ...form.memory, elements });
  return formOf(await arrangeTable(core, actor, form.table, { positions, foreign }));
}

/** A form with the same fields and texts, and no rows. Its logic speaks of the new fields. */
export async function copyForm(core: Core, actor: Actor, form: Form, body: Body): Promise<Form> {
  const { address: _address, title: _title, named: _named, ...memory } = form.memory;
  const category = textOrNull(body.category);
  const own = { ...memory, copied_from: form.slug, ...(category === null ? {} : { category }) };
  const title = `${form.title} (copy)`.slice(0, 255);
  const table = await withFreeName(core, form.table.appId, title, (name) =>
    createTable(core, actor, form.table.appId, {
      name,
      description: form.table.description,
      // A formula that can no longer be worked out cannot be made either.
      fields: form.table.fields.filter(({ options }) => options.error === undefined).map(fieldInputOf),
      foreign: withMemory({}, { ...own, ...namedMemory(title, name) }),
    }),
  );
  const renamed = new Map<string, string>();
  for (const field of form.table.fields) {
    const copy = table.fieldByName.get(field.name);
    if (copy !== undefined) renamed.set(slugOf(field), slugOf(copy));
  }
  const elements = listOf(memory.elements).map((one) => {
    const element = objectOf(one);
    const slug = newSlug();
    renamed.set(textOrNull(element.slug) ?? '', slug);
    return { ...element, slug } as Json;
  });
  const current = memoryOf(table);
  const foreign = withMemory(table.foreign, { ...current, elements, logic: withSlugs(memory.logic ?? [], renamed) });
  const copy = formOf(await updateTable(core, actor, table, { foreign }));
  return keepPictures(core, actor, copy, memory);
}

/** Choices keep their slugs: they are unique within their field only. */
function fieldInputOf(field: TableSchema['fields'][number]): FieldInput {
  const { target, cardinality, inverse_cardinality: inverse } = field.options;
  const options: Record<string, Json> =
    field.type === 'relation'
      ? { target: target ?? null, cardinality: cardinality ?? 'many', inverse_cardinality: inverse ?? 'many' }
      : { ...field.options };
  return {
    name: field.name,
    type: field.type,
    options,
    required: field.isRequired,
    unique: field.isUnique,
    indexed: field.isIndexed,
    default: field.defaultValue,
    position: field.position,
    foreign: field.foreign,
  };
}

/** The same JSON with every text that is one of the slugs replaced. */
function withSlugs(value: Json, slugs: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return slugs.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => withSlugs(one, slugs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withSlugs(one, slugs)]));
}
