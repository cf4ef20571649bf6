/** Lists of small things that people name themselves: row tags of a form, tags and categories of forms. */
import { AppError } from '../../core/errors.ts';
import type { Json } from '../../core/fields/field-type.ts';
import { color, text } from './attributes.ts';
import { itemsOf } from './matrix.ts';
import type { Memory } from './memory.ts';
import { readAttributes, refuse, refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import { newSlug } from './slugs.ts';

const attributes = { title: { kind: text(255) }, color: { kind: color }, address: { kind: text(255) } };
const itemsMax = 1000;

export type Tag = Readonly<Record<'slug' | 'title' | 'color' | 'address', Json>>;

export function tagsIn(value: Json | undefined): readonly Tag[] {
  return itemsOf(value).map(({ slug = null, title = null, color: shade = null, address = null }) => {
    return { slug, title, color: shade, address };
  });
}

export function findTag(tags: readonly Tag[], slug: string): Tag {
  const tag = tags.find((one) => one.slug === slug);
  if (tag === undefined) throw new AppError('field_not_found');
  return tag;
}

/** The list with a new one at its end. @throws body_invalid */
export function addTag(tags: readonly Tag[], body: Body): { readonly tags: readonly Tag[]; readonly tag: Tag } {
  if (tags.length >= itemsMax) throw refused('title', `there can be at most ${itemsMax} of them`);
  const values = readTag(body);
  if (typeof values.title !== 'string' || values.title.trim() === '')
    throw refused('title', 'is required', 'value_required');
  const tag: Tag = {
    slug: newSlug(),
    title: values.title,
    color: values.color ?? null,
    address: values.address ?? null,
  };
  return { tags: [...tags, tag], tag };
}

/** @throws body_invalid, field_not_found */
export function changeTag(
  tags: readonly Tag[],
  slug: string,
  body: Body,
): { readonly tags: readonly Tag[]; readonly tag: Tag } {
  const values = readTag(body);
  if (values.title === null || values.title === '') throw refused('title', 'is required', 'value_required');
  const tag: Tag = { ...findTag(tags, slug), ...values };
  return { tags: tags.map((one) => (one.slug === slug ? tag : one)), tag };
}

/** @throws field_not_found */
export function removeTag(tags: readonly Tag[], slug: string): readonly Tag[] {
  findTag(tags, slug);
  return tags.filter((one) => one.slug !== slug);
}

function readTag(body: Body): Memory {
  const { values, issues } = readAttributes(body, attributes);
  refuse(issues);
  return values;
}
