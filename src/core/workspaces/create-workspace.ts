import { type AppInput, addApp } from '../apps/create-app.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { checkDescription, checkName } from '../names.ts';
import type { Once } from '../once.ts';
import { announce } from '../records/write-record.ts';
import type { ChangeEntry } from '../store.ts';
import type { WorkspaceRow } from '../system-rows.ts';
import { changeSchema } from '../tables/change-schema.ts';

export interface WorkspaceInput {
  readonly name: string;
  readonly description?: string | null;
  /** Apps that it begins with. */
  readonly apps?: readonly AppInput[];
}

/** The plan of a fresh self-hosted workspace. */
const defaultPlanId = 'business';

/** Creates a workspace whose owner is the actor's user (or `ownerId`, for the server itself), with its apps in one transaction. */
export async function createWorkspace(
  core: Core,
  actor: Actor,
  input: WorkspaceInput,
  ownerId: string | null = actor.userId,
  once?: Once<WorkspaceRow>,
): Promise<WorkspaceRow> {
  if (ownerId === null || actor.workspaceId !== null) {
    throw new AppError('scope_missing', 'Only a person, or a key of a person, can create a workspace.');
  }
  const now = core.clock.now();
  const changes: ChangeEntry[] = [];
  const workspace: WorkspaceRow = {
    id: newId(),
    name: checkName(input.name),
    description: checkDescription(input.description ?? null),
    plan_id: defaultPlanId,
    limits: {},
    created_by: ownerId,
    created_at: now,
    updated_at: null,
  };
  await changeSchema(
    core,
    async (tx, touch) => {
      changes.length = 0;
      await tx.insert('workspaces', workspace);
      await tx.insert('memberships', { workspace_id: workspace.id, user_id: ownerId, role: 'owner', created_at: now });
      await appendAudit(tx, core, actor, {
        action: 'workspace.create',
        target: workspace.id,
        workspaceId: workspace.id,
      });
      for (const app of input.apps ?? []) await addApp({ core, actor, tx, touch, now, changes }, workspace, app);
      return workspace;
    },
    once,
  );
  core.events.emit('catalog.changed', { workspaceId: workspace.id, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
  announce(core, changes);
  return workspace;
}
