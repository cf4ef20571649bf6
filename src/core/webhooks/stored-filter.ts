/** A filter as a webhook keeps it: JSON that names fields by id, so that renaming a field changes nothing. */
import type { Field, Json } from '../fields/field-type.ts';
import type { Filter } from '../records/query.ts';
import { systemField } from '../records/system-fields.ts';
import type { TableSchema } from '../tables/table-schema.ts';

export function toStoredFilter(filter: Filter): Json {
  switch (filter.op) {
    case 'never':
      return { op: 'never' };
    case 'not':
      return { op: 'not', of: toStoredFilter(filter.of) };
    case 'and':
    case 'or':
      return { op: filter.op, of: filter.of.map(toStoredFilter) };
    case 'is_null':
      return { op: 'is_null', ...reference(filter.field), isNull: filter.isNull };
    case 'in':
    case 'any_of':
      return { op: filter.op, ...reference(filter.field), values: [...filter.values] };
    default:
      return { op: filter.op, ...reference(filter.field), value: filter.value };
  }
}

/** The type goes along: a value of one type says nothing once the field is of another. */
function reference(field: Field): { field: string; type: string } {
  return { field: field.id, type: typeOf(field) };
}

/** A formula is as good as the type of its result. */
function typeOf({ type, options }: Field): string {
  return type === 'formula' ? `formula ${String(options.result)}` : type;
}

/** The filter for a table as it is now; null when a field of it is gone or has another type. */
export function fromStoredFilter(table: TableSchema, stored: Json): Filter | null {
  const node = stored as Readonly<Record<string, Json>>;
  switch (node.op) {
    case 'never':
      return { op: 'never' };
    case 'not': {
      const of = fromStoredFilter(table, node.of ?? null);
      return of === null ? null : { op: 'not', of };
    }
    case 'and':
    case 'or': {
      const of = (node.of as Json[]).map((one) => fromStoredFilter(table, one));
      return of.some((one) => one === null) ? null : { op: node.op, of: of as Filter[] };
    }
    default: {
      const field = table.fieldById.get(String(node.field)) ?? systemField(String(node.field));
      if (field === undefined || typeOf(field) !== node.type) return null;
      const { type: _type, ...rest } = node;
      // Written by the function above, from a filter.
      return { ...rest, field } as unknown as Filter;
    }
  }
}
