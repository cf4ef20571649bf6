/**
 * A form as a person goes through it: pages of questions and notes, in order. Made from what the API shows to who fills a form
 * in, so that the page and the clients see the same; once per version of the form.
 */
import type { Core } from '../../../core/context.ts';
import type { Form, FormField } from '../form.ts';
import { formDisplay } from '../form-view.ts';
import type { KindName } from '../kinds.ts';
import { listOf, type Memory, objectOf, textOrNull } from '../memory.ts';
import { webAddress } from './html.ts';

export interface Option {
  readonly slug: string;
  readonly title: string;
  readonly image: string | null;
}

export interface Question {
  readonly slug: string;
  readonly type: KindName;
  readonly title: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** Not shown, and filled in by the address of the page alone. */
  readonly isHidden: boolean;
  readonly subType: string | null;
  readonly options: readonly Option[];
  /** The choice for everything else, which stands last. */
  readonly otherSlug: string | null;
  /** Rows of a matrix. */
  readonly groups: readonly Option[];
  readonly columns: readonly Option[];
  /** The settings of its type. */
  readonly view: Memory;
  readonly entry: FormField;
}

export interface Note {
  readonly slug: string;
  readonly kind: 'section' | 'video' | 'link';
  readonly title: string;
  readonly description: string;
  readonly address: string | null;
}

export type Item = Question | Note;

export interface FormPage {
  readonly title: string;
  readonly description: string;
  readonly items: readonly Item[];
}

export interface FormPages {
  readonly pages: readonly FormPage[];
  readonly questions: readonly Question[];
  /** One page is shown at a time. */
  readonly isStepwise: boolean;
}

/** Types that people who fill the form in cannot answer. */
const unanswerable = new Set<KindName>([
  'user',
  'assignee',
  'profile',
  'success_page',
  'variable',
  'profile_data',
  'ai_box',
]);

const made = new WeakMap<Form, FormPages>();

export function pagesOf(core: Core, form: Form): FormPages {
  let pages = made.get(form);
  if (pages === undefined) {
    pages = make(core, form);
    made.set(form, pages);
  }
  return pages;
}

export function isQuestion(item: Item): item is Question {
  return 'isRequired' in item;
}

function make(core: Core, form: Form): FormPages {
  const views = listOf(formDisplay(core, form).fields_list).map(objectOf);
  const pages: { title: string; description: string; items: Item[] }[] = [{ title: '', description: '', items: [] }];
  const isStepwise = form.memory.form_type === 'multi_step';
  const hasBreaks = views.some((view) => view.type === 'meta' && view.sub_type === 'page_break');
  for (const view of views) {
    const item = itemOf(form, view);
    if (item === null) continue;
    if (item === 'break') {
      pages.push({ title: textOrNull(view.title) ?? '', description: textOrNull(view.description) ?? '', items: [] });
      continue;
    }
    // Without breaks a form that goes step by step asks one thing at a time.
    const last = pages.at(-1);
    if (isStepwise && !hasBreaks && last?.items.some((one) => isQuestion(one) && !one.isHidden)) {
      pages.push({ title: '', description: '', items: [item] });
    } else last?.items.push(item);
  }
  const filled = pages.filter(({ items }) => items.length > 0);
  return {
    pages: filled,
    questions: filled.flatMap(({ items }) => items.filter(isQuestion)),
    isStepwise: isStepwise && filled.length > 1,
  };
}

function itemOf(form: Form, view: Memory): Item | 'break' | null {
  const slug = textOrNull(view.slug) ?? '';
  const entry = form.bySlug.get(slug);
  const type = view.type as KindName;
  const title = textOrNull(view.title) ?? '';
  const description = textOrNull(view.description) ?? '';
  if (entry === undefined) return null;
  if (type === 'meta') {
    if (view.sub_type === 'page_break') return 'break';
    return {
      slug,
      kind: view.sub_type === 'video' ? 'video' : 'section',
      title,
      description,
      address: webAddress(view.video_link),
    };
  }
  if (type === 'oembed') return { slug, kind: 'link', title, description, address: webAddress(view.url) };
  if (unanswerable.has(type) || entry.field === null || view.read_only === true) return null;
  // Rows of another table are offered only where the form was given such a field, not wherever two tables are linked.
  if (entry.field.type === 'relation' && textOrNull(entry.memory.type) === null) return null;
  return {
    slug,
    type,
    title,
    description,
    isRequired: view.required === true,
    isHidden: type === 'hidden' || view.invisible === true,
    subType: textOrNull(view.sub_type),
    options: optionsOf(view.choice_items),
    otherSlug: textOrNull(
      listOf(view.choice_items)
        .map(objectOf)
        .find((one) => one.is_other_choice === true)?.slug,
    ),
    groups: optionsOf(view.choice_groups),
    columns: columnsOf(view.column_groups),
    view,
    entry,
  };
}

function optionsOf(items: Memory[string] | undefined): Option[] {
  return listOf(items)
    .map(objectOf)
    .map(({ slug, title, image }) => ({
      slug: textOrNull(slug) ?? '',
      title: textOrNull(title) ?? '',
      image: webAddress(image),
    }));
}

/** Keys of the objects that a table's answer is a list of. */
function columnsOf(groups: Memory[string] | undefined): Option[] {
  return listOf(groups).map((group, index) => {
    const { slug, column_field: field, title } = objectOf(group);
    const name = textOrNull(title) ?? `Column ${index + 1}`;
    return { slug: textOrNull(field) ?? textOrNull(slug) ?? name, title: name, image: null };
  });
}
