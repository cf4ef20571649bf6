/** Workspaces, projects, tables and columns as Retable shows them, in the field sets of wire/retable.md §3.4. */
import { toIso } from '../../core/clock.ts';
import type { Core } from '../../core/context.ts';
import type { AppRow, WorkspaceRow } from '../../core/system-rows.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { columnsOf, columnTypeOf } from './fields.ts';
import { type People, peopleWith } from './people.ts';

/** The people who made these things. */
export function makersOf(
  core: Core,
  things: readonly (WorkspaceRow | AppRow | TableSchema)[],
  ownerId: string,
): Promise<People> {
  const ids = things.map((one) => ('createdBy' in one ? one.createdBy : one.created_by));
  return peopleWith(core, ids, ownerId);
}

/** The six fields that tell who and when. Who changed a thing last is not kept, and what is deleted is not shown. */
function meta6(people: People, by: string | null, createdAt: number, updatedAt: number | null): string {
  return `"created_by":${people.json(by)},"updated_by":null,"deleted_by":null,${times(createdAt, updatedAt)}`;
}

function times(createdAt: number, updatedAt: number | null): string {
  const updated = updatedAt === null ? 'null' : `"${toIso(updatedAt)}"`;
  return `"created_at":"${toIso(createdAt)}","updated_at":${updated},"deleted_at":null`;
}

function named(thing: { readonly id: string; readonly name: string; readonly description: string | null }): string {
  const { id, name, description } = thing;
  return `"id":"${id}","name":${JSON.stringify(name)},"description":${JSON.stringify(description)}`;
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

/** With `projects`: one workspace; without: an entry of the list. */
export function workspaceText(workspace: WorkspaceRow, people: People, projects?: readonly AppRow[]): string {
  const meta = meta6(people, workspace.created_by, workspace.created_at, workspace.updated_at);
  const held = projects === undefined ? '' : `,"projects":${list(projects.map((one) => projectText(one, people)))}`;
  return `{${named(workspace)},${meta}${held}}`;
}

/** In a workspace, or one project with its tables rendered. */
export function projectText(app: AppRow, people: People, retables?: readonly string[]): string {
  const meta = meta6(people, app.created_by, app.created_at, app.updated_at);
  const held = retables === undefined ? '' : `,"retables":${list(retables)}`;
  return `{${named(app)},"is_deleted":false,${meta}${held}}`;
}

export function listedProjectText(app: AppRow, people: People): string {
  const by = `"created_by":${people.json(app.created_by)},"updated_by":null`;
  const when = times(app.created_at, app.updated_at);
  return `{${named(app)},"workspace_id":"${app.workspace_id}","is_deleted":false,${by},${when}}`;
}

function titled(table: TableSchema): string {
  const { id, name, description } = table;
  return `"id":"${id}","title":${JSON.stringify(name)},"description":${JSON.stringify(description)}`;
}

function tableMeta(table: TableSchema, people: People): string {
  return meta6(people, table.createdBy, table.createdAt, table.updatedAt);
}

/** Inside a project: without its columns. */
export function innerRetableText(table: TableSchema, people: People): string {
  return `{${titled(table)},${tableMeta(table, people)}}`;
}

/** One table: with its columns. */
export function retableText(table: TableSchema, people: People): string {
  return `{"columns":${columnsText(table)},${titled(table)},${tableMeta(table, people)}}`;
}

/** In the list of a project. */
export function listedRetableText(table: TableSchema, people: People, ages: ColumnAges): string {
  const place = `"project_id":"${table.appId}","workspace_id":"${table.workspaceId}"`;
  return `{${titled(table)},"columns":${columnsText(table, ages)},${place},${tableMeta(table, people)}}`;
}

/** When fields were made, by field id. */
export type ColumnAges = ReadonlyMap<string, number>;

export async function columnAges(core: Core, tables: readonly TableSchema[]): Promise<ColumnAges> {
  const rows = await core.store.list('fields', { table_id: { in: tables.map((table) => table.id) } });
  return new Map(rows.map((row) => [row.id, row.created_at]));
}

/** The columns in their order; in lists of columns each says when it was made. */
export function columnsText(table: TableSchema, ages?: ColumnAges): string {
  const columns = columnsOf(table).map((field) => {
    const age = ages?.get(field.id);
    const made = age === undefined ? '' : `,"created_at":"${columnTime(age)}"`;
    return `{"column_id":"${field.id}","title":${JSON.stringify(field.name)},"type":"${columnTypeOf(field)}"${made}}`;
  });
  return list(columns);
}

/** `2026-03-05 09:08:00.160000`. */
function columnTime(ms: number): string {
  const iso = toIso(ms);
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`;
}
