/** Finding a file, for those who may see it. */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { every } from '../keys/key-actor.ts';
import type { Reads } from '../store.ts';
import type { FileRow } from '../system-rows.ts';
import { verbBits } from '../workspaces/roles.ts';

/**
 * What is known about a file, for whoever may read its app, uploaded it, or may read a record that shows it.
 * @throws file_not_found
 */
export async function getFile(core: Core, actor: Actor, id: string): Promise<FileRow> {
  const file = await core.store.find('files', { id, state: 'stored' });
  if (file === undefined || (await isPrivateTo(core.store, actor, file))) throw new AppError('file_not_found');
  return file;
}

/** Tables that one file is looked for in; more than a handful show the same file only by chance. */
const refsMax = 50;

/** Whether a file, were it private, would be hidden from the actor. */
export async function isPrivateTo(reads: Reads, actor: Actor, file: FileRow): Promise<boolean> {
  if (file.created_by === actor.label) return false;
  const canRead = (tableId: string, fieldId: string) => {
    const grant = actor.grant({ id: tableId, appId: file.app_id, workspaceId: file.workspace_id });
    return (grant.verbs & verbBits.read) !== 0 && (grant.readable === null || grant.readable.has(fieldId));
  };
  if (canRead(every, '')) return false;
  const refs = await reads.list('file_refs', { file_id: file.id }, { limit: refsMax });
  return !refs.some(({ table_id, field_id }) => canRead(table_id, field_id));
}
