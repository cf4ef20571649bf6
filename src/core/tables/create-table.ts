import type { Actor, Core } from '../context.ts';
import type { Once } from '../once.ts';
import { requireApp } from '../permit.ts';
import { announce } from '../records/write-record.ts';
import type { ChangeEntry } from '../store.ts';
import { addTable, type TableInput } from './add-table.ts';
import { changeSchema } from './change-schema.ts';
import type { TableSchema } from './table-schema.ts';

export type { TableInput } from './add-table.ts';

/** Creates a table with its fields and first records in one transaction. */
export async function createTable(
  core: Core,
  actor: Actor,
  appId: string,
  input: TableInput,
  once?: Once<TableSchema>,
): Promise<TableSchema> {
  const app = await requireApp(core, actor, appId, 'schema');
  const now = core.clock.now();
  const changes: ChangeEntry[] = [];
  const table = await changeSchema(
    core,
    (tx, touch) => {
      changes.length = 0;
      return addTable({ core, actor, tx, touch, now, changes }, app, input);
    },
    once,
  );
  core.events.emit('catalog.changed', { workspaceId: app.workspace_id, tableId: table.id });
  announce(core, changes);
  return table;
}
