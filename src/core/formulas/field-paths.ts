/**
 * Names in braces: `{Price}` is a field of the table, `{Customer.Country}` a field of the records linked through a relation. Formulas are
 * kept by ids, so that renaming changes nothing, and shown by the names of today.
 */
import type { Field } from '../fields/field-type.ts';
import { systemField } from '../records/system-fields.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { FormulaProblem, replaceNames } from './parse-formula.ts';

/** The tables that relations of a table lead to, by id. */
export type RelatedTables = ReadonlyMap<string, TableSchema>;

export interface FieldPath {
  readonly field: Field;
  /** Null: a field of the table itself. */
  readonly through: { readonly relation: Field; readonly target: TableSchema } | null;
}

const systemNames = new Set(['id', 'created_at', 'updated_at']);

function fieldIn(table: TableSchema, name: string): Field | undefined {
  const own = table.fieldByName.get(name) ?? table.fieldById.get(name);
  return own ?? (systemNames.has(name) ? systemField(name) : undefined);
}

/** Looks for the whole name first, as names may hold dots. @throws FormulaProblem */
export function findPath(table: TableSchema, related: RelatedTables, name: string, at: number): FieldPath {
  const own = fieldIn(table, name);
  if (own !== undefined) return { field: own, through: null };
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const relation = fieldIn(table, name.slice(0, dot).trim());
    if (relation?.type !== 'relation') continue;
    const target = related.get(String(relation.options.target));
    if (target === undefined) continue;
    const field = fieldIn(target, name.slice(dot + 1).trim());
    if (field !== undefined) return { field, through: { relation, target } };
    throw new FormulaProblem(`there is no field "${name.slice(dot + 1).trim()}" in ${target.name}`, at, '#FIELD!');
  }
  throw new FormulaProblem(`there is no field "${name}" in ${table.name}`, at, '#FIELD!');
}

/** The formula with ids in place of names. @throws FormulaProblem */
export function storedExpression(table: TableSchema, related: RelatedTables, text: string): string {
  return replaceNames(text, (name) => {
    const { field, through } = findPath(table, related, name, text.indexOf(`{${name}`));
    return through === null ? field.id : `${through.relation.id}.${field.id}`;
  });
}

/** In place of the name of a field that is gone. */
const goneName = '#FIELD!';

/** A kept formula with today's names. */
export function shownExpression(table: TableSchema, related: RelatedTables, stored: string): string {
  return replaceNames(stored, (path) => {
    const [first = '', second] = path.split('.');
    const field = fieldIn(table, first);
    if (field === undefined) return goneName;
    if (second === undefined) return readsAs(table, related, field.name, { field, through: null }) ? field.name : path;
    const target = related.get(String(field.options.target));
    const item = target === undefined ? undefined : fieldIn(target, second);
    if (target === undefined || item === undefined) return goneName;
    const name = `${field.name}.${item.name}`;
    return readsAs(table, related, name, { field: item, through: { relation: field, target } }) ? name : path;
  });
}

/** Whether the name in braces would be understood as this path; otherwise its ids are shown. */
function readsAs(table: TableSchema, related: RelatedTables, name: string, path: FieldPath): boolean {
  if (/[{}]/.test(name)) return false;
  const found = findPath(table, related, name, 0);
  return found.field.id === path.field.id && found.through?.relation.id === path.through?.relation.id;
}

/** What stands in braces. */
export function namesIn(expression: string): string[] {
  const names: string[] = [];
  replaceNames(expression, (name) => {
    names.push(name);
    return name;
  });
  return names;
}

/** Ids of the relations that a kept formula leads through or counts, and of whatever else it names first. */
export function firstIds(stored: string): Set<string> {
  return new Set(namesIn(stored).map((path) => path.split('.')[0] ?? ''));
}

/** Whether a kept formula names this field, directly or through a relation. */
export function namesField(stored: string, fieldId: string): boolean {
  return namesIn(stored).some((path) => path.split('.').includes(fieldId));
}
