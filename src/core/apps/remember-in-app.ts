import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { requireApp } from '../permit.ts';

type Memory = Readonly<Record<string, Json>>;

/**
 * Changes what a dialect remembers about an app under its own name. `change` is given what is remembered at the moment of
 * the write and answers what is to be remembered with its own result.
 * @throws app_not_found, scope_missing, role_insufficient, and what `change` throws
 */
export async function rememberInApp<T>(
  core: Core,
  actor: Actor,
  appId: string,
  dialect: string,
  change: (memory: Memory) => { readonly memory: Memory; readonly result: T },
): Promise<T> {
  const { workspace_id: workspaceId } = await requireApp(core, actor, appId, 'schema');
  const result = await core.store.write(async (tx) => {
    const app = await tx.find('apps', { id: appId });
    if (app === undefined) throw new AppError('app_not_found');
    const known = app.foreign[dialect];
    const isMemory = typeof known === 'object' && known !== null && !Array.isArray(known);
    const done = change(isMemory ? known : {});
    await tx.update('apps', { id: appId }, { foreign: { ...app.foreign, [dialect]: done.memory as Json } });
    await appendAudit(tx, core, actor, {
      action: 'app.update',
      target: appId,
      workspaceId,
      appId,
      detail: { changed: Object.keys(done.memory) },
    });
    return done.result;
  });
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  return result;
}
