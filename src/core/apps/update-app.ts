import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { checkLimits, type LimitsInput } from '../limits/check-limits.ts';
import { checkDescription, checkName } from '../names.ts';
import { requireApp } from '../permit.ts';
import type { AppRow } from '../system-rows.ts';

export interface AppPatch {
  readonly name?: string;
  readonly description?: string | null;
  readonly color?: string | null;
  /** False: every key of the app is refused until it is true again. */
  readonly is_api_enabled?: boolean;
  readonly limits?: LimitsInput;
}

/** Changes an app; limits and the API switch take effect on the next request. */
export async function updateApp(core: Core, actor: Actor, id: string, patch: AppPatch): Promise<AppRow> {
  const app = await requireApp(core, actor, id, 'manage');
  const change: Partial<AppRow> = {
    ...(patch.name === undefined ? {} : { name: checkName(patch.name) }),
    ...(patch.description === undefined ? {} : { description: checkDescription(patch.description) }),
    ...(patch.color === undefined ? {} : { color: patch.color }),
    ...(patch.is_api_enabled === undefined ? {} : { is_api_enabled: patch.is_api_enabled ? 1 : 0 }),
    ...(patch.limits === undefined ? {} : { limits: checkLimits(app.limits, patch.limits) }),
    updated_at: core.clock.now(),
  };
  await core.store.write(async (tx) => {
    await tx.update('apps', { id }, change);
    await appendAudit(tx, core, actor, {
      action: 'app.update',
      target: id,
      workspaceId: app.workspace_id,
      appId: id,
      detail: { changed: Object.keys(patch) },
    });
  });
  core.events.emit('catalog.changed', { workspaceId: app.workspace_id, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
  return { ...app, ...change };
}
