/** The five columns that every record has, as fields, so that filters and sorts can name them. */
import type { Field, FieldTypeName, SystemColumn } from '../fields/field-type.ts';
import { systemColumns } from '../tables/table-schema.ts';

const types: Record<SystemColumn, FieldTypeName> = {
  id: 'autonumber',
  created_at: 'created_at',
  updated_at: 'updated_at',
  created_by: 'created_by',
  updated_by: 'updated_by',
};

const fields = new Map<string, Field>(
  systemColumns.map((name, slot) => [
    name,
    {
      id: name,
      tableId: '',
      name,
      type: types[name],
      options: {},
      isRequired: false,
      isUnique: name === 'id',
      isIndexed: name === 'id',
      position: -1,
      defaultValue: null,
      foreign: {},
      column: name,
      slot,
    },
  ]),
);

/** `id`, `created_at`, `updated_at`, `created_by` or `updated_by` as a field. */
export function systemField(name: string): Field | undefined {
  return fields.get(name);
}
