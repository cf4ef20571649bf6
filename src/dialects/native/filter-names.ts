/** Filter trees with their fields by id, as they are kept, and by name, as they are shown: renaming a field spoils none. */
import type { Json } from '../../core/fields/field-type.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';

type Rename = (name: string) => string;

/** The tree has been read as a filter of the table before. */
export function withFieldIds(table: TableSchema, tree: Json): Json {
  return renamed(tree, (name) => table.fieldByName.get(name)?.id ?? name);
}

export function withFieldNames(table: TableSchema | undefined, tree: Json): Json {
  return renamed(tree, (id) => table?.fieldById.get(id)?.name ?? id);
}

function renamed(tree: Json, rename: Rename): Json {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return tree;
  const { field, op } = tree;
  const isExplicit =
    typeof field === 'string' &&
    typeof op === 'string' &&
    Object.keys(tree).every((key) => key === 'field' || key === 'op' || key === 'value');
  if (isExplicit) return { ...tree, field: rename(field) };
  return Object.fromEntries(
    Object.entries(tree).map(([key, inner]): [string, Json] => {
      if ((key === 'and' || key === 'or') && Array.isArray(inner))
        return [key, inner.map((one) => renamed(one, rename))];
      if (key === 'not' && typeof inner === 'object' && inner !== null) return [key, renamed(inner, rename)];
      return [rename(key), inner];
    }),
  );
}
