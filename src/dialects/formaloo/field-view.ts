/** A field as its endpoints show it: common attributes, the settings of its type, its choices (wire/formaloo.md §5). */
import { choicesOf } from '../../core/fields/choices.ts';
import type { Field, FieldTypeName, Json } from '../../core/fields/field-type.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { choiceTitle } from './choice-title.ts';
import type { Form, FormField } from './form.ts';
import { instantOf } from './instants.ts';
import type { Kind } from './kinds.ts';
import { itemsOf } from './matrix.ts';
import { listOf, objectOf, textOrNull } from './memory.ts';
import { type SettingName, settings } from './settings.ts';
import { slugOf } from './slugs.ts';

/** A setting that the core keeps as an option of the field: its name there, and the way out and back. */
export interface OptionLink {
  readonly option: string;
  readonly show?: (value: Json) => Json;
  readonly keep?: (value: Json) => Json;
}

type Links = Partial<Record<SettingName, OptionLink>>;

const lengths: Links = {
  max_length: { option: 'max_length' },
  // Nothing in a core option is its absence.
  min_length: { option: 'min_length' },
  regex: { option: 'pattern' },
};
const numbers: Links = {
  min_value: { option: 'min' },
  max_value: { option: 'max' },
  decimal_places: { option: 'precision' },
};
const files: Links = {
  allow_multiple_files: { option: 'multiple', keep: (value) => (value === true ? true : null) },
  allowed_extensions: {
    option: 'extensions',
    keep: (value) => {
      const list = listOf(value).map((one) => String(one).toLowerCase().replace(/^\./, ''));
      return list.length === 0 ? null : list;
    },
  },
  max_size: {
    option: 'bytes_max',
    show: (value) => (typeof value === 'number' ? Math.ceil(value / 1024) : value),
    keep: (value) => (typeof value === 'number' ? value * 1024 : null),
  },
};

/** Codes come in small letters as well. */
function currencyCode(sent: string): string {
  return sent.toLowerCase() === 'other' ? 'XXX' : sent.toUpperCase();
}

/** By core type: settings that are options of it. All others are in the memory of the field. */
export const optionLinks: Partial<Record<FieldTypeName, Links>> = {
  text: lengths,
  long_text: lengths,
  number: numbers,
  percent: numbers,
  currency: {
    ...numbers,
    // ISO 4217 knows a code for what is no currency.
    currency: {
      option: 'code',
      show: (value) => (value === 'XXX' ? 'other' : value),
      keep: (value) => (typeof value === 'string' ? currencyCode(value) : value),
    },
  },
  formula: { decimal_places: { option: 'precision' } },
  rating: { range_end: { option: 'max' } },
  multi_select: {
    min_selectable_choices: { option: 'min_choices' },
    max_selectable_choices: { option: 'max_choices' },
  },
  file: {
    ...files,
    file_type: {
      option: 'accept',
      show: (value) => (value === 'image' || value === 'document' ? value : 'all'),
      keep: (value) => (value === 'image' || value === 'document' ? value : null),
    },
  },
  image: { ...files, file_type: { option: '', show: () => 'image' } },
};

type View = Record<string, Json>;

export interface ViewOptions {
  /** For people who fill the form in: nothing that only its staff needs. */
  readonly isPublic?: boolean;
}

export function fieldView(form: Form, entry: FormField, options: ViewOptions = {}): View {
  const { memory, field, kind } = entry;
  const table = form.table;
  const common: View = {
    slug: entry.slug,
    type: kind.name,
    title: entry.title,
    description: textOrNull(memory.description) ?? '',
    answer_description: textOrNull(memory.answer_description),
    alias: entry.alias,
    position: form.entries.indexOf(entry) + 1,
    required: field?.isRequired ?? false,
    unique: field?.isUnique ?? false,
    read_only: entry.isReadOnly,
    invisible: memory.invisible === true,
    json_key: textOrNull(memory.json_key),
    default: defaultOf(entry),
    is_calculatable: memory.is_calculatable === true,
    is_random_sortable: memory.is_random_sortable === true,
    config: objectOf(memory.config) as View,
    ...settingsOf(entry),
    ...choiceMembers(entry, table),
  };
  if (options.isPublic === true) return common;
  return {
    ...common,
    form: form.slug,
    admin_only: entry.isAdminOnly,
    calculation_items: [...listOf(memory.calculation_items)],
    acceptable_answers: [...listOf(memory.acceptable_answers)],
    created_at: instantOf(typeof memory.created_at === 'number' ? memory.created_at : table.createdAt),
    updated_at: instantOf(typeof memory.updated_at === 'number' ? memory.updated_at : table.updatedAt),
  };
}

function settingsOf(entry: FormField): View {
  const { kind } = entry;
  const view: View = {};
  if (kind.subTypes.length > 0) view.sub_type = textOrNull(entry.memory.sub_type) ?? kind.subTypes[0] ?? null;
  if (entry.field?.type === 'formula') {
    view.sub_type = 'formula';
    view.config = { formula: entry.field.options.expression ?? '' };
  }
  for (const name of kind.settings) view[name] = settingOf(entry, name);
  if (kind.name === 'rating') {
    view.range_start = typeof view.range_start === 'number' ? view.range_start : 0;
    view.range_end = view.range_end ?? rangeEndOf(entry.field);
  }
  if (kind.name === 'lookup' || kind.name === 'linked_rows') view.related_form = relatedFormOf(entry.field);
  return view;
}

function settingOf({ memory, field }: FormField, name: SettingName): Json {
  const link = field === null ? undefined : optionLinks[field.type]?.[name];
  if (field === null || link === undefined) return memory[name] ?? settings[name].default;
  const value = field.options[link.option] ?? null;
  return link.show === undefined ? value : link.show(value);
}

function rangeEndOf(field: Field | null): number {
  const max = field?.options.max;
  return typeof max === 'number' ? max : 5;
}

/** The slug of the form whose rows are linked: derived from its table's id, as every form's. */
function relatedFormOf(field: Field | null): string | null {
  const target = field?.options.target;
  return typeof target === 'string' ? slugOf({ id: target }) : null;
}

/** The default as an answer is written: choices by slug. */
function defaultOf({ field, kind }: FormField): Json {
  if (field === null || field.defaultValue === null) return null;
  if (kind.name === 'yes_no') return field.defaultValue === true ? 'yes' : 'no';
  if (field.type !== 'single_select' && field.type !== 'multi_select') return field.defaultValue;
  const names = new Set([field.defaultValue].flat().map(String));
  const slugs = choicesOf(field).flatMap(({ id, name }) => (names.has(name) ? id : []));
  return field.type === 'single_select' ? (slugs[0] ?? null) : slugs;
}

function choiceMembers({ field, kind, memory }: FormField, table: TableSchema): View {
  const at = { created_at: instantOf(table.createdAt), updated_at: instantOf(table.updatedAt) };
  if (kind.name === 'matrix') {
    const items = (value: Json | undefined) =>
      itemsOf(value).map((item, position) => ({ ...choiceView(item.slug, item.title, item, position + 1), ...at }));
    return { choice_items: items(memory.choice_items), choice_groups: items(memory.choice_groups) };
  }
  if (!kind.hasChoices || field === null) return {};
  const items = choicesOf(field).map((choice, position) => ({
    ...choiceView(choice.id, choiceTitle(choice), objectOf(choice.foreign?.formaloo), position + 1),
    ...at,
  }));
  return { choice_items: items };
}

function choiceView(
  slug: Json | undefined,
  title: Json | undefined,
  memory: Readonly<Record<string, Json>>,
  position: number,
): View {
  return {
    slug: slug ?? null,
    title: title ?? null,
    image: memory.image ?? null,
    position,
    json_key: memory.json_key ?? null,
    is_other_choice: memory.is_other_choice === true,
    deleted: false,
  };
}

/** Types that fill-in clients know how to show; the rest stays with the staff. */
export function isShownPublicly({ isAdminOnly }: FormField, { name }: Kind): boolean {
  return !isAdminOnly && name !== 'variable' && name !== 'profile_data' && name !== 'ai_box';
}
