/** Which fields exist for a caller: a field that it may neither read nor write does not. */
import type { Field } from '../../core/fields/field-type.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { verbBits } from '../../core/workspaces/roles.ts';

const wholeTable = verbBits.schema | verbBits.manage;

function isKnown(grant: Grant, field: Field): boolean {
  // Who may change the fields of a table sees them, whatever mask its records have.
  if (grant.verbs & wholeTable) return true;
  return isIn(grant.readable, field.id) || isIn(grant.writable, field.id);
}

export function knownFields(table: TableSchema, grant: Grant): readonly Field[] {
  return table.fields.filter((field) => isKnown(grant, field));
}

/** By name or id. */
export function knownField(table: TableSchema, grant: Grant, name: string): Field | undefined {
  const field = table.fieldByName.get(name) ?? table.fieldById.get(name);
  return field !== undefined && isKnown(grant, field) ? field : undefined;
}

function isIn(mask: ReadonlySet<string> | null, id: string): boolean {
  return mask === null || mask.has(id);
}
