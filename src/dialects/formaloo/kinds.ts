/**
 * The field types of this dialect (wire/formaloo.md §5): which core types each can stand for, and which settings it has. Types
 * that hold no answer are elements of the form; the core has no field for them.
 */
import type { Field, FieldTypeName } from '../../core/fields/field-type.ts';
import { type Memory, memoryOf, textOrNull } from './memory.ts';
import type { SettingName } from './settings.ts';

export interface Kind {
  readonly name: KindName;
  /** Last part of the path that creates it, where that is not its name. */
  readonly path: string;
  /** Core types that it can stand for; the first is made. Empty: an element without answers. */
  readonly holds: readonly FieldTypeName[];
  readonly settings: readonly SettingName[];
  /** Answers are slugs of choices. */
  readonly hasChoices: boolean;
  /** Values of `sub_type`, the default first; empty: it has none. */
  readonly subTypes: readonly string[];
}

interface Spec {
  readonly path?: string;
  readonly holds?: readonly FieldTypeName[];
  readonly settings?: readonly SettingName[];
  readonly hasChoices?: true;
  readonly subTypes?: readonly string[];
}

const number = ['min_value', 'max_value', 'decimal_places'] as const;
const choices = ['has_other_choice', 'shuffle_choices'] as const;
const rows = ['column_groups', 'min_rows', 'max_rows'] as const;

const specs = {
  short_text: { holds: ['text'], settings: ['max_length', 'min_length'] },
  long_text: { holds: ['long_text', 'rich_text'], settings: ['max_length', 'min_length'] },
  email: { holds: ['email'] },
  phone: { holds: ['phone'], settings: ['phone_type'] },
  website: { holds: ['url'] },
  number: { holds: ['number', 'percent', 'duration', 'autonumber'], settings: number },
  money: { holds: ['currency'], settings: [...number, 'currency'] },
  checkbox: { path: 'boolean', holds: ['checkbox'] },
  yes_no: { holds: ['checkbox'] },
  choice: { holds: ['single_select'], settings: choices, hasChoices: true },
  dropdown: { holds: ['single_select'], settings: choices, hasChoices: true },
  multiple_select: {
    holds: ['multi_select'],
    settings: [...choices, 'min_selectable_choices', 'max_selectable_choices'],
    hasChoices: true,
    subTypes: ['standard', 'dropdown', 'ranking'],
  },
  text_choice: { holds: ['single_select'], settings: choices, hasChoices: true },
  rating: {
    holds: ['rating', 'number'],
    settings: ['range_start', 'range_end', 'min_message', 'max_message', 'thumbnail_type'],
    subTypes: ['star', 'like_dislike', 'nps', 'score', 'embeded'],
  },
  matrix: { holds: ['json'] },
  date: {
    holds: ['date'],
    settings: ['from_date', 'to_date', 'relative_range_start', 'relative_range_end', 'default_date', 'date_format'],
  },
  time: { holds: ['time'], settings: ['from_time', 'to_time'] },
  datetime: { path: 'date-time', holds: ['datetime', 'created_at', 'updated_at'] },
  file: {
    holds: ['file', 'image'],
    settings: ['file_type', 'allowed_extensions', 'max_size', 'allow_multiple_files'],
  },
  signature: { holds: ['image', 'file'] },
  hidden: { holds: ['long_text', 'text'] },
  regex: { holds: ['text'], settings: ['regex'] },
  city: { holds: ['text'], settings: ['has_other_choice'] },
  country: { holds: ['text'], settings: ['has_other_choice'] },
  lookup: { holds: ['relation'], settings: ['related_form', 'field', 'add_new_choice'] },
  linked_rows: {
    path: 'linked-rows',
    holds: ['relation'],
    settings: ['related_form', 'create_lookup_for_fields'],
  },
  choice_fetch: { path: 'choice-fetch', holds: ['json'], settings: ['choices_source'] },
  product: { holds: ['number'], settings: ['unit_price', 'min_value', 'max_value', 'is_subscription', 'currency'] },
  variable: {
    holds: ['number', 'text', 'formula'],
    settings: ['decimal_places'],
    subTypes: ['int', 'decimal', 'string', 'formula'],
  },
  table: { holds: ['json'], settings: rows },
  repeating_section: { holds: ['json'], settings: rows },
  profile: {},
  profile_data: { path: 'profile-data' },
  ai_box: { path: 'ai-box' },
  user: { holds: ['user', 'created_by', 'updated_by'] },
  assignee: { holds: ['user'] },
  meta: { settings: ['video_link'], subTypes: ['page_break', 'section', 'video'] },
  oembed: { settings: ['url'] },
  success_page: { path: 'success-page' },
  email_verification: { holds: ['email'] },
  phone_verification: { holds: ['phone'] },
  barcode: { holds: ['text'] },
  location: { holds: ['location'] },
} as const satisfies Readonly<Record<string, Spec>>;

export type KindName = keyof typeof specs;

export const kinds: ReadonlyMap<string, Kind> = new Map(
  Object.entries(specs as Readonly<Record<string, Spec>>).map(([name, spec]) => [
    name,
    {
      name: name as KindName,
      path: spec.path ?? name,
      holds: spec.holds ?? [],
      settings: spec.settings ?? [],
      hasChoices: spec.hasChoices ?? false,
      subTypes: spec.subTypes ?? [],
    },
  ]),
);

/** The type of a path such as `/fields/date-time/`; hyphens and underscores are the same. */
const kindByPath = new Map(
  [...kinds.values()].flatMap((kind) => [kind.path, kind.name].map((path) => [plain(path), kind] as const)),
);

export function kindOfPath(path: string): Kind | undefined {
  return kindByPath.get(plain(path));
}

function plain(path: string): string {
  return path.replaceAll('-', '_');
}

/** How fields that were made elsewhere appear. */
const nearest: Record<FieldTypeName, KindName> = {
  text: 'short_text',
  long_text: 'long_text',
  rich_text: 'long_text',
  email: 'email',
  url: 'website',
  phone: 'phone',
  number: 'number',
  percent: 'number',
  currency: 'money',
  rating: 'rating',
  duration: 'number',
  autonumber: 'number',
  checkbox: 'checkbox',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  single_select: 'dropdown',
  multi_select: 'multiple_select',
  file: 'file',
  image: 'file',
  location: 'location',
  relation: 'linked_rows',
  user: 'user',
  color: 'short_text',
  json: 'long_text',
  formula: 'variable',
  // Never shown with a value, and written like a text.
  password: 'short_text',
  created_at: 'datetime',
  updated_at: 'datetime',
  created_by: 'user',
  updated_by: 'user',
};

/** The type that was chosen when the field was made, as long as the field can still be that; otherwise the nearest. */
export function kindOf(field: Pick<Field, 'type' | 'foreign'>): Kind {
  const remembered = kinds.get(textOrNull(memoryOf(field).type) ?? '');
  const kind = remembered?.holds.includes(field.type) === true ? remembered : kinds.get(nearest[field.type]);
  if (kind === undefined) throw new Error(`no type for ${field.type}`);
  return kind;
}

/** The type of a form's element. */
export function kindOfElement(memory: Memory): Kind | undefined {
  return kinds.get(textOrNull(memory.type) ?? '');
}
