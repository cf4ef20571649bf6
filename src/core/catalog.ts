/**
 * Workspaces, apps, tables and fields from memory. Loaded on first use, dropped when something changes; what was loaded
 * while a change was under way is never kept.
 */

import type { Events } from './events.ts';
import type { Field } from './fields/field-type.ts';
import { columnStorageOf, fieldTypes } from './fields/index.ts';
import type { RelatedTables } from './formulas/field-paths.ts';
import { formulaLanguage } from './formulas/load-language.ts';
import type { Reads } from './store.ts';
import type { AppRow, FieldRow, TableRow, WorkspaceRow } from './system-rows.ts';
import { type FormulaField, systemColumns, type TableSchema } from './tables/table-schema.ts';

/** Tables kept in memory at most; the least recently loaded go first. */
const tablesMax = 10_000;

export interface Catalog {
  workspace(id: string): Promise<WorkspaceRow | undefined>;
  app(id: string): Promise<AppRow | undefined>;
  /** From memory without waiting, when it is there. */
  tableNow(id: string): TableSchema | undefined;
  table(id: string): Promise<TableSchema | undefined>;
  /** By position, then by age. */
  tablesOf(appId: string): Promise<TableSchema[]>;
  /** Whether a transaction would see the table as it is known, as far as that can be said without reading. */
  isCurrent(known: TableSchema): boolean;
  /** The table as this transaction sees it; `known` itself when nothing has changed since it was loaded. */
  tableIn(tx: Reads, known: TableSchema): Promise<TableSchema | undefined>;
  /**
   * Called inside the write that changes a table, before the change: from here until `settle`, works of later writes
   * re-read the table and loads are not kept.
   */
  markChanging(tableId: string): void;
  /** The write that called `markChanging` is over, whatever its end. */
  settle(tableId: string): void;
}

export function createCatalog(store: Reads, events: Events): Catalog {
  let generation = 0;
  const workspaces = new Map<string, WorkspaceRow>();
  const apps = new Map<string, AppRow>();
  const tables = new Map<string, TableSchema>();
  const tableIdsOfApp = new Map<string, readonly string[]>();
  const changing = new Map<string, number>();

  events.on('catalog.changed', ({ tableId }) => {
    generation += 1;
    tableIdsOfApp.clear();
    if (tableId !== null) {
      forget(tableId);
      return;
    }
    workspaces.clear();
    apps.clear();
    tables.clear();
  });

  /** Drops a table, and with it those whose formulas read it: they were made for its fields as they were. */
  function forget(tableId: string): void {
    tables.delete(tableId);
    for (const [id, { formulas }] of tables) {
      if (formulas.length > 0 && formulas.some(({ formula }) => formula.tables.has(tableId))) tables.delete(id);
    }
  }

  /** Loads through, and keeps the result only when nothing changed meanwhile. */
  async function cached<V>(
    cache: Map<string, V>,
    id: string,
    load: () => Promise<V | undefined>,
  ): Promise<V | undefined> {
    const hit = cache.get(id);
    if (hit !== undefined) return hit;
    const before = generation;
    const value = await load();
    if (value !== undefined && before === generation && !changing.has(id)) {
      if (cache.size >= tablesMax) {
        const oldest = cache.keys().next().value;
        if (oldest !== undefined) cache.delete(oldest);
      }
      cache.set(id, value);
    }
    return value;
  }

  const app = (id: string) => cached(apps, id, () => store.find('apps', { id }));
  const table = (id: string) => cached(tables, id, () => loadTable(store, id));

  return {
    workspace: (id) => cached(workspaces, id, () => store.find('workspaces', { id })),
    app,
    tableNow: (id) => tables.get(id),
    table,
    async tablesOf(appId) {
      const ids = await cached(tableIdsOfApp, appId, async () => {
        const rows = await store.list(
          'tables',
          { app_id: appId },
          {
            orderBy: [
              ['position', 'asc'],
              ['number', 'asc'],
            ],
          },
        );
        return rows.map((row) => row.id);
      });
      const known = (ids ?? []).map((id) => tables.get(id));
      // All in memory, as a rule: then there is nothing to wait for.
      const found = known.includes(undefined) ? await Promise.all((ids ?? []).map(table)) : known;
      return found.filter((one) => one !== undefined);
    },
    isCurrent: ({ id, version }) => !changing.has(id) && tables.get(id)?.version === version,
    async tableIn(tx, known) {
      if (changing.has(known.id)) return loadTable(tx, known.id);
      const current = tables.get(known.id) ?? (await cached(tables, known.id, () => loadTable(tx, known.id)));
      return current?.version === known.version ? known : current;
    },
    markChanging(tableId) {
      generation += 1;
      changing.set(tableId, (changing.get(tableId) ?? 0) + 1);
    },
    settle(tableId) {
      generation += 1;
      const left = (changing.get(tableId) ?? 1) - 1;
      if (left > 0) changing.set(tableId, left);
      else changing.delete(tableId);
      forget(tableId);
      tableIdsOfApp.clear();
    },
  };
}

/** Reads a table with its fields through any handle. */
export async function loadTable(reads: Reads, id: string): Promise<TableSchema | undefined> {
  const row = await reads.find('tables', { id });
  if (row === undefined) return undefined;
  const app = await reads.find('apps', { id: row.app_id });
  if (app === undefined) return undefined;
  const fields = await fieldRows(reads, id);
  if (!fields.some(({ type }) => type === 'formula')) return toTableSchema(row, app.workspace_id, fields);
  const reached = formulaLanguage().tablesReached(fields);
  return toTableSchema(row, app.workspace_id, fields, await loadRelated(reads, app.workspace_id, reached));
}

/** In the order that people see. */
function fieldRows(reads: Reads, tableId: string): Promise<FieldRow[]> {
  return reads.list(
    'fields',
    { table_id: tableId },
    {
      orderBy: [
        ['position', 'asc'],
        ['created_at', 'asc'],
        ['id', 'asc'],
      ],
    },
  );
}

/** Tables as formulas of another table see them: their own formulas know no relations. */
export async function loadRelated(
  reads: Reads,
  workspaceId: string,
  ids: Iterable<string>,
): Promise<Map<string, TableSchema>> {
  const related = new Map<string, TableSchema>();
  for (const id of ids) {
    const row = await reads.find('tables', { id });
    if (row !== undefined) related.set(id, toTableSchema(row, workspaceId, await fieldRows(reads, id)));
  }
  return related;
}

const noTables: RelatedTables = new Map();

/** Resolves rows into the immutable form that the rest of the core reads. */
export function toTableSchema(
  row: TableRow,
  workspaceId: string,
  rows: readonly FieldRow[],
  related: RelatedTables = noTables,
): TableSchema {
  const columns: string[] = [...systemColumns];
  // Formulas have their values after all columns.
  let formulaSlot = columns.length + rows.filter(({ type }) => columnStorageOf(type) !== null).length;
  const fields = rows.map((fieldRow): Field => {
    const type = fieldTypes[fieldRow.type];
    let slot = -1;
    let column = '';
    if (type.systemColumn !== undefined) {
      column = type.systemColumn;
      slot = systemColumns.indexOf(type.systemColumn);
    } else if (type.storage === 'formula') {
      slot = formulaSlot++;
    } else if (type.storage !== 'links') {
      column = fieldRow.column_name;
      slot = columns.push(column) - 1;
    }
    return {
      id: fieldRow.id,
      tableId: row.id,
      name: fieldRow.name,
      type: fieldRow.type,
      options: fieldRow.options,
      isRequired: fieldRow.is_required === 1,
      isUnique: fieldRow.is_unique === 1,
      isIndexed: fieldRow.is_indexed === 1,
      position: fieldRow.position,
      defaultValue: fieldRow.default_value,
      foreign: fieldRow.foreign,
      column,
      slot,
    };
  });
  const table: TableSchema = {
    id: row.id,
    number: row.number,
    appId: row.app_id,
    workspaceId,
    name: row.name,
    description: row.description,
    role: row.role,
    foreign: row.foreign,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    position: row.position,
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    fieldById: new Map(fields.map((field) => [field.id, field])),
    columns,
    relations: fields.filter((field) => fieldTypes[field.type].storage === 'links'),
    formulas: [],
    physicalName: `t_${row.id}`,
  };
  return formulaSlot === columns.length
    ? table
    : withFormulas(table, formulaLanguage().resolveFormulas(table, related));
}

function withFormulas(table: TableSchema, formulas: readonly FormulaField[]): TableSchema {
  const changed = new Map(formulas.map(({ field }) => [field.id, field]));
  const fields = table.fields.map((field) => changed.get(field.id) ?? field);
  return {
    ...table,
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    fieldById: new Map(fields.map((field) => [field.id, field])),
    formulas,
  };
}
