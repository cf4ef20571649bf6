/** What is asked of an import that the server runs, and who may ask for it. */

import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type FieldTypeName, fieldTypeNames, type Json } from '../fields/field-type.ts';
import { requireUpload } from '../files/upload-file.ts';
import { every } from '../keys/key-actor.ts';
import { checkName } from '../names.ts';
import { openTable, requireApp, requireVerb } from '../permit.ts';
import type { AppRow, ImportRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { verbBits } from '../workspaces/roles.ts';
import type { ImportSource } from './import-source.ts';
import type { ImportRequest } from './plan-import.ts';

export interface ImportOrder {
  /** Id of the table; or: */
  readonly table?: string | undefined;
  /** Name of a table, which is made when the app has none of this name. */
  readonly name?: string | undefined;
  readonly key?: string | undefined;
  readonly isDryRun?: boolean;
  readonly createFields?: boolean;
  readonly skip?: readonly string[];
  /** Types of new fields, by column. */
  readonly types?: Readonly<Record<string, string>>;
  /** Fields, by column. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Of a spreadsheet: its name. */
  readonly sheet?: string | undefined;
}

export interface CheckedOrder {
  readonly app: AppRow;
  /** Null: it is to be made. */
  readonly table: TableSchema | null;
  readonly tableName: string;
}

/**
 * The app and table of an order, when the actor may do all that it asks for.
 * @throws app_not_found, table_not_found, scope_missing, role_insufficient, parameter_invalid, name_invalid
 */
export async function checkImportOrder(
  core: Core,
  actor: Actor,
  appId: string,
  order: ImportOrder,
): Promise<CheckedOrder> {
  const app = await requireUpload(core, actor, appId);
  if ((order.table === undefined) === (order.name === undefined)) {
    throw refused('table', 'is required, or name for a table by its name; one of the two');
  }
  for (const [column, type] of Object.entries(order.types ?? {})) {
    if (!fieldTypeNames.includes(type as FieldTypeName))
      throw refused('types', `${column}: there is no type "${type}"`);
  }
  const table = await tableOf(core, actor, app, order);
  if (table === null) {
    await requireApp(core, actor, app.id, 'schema');
    const grant = actor.grant({ id: every, appId: app.id, workspaceId: app.workspace_id });
    if ((grant.verbs & verbBits.create) === 0) {
      const code = actor.keyId === null ? 'role_insufficient' : 'scope_missing';
      throw new AppError(code, 'Importing into a new table needs the right to create records in every table.');
    }
    return { app, table, tableName: checkName(order.name ?? '', 'name') };
  }
  requireVerb(actor, table, 'create');
  if (order.key !== undefined) requireVerb(actor, table, 'update');
  if (order.createFields === true) requireVerb(actor, table, 'schema');
  return { app, table, tableName: table.name };
}

async function tableOf(core: Core, actor: Actor, app: AppRow, { table: id, name = '' }: ImportOrder) {
  if (id === undefined) {
    const tables = await core.catalog.tablesOf(app.id);
    return tables.find((one) => one.name === name.trim() && actor.grant(one).verbs !== 0) ?? null;
  }
  const table = await openTable(core, actor, id);
  if (table.appId !== app.id) throw new AppError('table_not_found');
  return table;
}

/** As it is kept with the import. */
export function keptOrder({ key, createFields, skip, types, columns, sheet }: ImportOrder): ImportRow['request'] {
  return {
    key: key ?? null,
    create_fields: createFields === true,
    skip: [...(skip ?? [])],
    types: { ...types },
    columns: { ...columns },
    sheet: sheet ?? null,
  };
}

export function orderOf({ request, table_id, table_name, is_dry_run }: ImportRow): ImportOrder {
  const { key, create_fields, skip, types, columns, sheet } = request as {
    readonly key: string | null;
    readonly create_fields: boolean;
    readonly skip: readonly string[];
    readonly types: Readonly<Record<string, string>>;
    readonly columns: Readonly<Record<string, string>>;
    readonly sheet: string | null;
  } & Record<string, Json>;
  return {
    ...(table_id === null ? { name: table_name } : { table: table_id }),
    key: key ?? undefined,
    isDryRun: is_dry_run === 1,
    createFields: create_fields,
    skip,
    types,
    columns,
    sheet: sheet ?? undefined,
  };
}

export function requestOf(source: ImportSource, order: ImportOrder): ImportRequest {
  return {
    source,
    table: order.table === undefined ? (order.name ?? '') : { id: order.table },
    key: order.key,
    createFields: order.createFields === true,
    skip: order.skip ?? [],
    types: new Map(Object.entries(order.types ?? {}) as [string, FieldTypeName][]),
    columns: new Map(Object.entries(order.columns ?? {})),
    sheet: order.sheet,
  };
}

function refused(field: string, message: string): AppError {
  return new AppError('parameter_invalid', `${field}: ${message}`, {
    issues: [{ field, code: 'parameter_invalid', message }],
  });
}
