import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { verbBits } from '../workspaces/roles.ts';
import { getFile } from './get-file.ts';
import { eraseFile, markRemoving } from './remove-file.ts';

/**
 * Removes a file that no record shows; resolves when its content is gone. Whoever uploaded it may, and whoever may
 * delete records everywhere in its app.
 * @throws file_not_found, file_in_use, scope_missing, role_insufficient
 */
export async function deleteFile(core: Core, actor: Actor, id: string): Promise<void> {
  const file = await getFile(core, actor, id);
  const isOwn = file.created_by === actor.label;
  if (!isOwn && (actor.verbs(file.workspace_id, file.app_id) & verbBits.delete) === 0) {
    throw new AppError(actor.keyId === null ? 'role_insufficient' : 'scope_missing');
  }
  await core.store.write(async (tx) => {
    if ((await tx.find('files', { id, state: 'stored' })) === undefined) throw new AppError('file_not_found');
    if (!(await markRemoving(tx, id))) throw new AppError('file_in_use');
    await appendAudit(tx, core, actor, {
      action: 'file.delete',
      target: id,
      workspaceId: file.workspace_id,
      appId: file.app_id,
      detail: { name: file.name, size: file.size },
    });
  });
  await eraseFile(core, id);
}
