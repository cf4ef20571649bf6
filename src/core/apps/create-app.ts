import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { newId } from '../ids.ts';
import { checkName } from '../names.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireWorkspace } from '../permit.ts';
import type { AppRow } from '../system-rows.ts';

export interface AppInput {
  readonly name: string;
  readonly description?: string | null;
  /** CSS colour, as `#898cff`. */
  readonly color?: string | null;
}

/** Creates an empty app in a workspace. */
export async function createApp(
  core: Core,
  actor: Actor,
  workspaceId: string,
  input: AppInput,
  once?: Once<AppRow>,
): Promise<AppRow> {
  const workspace = await requireWorkspace(core, actor, workspaceId, 'schema');
  const now = core.clock.now();
  const app: AppRow = {
    id: newId(),
    workspace_id: workspace.id,
    name: checkName(input.name),
    description: input.description ?? null,
    color: input.color ?? null,
    is_api_enabled: 1,
    limits: {},
    foreign: {},
    created_by: actor.userId ?? workspace.created_by,
    created_at: now,
    updated_at: now,
  };
  await writeOnce(core, once, async (tx) => {
    await tx.insert('apps', app);
    await appendAudit(tx, core, actor, { action: 'app.create', target: app.id, workspaceId, appId: app.id });
    return app;
  });
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  return app;
}
