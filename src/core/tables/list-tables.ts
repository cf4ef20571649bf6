import type { Actor, Core } from '../context.ts';
import { visibleApp } from '../permit.ts';
import type { TableSchema } from './table-schema.ts';

/** The tables of an app on which the actor may do anything, in their order. */
export async function listTables(core: Core, actor: Actor, appId: string): Promise<TableSchema[]> {
  await visibleApp(core, actor, appId);
  const tables = await core.catalog.tablesOf(appId);
  return tables.filter((table) => actor.grant(table).verbs !== 0);
}
