/** The settings that field types have beyond the common attributes (wire/formaloo.md §5): how each is read and its default. */
import type { Json } from '../../core/fields/field-type.ts';
import { type AttributeKind, boolean, decimal, json, list, oneOf, text, url, whole } from './attributes.ts';

export interface Setting {
  readonly kind: AttributeKind;
  readonly default: Json;
}

const setting = (kind: AttributeKind, value: Json = null): Setting => ({ kind, default: value });
const flag = setting(boolean, false);
const note = setting(text(255));
const count = setting(whole(0, 1_000_000));

export const settings = {
  max_length: setting(whole(1, 1_000_000)),
  min_length: count,
  phone_type: setting(oneOf('mobile', 'landline', 'both'), 'both'),
  min_value: setting(decimal),
  max_value: setting(decimal),
  decimal_places: setting(whole(0, 10)),
  currency: setting(text(5)),
  has_other_choice: flag,
  shuffle_choices: flag,
  min_selectable_choices: count,
  max_selectable_choices: setting(whole(1, 10_000)),
  range_start: setting(whole(-1_000_000, 1_000_000)),
  range_end: setting(whole(-1_000_000, 1_000_000)),
  min_message: note,
  max_message: note,
  thumbnail_type: note,
  from_date: setting(text(32)),
  to_date: setting(text(32)),
  relative_range_start: setting(json),
  relative_range_end: setting(json),
  default_date: setting(json),
  date_format: setting(text(63)),
  from_time: setting(text(32)),
  to_time: setting(text(32)),
  file_type: setting(oneOf('image', 'document', 'all'), 'all'),
  allowed_extensions: setting(list, []),
  max_size: setting(whole(1, 102_400), 2048),
  allow_multiple_files: flag,
  regex: setting(text(1000)),
  related_form: setting(text(63)),
  field: setting(text(63)),
  add_new_choice: flag,
  create_lookup_for_fields: setting(list, []),
  choices_source: setting(url(2000)),
  unit_price: setting(decimal),
  is_subscription: flag,
  video_link: setting(url(2000)),
  url: setting(url(2000)),
  column_groups: setting(list, []),
  min_rows: count,
  max_rows: setting(whole(1, 10_000)),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;
