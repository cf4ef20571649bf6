import type { Actor } from '../../../core/actor.ts';
import { toIso } from '../../../core/clock.ts';
import { describedField } from '../../../core/formulas/hide-expression.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { knownFields } from '../known-fields.ts';
import { fieldInput, fieldShape, fieldView } from './field.ts';
import { description, id, name, named, namedBody, nullable, time } from './parts.ts';

const role = nullable(
  Type.Literal('users', { description: 'Its records are the users of the app; one table of an app at most.' }),
);

export const tableShape = named('Table', {
  id: id(),
  app_id: id(),
  name,
  description: nullable(Type.String()),
  role,
  position: Type.Integer(),
  fields: Type.Array(fieldShape),
  created_at: time(),
  updated_at: time(),
});

export const tableInput = namedBody(
  'TableInput',
  {
    name,
    description: Type.Optional(description),
    role: Type.Optional(role),
    fields: Type.Optional(Type.Array(fieldInput, { maxItems: 500 })),
  },
  { examples: [{ name: 'Products', fields: [{ name: 'Name', type: 'text', required: true }] }] },
);

export const tablePatch = namedBody('TablePatch', {
  name: Type.Optional(name),
  description: Type.Optional(description),
  role: Type.Optional(role),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
});

/** The table with the fields that the actor may read or write. */
export function tableView(actor: Actor, table: TableSchema): Static<typeof tableShape> {
  return {
    id: table.id,
    app_id: table.appId,
    name: table.name,
    description: table.description,
    role: table.role,
    position: table.position,
    fields: knownFields(table, actor.grant(table)).map((field) => fieldView(describedField(actor, table, field))),
    created_at: toIso(table.createdAt),
    updated_at: toIso(table.updatedAt),
  };
}
