import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { newId } from '../ids.ts';
import { checkDescription, checkName } from '../names.ts';
import type { Once } from '../once.ts';
import { requireWorkspace } from '../permit.ts';
import { announce } from '../records/write-record.ts';
import type { ChangeEntry } from '../store.ts';
import type { AppRow, WorkspaceRow } from '../system-rows.ts';
import { addTable, type TableInput, type TableSite } from '../tables/add-table.ts';
import { changeSchema } from '../tables/change-schema.ts';

export interface AppInput {
  readonly name: string;
  readonly description?: string | null;
  /** CSS colour, as `#898cff`. */
  readonly color?: string | null;
  /** Tables that it begins with. */
  readonly tables?: readonly TableInput[];
}

/** Creates an app in a workspace, with its tables in one transaction. */
export async function createApp(
  core: Core,
  actor: Actor,
  workspaceId: string,
  input: AppInput,
  once?: Once<AppRow>,
): Promise<AppRow> {
  const workspace = await requireWorkspace(core, actor, workspaceId, 'schema');
  const now = core.clock.now();
  const changes: ChangeEntry[] = [];
  const app = await changeSchema(
    core,
    (tx, touch) => {
      changes.length = 0;
      return addApp({ core, actor, tx, touch, now, changes }, workspace, input);
    },
    once,
  );
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  announce(core, changes);
  return app;
}

/** Inside a transaction. @throws name_invalid, and what `addTable` throws */
export async function addApp(site: TableSite, workspace: WorkspaceRow, input: AppInput): Promise<AppRow> {
  const { core, actor, tx, now } = site;
  const app: AppRow = {
    id: newId(),
    workspace_id: workspace.id,
    name: checkName(input.name),
    description: checkDescription(input.description ?? null),
    color: input.color ?? null,
    is_api_enabled: 1,
    limits: {},
    foreign: {},
    created_by: actor.userId ?? workspace.created_by,
    created_at: now,
    updated_at: now,
  };
  await tx.insert('apps', app);
  await appendAudit(tx, core, actor, {
    action: 'app.create',
    target: app.id,
    workspaceId: workspace.id,
    appId: app.id,
  });
  for (const table of input.tables ?? []) await addTable(site, app, table);
  return app;
}
