/**
 * A table as a form: its fields and elements in order, found by slug and alias. Resolved once per version of the table.
 */
import type { Field } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { perObject } from '../../core/per-object.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { type Kind, kindOf, kindOfElement } from './kinds.ts';
import { listOf, type Memory, memoryOf, objectOf, textOrNull, titleOf } from './memory.ts';
import { addressOf, slugOf } from './slugs.ts';

/** A field, or an element that holds no answer (its `field` is null). */
export interface FormField {
  readonly slug: string;
  readonly kind: Kind;
  readonly title: string;
  readonly alias: string | null;
  readonly position: number;
  readonly isAdminOnly: boolean;
  readonly isReadOnly: boolean;
  readonly memory: Memory;
  readonly field: Field | null;
}

/** A field that holds answers. */
export type AnswerField = FormField & { readonly field: Field };

export interface Form {
  readonly table: TableSchema;
  readonly slug: string;
  readonly address: string;
  readonly title: string;
  readonly memory: Memory;
  /** Fields and elements, in the order of the form. */
  readonly entries: readonly FormField[];
  /** Those that hold answers and may be shown, in the order of the form. */
  readonly answers: readonly AnswerField[];
  readonly bySlug: ReadonlyMap<string, FormField>;
  readonly byAlias: ReadonlyMap<string, FormField>;
  readonly byFieldId: ReadonlyMap<string, FormField>;
}

export const formOf: (table: TableSchema) => Form = perObject(resolve);

function resolve(table: TableSchema): Form {
  const memory = memoryOf(table);
  const fields = table.fields.map(fieldEntry);
  const elements = listOf(memory.elements).flatMap((one) => elementEntry(objectOf(one)));
  // Where both have the same position the element stands last, as the success page does.
  const entries = [...fields, ...elements].sort((a, b) => a.position - b.position);
  const withAlias = entries.filter((entry) => entry.alias !== null);
  return {
    table,
    slug: slugOf(table),
    address: textOrNull(memory.address) ?? addressOf(table.id),
    title: titleOf(memory, table.name),
    memory,
    entries,
    answers: entries.filter(
      (entry): entry is AnswerField => entry.field !== null && !fieldTypes[entry.field.type].isHidden,
    ),
    bySlug: new Map(entries.map((entry) => [entry.slug, entry])),
    byAlias: new Map(withAlias.map((entry) => [entry.alias ?? '', entry])),
    byFieldId: new Map(entries.flatMap((entry) => (entry.field === null ? [] : [[entry.field.id, entry] as const]))),
  };
}

/** The form as its public sees it: without the fields of its staff. */
export const publicForm: (form: Form) => Form = perObject((form) =>
  form.answers.some(({ isAdminOnly }) => isAdminOnly)
    ? { ...form, answers: form.answers.filter(({ isAdminOnly }) => !isAdminOnly) }
    : form,
);

/** Types whose values are members of the workspace. */
const membersOnly: ReadonlySet<string> = new Set(['user', 'created_by', 'updated_by']);

function fieldEntry(field: Field): AnswerField {
  const memory = memoryOf(field);
  return {
    ...traitsOf(memory),
    slug: slugOf(field),
    kind: kindOf(field),
    title: titleOf(memory, field.name),
    position: field.position,
    // Who belongs to the workspace is not for its public to find out.
    isAdminOnly: memory.admin_only === true || membersOnly.has(field.type),
    isReadOnly: memory.read_only === true || fieldTypes[field.type].isReadOnly,
    field,
  };
}

/** Nothing for what cannot be read: it was not written by this dialect. */
function elementEntry(memory: Memory): FormField[] {
  const kind = kindOfElement(memory);
  const slug = textOrNull(memory.slug);
  if (kind === undefined || slug === null) return [];
  const position = typeof memory.position === 'number' ? memory.position : 0;
  return [{ ...traitsOf(memory), slug, kind, title: textOrNull(memory.title) ?? '', position, field: null }];
}

function traitsOf(memory: Memory) {
  return {
    alias: textOrNull(memory.alias),
    isAdminOnly: memory.admin_only === true,
    isReadOnly: memory.read_only === true,
    memory,
  };
}
