/** What `tessera table` and `tessera field` need done: by the core here, or through the native API of a server. */
import type { Remote } from '../config.ts';
import { type Core, systemActor } from '../core/context.ts';
import { AppError } from '../core/errors.ts';
import type { FieldInput } from '../core/fields/add-field.ts';
import type { Json } from '../core/fields/field-type.ts';
import type { TableSchema } from '../core/tables/table-schema.ts';
import { createApiClient } from './api-client.ts';
import { localPlaces, type Places, remotePlaces } from './places.ts';

export interface ShownField {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly unique: boolean;
  readonly indexed: boolean;
  readonly options: Readonly<Record<string, Json>>;
}

export interface ShownTable {
  readonly id: string;
  readonly name: string;
  readonly fields: readonly ShownField[];
}

export interface SchemaAdmin extends Places {
  tables(appId: string): Promise<readonly ShownTable[]>;
  createTable(appId: string, name: string, fields: readonly FieldInput[]): Promise<ShownTable>;
  deleteTable(tableId: string): Promise<void>;
  addField(tableId: string, field: FieldInput): Promise<ShownField>;
  /** Answers the names of formulas that read the field. */
  deleteField(tableId: string, fieldId: string): Promise<readonly string[]>;
}

export async function localSchemaAdmin(core: Core): Promise<SchemaAdmin> {
  const [places, { listTables }, { createTable }, { deleteTable }, { createField }, { deleteFields }, { openTable }] =
    await Promise.all([
      localPlaces(core),
      import('../core/tables/list-tables.ts'),
      import('../core/tables/create-table.ts'),
      import('../core/tables/delete-table.ts'),
      import('../core/fields/create-field.ts'),
      import('../core/fields/delete-field.ts'),
      import('../core/permit.ts'),
    ]);
  return {
    ...places,
    tables: async (appId) => (await listTables(core, systemActor, appId)).map(shownTable),
    createTable: async (appId, name, fields) =>
      shownTable(await createTable(core, systemActor, appId, { name, fields })),
    deleteTable: async (id) => deleteTable(core, systemActor, await openTable(core, systemActor, id)),
    addField: async (id, field) =>
      shownField(await createField(core, systemActor, await openTable(core, systemActor, id), field)),
    async deleteField(tableId, fieldId) {
      const table = await openTable(core, systemActor, tableId);
      const field = table.fieldById.get(fieldId);
      if (field === undefined) throw new AppError('field_not_found');
      return (await deleteFields(core, systemActor, table, [field])).map((use) => use.name);
    },
  };
}

export function remoteSchemaAdmin(remote: Remote): SchemaAdmin {
  const api = createApiClient(remote);
  const inApp = (appId: string) => `/api/v1/apps/${encodeURIComponent(appId)}/tables`;
  const inTable = (id: string, rest = '') => `/api/v1/tables/${encodeURIComponent(id)}${rest}`;
  return {
    ...remotePlaces(remote),
    tables: (appId) => api.list<ShownTable>(inApp(appId)),
    createTable: (appId, name, fields) => api.call<ShownTable>('POST', inApp(appId), { name, fields }),
    deleteTable: (id) => api.call<void>('DELETE', inTable(id)),
    addField: (id, field) => api.call<ShownField>('POST', inTable(id, '/fields'), field),
    async deleteField(id, fieldId) {
      const path = inTable(id, `/fields/${encodeURIComponent(fieldId)}`);
      const answer = await api.call<{ broken_formulas: { name: string }[] } | undefined>('DELETE', path);
      return answer?.broken_formulas.map((use) => use.name) ?? [];
    },
  };
}

function shownTable({ id, name, fields }: TableSchema): ShownTable {
  return { id, name, fields: fields.map(shownField) };
}

function shownField({ isRequired, isUnique, isIndexed, ...field }: TableSchema['fields'][number]): ShownField {
  const { id, name, type, options } = field;
  return { id, name, type, required: isRequired, unique: isUnique, indexed: isIndexed, options };
}
