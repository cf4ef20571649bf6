/** The attributes that fields of all types have (wire/formaloo.md §5). Title, choices and default have places of their own. */
import { type AttributeKind, boolean, html, list, object, text, whole } from './attributes.ts';

/** Kept in the memory of the field. */
export const fieldAttributes: Readonly<Record<string, { readonly kind: AttributeKind }>> = {
  description: { kind: html },
  answer_description: { kind: html },
  alias: { kind: text(255) },
  json_key: { kind: text(255) },
  admin_only: { kind: boolean },
  read_only: { kind: boolean },
  invisible: { kind: boolean },
  is_calculatable: { kind: boolean },
  calculation_items: { kind: list },
  is_random_sortable: { kind: boolean },
  acceptable_answers: { kind: list },
  config: { kind: object },
};

/** Kept by the core. */
export const coreAttributes: Readonly<Record<string, { readonly kind: AttributeKind }>> = {
  required: { kind: boolean },
  unique: { kind: boolean },
  position: { kind: whole(0, 32_767) },
};
