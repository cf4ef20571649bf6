/** What rows show beyond their own columns: how they came in, and the names of the rows and people that they point at. */
import type { Actor, Core } from '../../core/context.ts';
import type { Field, Stored } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { storedToJson } from '../../core/fields/parse-value.ts';
import { recordTags } from '../../core/forms/record-tags.ts';
import { hasNoTraces, tracesOf } from '../../core/forms/traces.ts';
import { perObject } from '../../core/per-object.ts';
import { openTable } from '../../core/permit.ts';
import { getRecords } from '../../core/records/get-records.ts';
import type { StoredRow } from '../../core/records/query.ts';
import { type Links, recordId } from '../../core/records/record-view.ts';
import type { SubmissionRow } from '../../core/system-rows.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { type AnswerField, type Form, formOf } from './form.ts';
import { itemsOf } from './matrix.ts';
import { textOrNull } from './memory.ts';
import { placesReady } from './places.ts';

export interface LinkedRow {
  readonly slug: string;
  readonly title: string;
}

export interface RowContext {
  readonly submissions: ReadonlyMap<number, SubmissionRow>;
  /** Slugs of row tags by record id. */
  readonly tags: ReadonlyMap<number, readonly string[]>;
  /** By relation field id, then by record id. */
  readonly linked: ReadonlyMap<string, ReadonlyMap<number, LinkedRow>>;
  /** By user id. */
  readonly people: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<never, never> = new Map<never, never>();

/** Of rows that show their own columns alone. */
export const nothingBeside: RowContext = { submissions: none, tags: none, linked: none, people: none };

/** Without asking the store where it is known that there is nothing to ask for. */
export function rowContextOf(
  core: Core,
  actor: Actor,
  form: Form,
  rows: readonly StoredRow[],
  links: Links,
): RowContext | Promise<RowContext> {
  const isBare = rows.length === 0 || (isPlain(form) && hasNoTraces(core, form.table.id));
  return isBare ? nothingBeside : readContext(core, actor, form, rows, links);
}

/** Whether the rows of a form name nothing but themselves. */
export const isPlain = perObject((form: Form): boolean => {
  const isNamingOthers = form.answers.some(
    (entry) => entry.field.slot < 0 || isPersonField(entry) || entry.kind.name === 'city',
  );
  return !isNamingOthers && itemsOf(form.memory.row_tags).length === 0;
});

async function readContext(
  core: Core,
  actor: Actor,
  form: Form,
  rows: readonly StoredRow[],
  links: Links,
): Promise<RowContext> {
  await placesReady(form);
  const ids = rows.map(recordId);
  return {
    submissions: await tracesOf(core, form.table.id, ids),
    tags: itemsOf(form.memory.row_tags).length === 0 ? none : await recordTags(core.store, form.table.id, ids),
    linked: await linkedRows(core, actor, form, links),
    people: await peopleOf(core, form, rows),
  };
}

async function linkedRows(
  core: Core,
  actor: Actor,
  form: Form,
  links: Links,
): Promise<ReadonlyMap<string, ReadonlyMap<number, LinkedRow>>> {
  const relations = form.answers.filter(({ field }) => field.slot < 0);
  if (relations.length === 0) return none;
  const linked = new Map<string, ReadonlyMap<number, LinkedRow>>();
  for (const entry of relations) {
    const ids = new Set([...(links.get(entry.field.id)?.values() ?? [])].flat());
    if (ids.size === 0) continue;
    const target = await openTable(core, actor, String(entry.field.options.target));
    const { rows } = await getRecords(core, actor, target, [...ids], []);
    const titleOf = rowTitleOf(target, textOrNull(entry.memory.field));
    const slugs = core.secrets.slugs;
    linked.set(
      entry.field.id,
      new Map(
        rows.map((row) => [recordId(row), { slug: slugs.encode(target.number, recordId(row)), title: titleOf(row) }]),
      ),
    );
  }
  return linked;
}

/** Types whose values say little about their row. */
const untitled: ReadonlySet<string> = new Set(['json', 'file', 'image', 'checkbox', 'password', 'relation', 'user']);

/** The field that names the rows of a table: the one asked for by slug, otherwise the first that people can read. */
export function titleFieldOf(target: TableSchema, fieldSlug: string | null): Field | undefined {
  const form = formOf(target);
  const chosen = fieldSlug === null ? undefined : form.bySlug.get(fieldSlug)?.field;
  return chosen ?? form.answers.find(({ field }) => !untitled.has(field.type))?.field;
}

export function rowTitleOf(target: TableSchema, fieldSlug: string | null): (row: StoredRow) => string {
  const field = titleFieldOf(target, fieldSlug);
  return (row) => {
    const stored: Stored = field === undefined ? null : (row[field.slot] ?? null);
    if (field === undefined || stored === null) return `#${recordId(row)}`;
    return fieldTypes[field.type].toText(storedToJson(field, stored), field);
  };
}

const personTypes: ReadonlySet<string> = new Set(['user', 'created_by', 'updated_by']);

export function isPersonField({ field }: AnswerField): boolean {
  return personTypes.has(field.type);
}

async function peopleOf(core: Core, form: Form, rows: readonly StoredRow[]): Promise<ReadonlyMap<string, string>> {
  const slots = form.answers.filter(isPersonField).map(({ field }) => field.slot);
  if (slots.length === 0) return none;
  const ids = new Set(rows.flatMap((row) => slots.flatMap((slot) => row[slot] ?? [])).map(String));
  const users = await core.users.find(ids);
  return new Map([...users].map(([id, { name, surname, email }]) => [id, `${name} ${surname}`.trim() || email]));
}
