/** The attributes of a form (wire/formaloo.md §4): how each is read, what it is at first, and who sees it. */
import type { Json } from '../../core/fields/field-type.ts';
import {
  type AttributeKind,
  boolean,
  color,
  html,
  instant,
  json,
  list,
  object,
  oneOf,
  strictList,
  text,
  time,
  url,
  whole,
} from './attributes.ts';

export interface FormAttribute {
  readonly kind: AttributeKind;
  readonly default: Json;
  /** Shown to who fills the form in. */
  readonly isPublic: boolean;
}

const attribute = (kind: AttributeKind, value: Json, isPublic: boolean): FormAttribute => ({
  kind,
  default: value,
  isPublic,
});
const shown = (kind: AttributeKind, value: Json = null) => attribute(kind, value, true);
const kept = (kind: AttributeKind, value: Json = null) => attribute(kind, value, false);

const defaultColors = {
  text: '{"r":33,"g":37,"b":41,"a":1}',
  button: '{"r":32,"g":101,"b":209,"a":1}',
  field: '{"r":255,"g":255,"b":255,"a":1}',
  background: '{"r":255,"g":255,"b":255,"a":1}',
  border: '{"r":206,"g":212,"b":218,"a":1}',
  submit: '{"r":255,"g":255,"b":255,"a":1}',
};

/** Kept in the memory of the table. Address, title, description, tags and elements have places of their own. */
export const formAttributes: Readonly<Record<string, FormAttribute>> = {
  show_title: shown(boolean, true),
  form_type: shown(oneOf('simple', 'multi_step', 'nps'), 'simple'),
  active: kept(boolean, true),
  category: kept(text(63)),
  domain: kept(text(255)),
  version: shown(text(31), 'v3'),

  success_message: shown(html, ''),
  error_message: shown(html, ''),
  button_text: shown(text(63), ''),
  localized_content: shown(object, {}),
  customized_texts: shown(object, {}),

  submit_start_time: kept(instant),
  submit_end_time: kept(instant),
  max_submit_count: kept(whole(0, 1_000_000_000)),
  max_submit_per_ip_per_day: kept(whole(0, 1_000_000_000)),
  needs_login: shown(boolean, false),
  time_limit: shown(time),
  has_recaptcha: shown(boolean, false),
  accept_draft_answers: shown(boolean, false),
  shuffle_fields: shown(boolean, false),

  form_redirects_after_submit: shown(url(2000)),
  include_data_on_redirect: kept(boolean, false),
  show_submit_tracking_code: shown(boolean, false),
  assign_submit_number: shown(boolean, false),
  show_answers: shown(boolean, false),
  show_calculations_score_result: shown(boolean, false),

  send_emails_to: kept(text(2000)),
  submit_email_notif: kept(boolean, false),
  row_update_email_notif: kept(boolean, false),
  send_user_confirm: kept(boolean, false),
  submit_push_notif: kept(boolean, false),
  row_update_push_notif: kept(boolean, false),
  forward_submit_emails_to: kept(list, []),
  primary_email: kept(text(255)),
  admin_email_notif_template: kept(text(63)),
  user_email_notif_template: kept(text(63)),

  text_color: shown(color, defaultColors.text),
  button_color: shown(color, defaultColors.button),
  field_color: shown(color, defaultColors.field),
  background_color: shown(color, defaultColors.background),
  border_color: shown(color, defaultColors.border),
  submit_text_color: shown(color, defaultColors.submit),
  theme_color: shown(color, defaultColors.button),
  theme_name: shown(text(255)),
  theme: shown(json),
  theme_config: shown(object, {}),
  logo: shown(url(2000)),
  background_image: shown(url(2000)),
  custom_css: shown(html),
  custom_js: shown(html),

  logic: shown(strictList, []),
  run_field_logics_on_update: kept(boolean, false),
};
