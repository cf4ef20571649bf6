/** Choices in bodies: `choice_items` with titles and, for those that exist, slugs; or `bulk_choices`, titles alone. */
import { type Choice, choicesOf } from '../../core/fields/choices.ts';
import type { Field, Json } from '../../core/fields/field-type.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';
import { randomBase62 } from '../../core/ids.ts';
import { unwrapped } from './attributes.ts';
import { listOf, type Memory, objectOf, textOrNull } from './memory.ts';
import { namedMemory, uniqueName } from './names.ts';
import { refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';

export interface SentItem {
  readonly slug: string | null;
  readonly title: string;
  readonly memory: Memory;
}

const slugForm = /^[0-9A-Za-z]{8}$/;
const itemsMax = 10_000;

/** The items of `name`; undefined when none were sent. @throws body_invalid */
export function sentItems(body: Body, name: 'choice_items' | 'choice_groups'): SentItem[] | undefined {
  const bulk = name === 'choice_items' ? body.bulk_choices : undefined;
  if (body[name] === undefined) return bulk === undefined || bulk === null ? undefined : bulkItems(bulk);
  if (bulk !== undefined && bulk !== null) throw refused('bulk_choices', 'cannot be sent together with choice_items');
  const value = unwrapped(body[name]);
  if (!Array.isArray(value) || value.length > itemsMax) throw refused(name, 'must be a list of objects with a title');
  return (value as readonly unknown[]).map((one) => {
    const item = typeof one === 'string' ? { title: one } : one;
    const title = isPlainObject(item) ? item.title : undefined;
    if (
      !isPlainObject(item) ||
      (typeof title !== 'string' && typeof title !== 'number') ||
      String(title).trim() === ''
    ) {
      throw refused(name, 'must be a list of objects with a title');
    }
    if (String(title).length > 255) throw refused(name, 'must have titles of at most 255 characters');
    return { slug: textOrNull(item.slug), title: String(title), memory: memoryOfItem(item) };
  });
}

function bulkItems(bulk: unknown): SentItem[] {
  const value = unwrapped(bulk);
  const titles = Array.isArray(value) ? (value as unknown[]) : typeof value === 'string' ? value.split('\n') : [];
  return titles
    .map((title) => String(title).trim().slice(0, 255))
    .filter((title) => title !== '')
    .map((title) => ({ slug: null, title, memory: {} }));
}

function memoryOfItem(item: Readonly<Record<string, unknown>>): Memory {
  const memory: Record<string, Json> = {};
  for (const name of ['image', 'json_key'] as const) {
    const value = item[name];
    if (typeof value === 'string' && value.length <= 2000) memory[name] = value;
  }
  if (item.is_other_choice === true) memory.is_other_choice = true;
  return memory;
}

/**
 * The choices of a select field. Existing ones are kept where their slug was sent, or their title; with `has_other_choice`
 * there is one for everything else.
 */
export function choicesFrom(items: readonly SentItem[], field: Field | null, hasOther: boolean): Json {
  const known = new Map((field === null ? [] : choicesOf(field)).map((choice) => [choice.id, choice]));
  const names = new Set<string>();
  const ids = new Set<string>();
  const all =
    hasOther && !items.some(({ memory }) => memory.is_other_choice === true) ? [...items, other(known)] : items;
  return all.map(({ slug, title, memory }) => {
    const name = uniqueName(title, 'Choice', names);
    names.add(name);
    const kept = slug === null ? undefined : known.get(slug);
    // A slug of the client's own is taken where it has the form of ours.
    const id = slug !== null && (kept !== undefined || (field === null && slugForm.test(slug))) ? slug : null;
    const isFree = id !== null && !ids.has(id);
    if (isFree) ids.add(id);
    const own: Record<string, Json> = { ...memory, ...namedMemory(title, name) };
    const color = kept?.color === undefined ? {} : { color: kept.color };
    const foreign = { ...objectOf(kept?.foreign), ...(Object.keys(own).length === 0 ? {} : { formaloo: own }) };
    return {
      ...(isFree ? { id } : {}),
      name,
      ...color,
      ...(Object.keys(foreign).length === 0 ? {} : { foreign }),
    } as Json;
  });
}

function other(known: ReadonlyMap<string, Choice>): SentItem {
  const existing = [...known.values()].find(({ foreign }) => objectOf(foreign?.formaloo).is_other_choice === true);
  return { slug: existing?.id ?? null, title: existing?.name ?? 'Other', memory: { is_other_choice: true } };
}

/** Columns or rows of a matrix, which the core does not know. */
export function matrixItems(items: readonly SentItem[], known: Json | undefined): Json {
  const slugs = new Set(listOf(known).map((one) => textOrNull(objectOf(one).slug)));
  return items.map(({ slug, title, memory }) => {
    const isKept = slug !== null && (slugs.has(slug) || (known === undefined && slugForm.test(slug)));
    return { slug: isKept ? slug : randomBase62(8), title, ...memory } as Json;
  });
}
