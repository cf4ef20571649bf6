import type { Actor, Core } from '../context.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { ownFileId } from './file-links.ts';
import { noteDetached } from './file-refs.ts';

/** Records have numbers from 1 on; what the table itself shows is under this one. */
const noRecord = 0;

/**
 * Says which uploaded files a table itself shows (a picture on its form): they are kept as long as it does. URLs of other
 * servers, and of files of other apps, keep nothing.
 */
export async function keepTableFiles(
  core: Core,
  actor: Actor,
  table: TableSchema,
  urls: readonly string[],
): Promise<void> {
  requireVerb(actor, table, 'schema');
  const wanted = new Set(urls.flatMap((url) => ownFileId(core, url) ?? []));
  await core.store.write(async (tx) => {
    const own = { field_id: table.id, record_id: noRecord };
    const refs = await tx.list('file_refs', own);
    const known = new Set(refs.map((ref) => ref.file_id));
    for (const id of wanted) {
      const file = known.has(id) ? undefined : await tx.find('files', { id, app_id: table.appId, state: 'stored' });
      if (file === undefined) continue;
      await tx.upsert('file_refs', { ...own, file_id: id, table_id: table.id });
      await tx.update('files', { id }, { detached_at: null });
    }
    for (const id of known) {
      if (wanted.has(id)) continue;
      await tx.remove('file_refs', { ...own, file_id: id });
      await noteDetached(tx, core.clock.now(), id);
    }
  });
}
