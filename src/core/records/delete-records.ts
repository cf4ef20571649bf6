import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireVerb } from '../permit.ts';
import type { ChangeEntry } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { StoredRow } from './query.ts';
import { announce, currentTable, inWriteScope, removeRecords } from './write-record.ts';

/**
 * Deletes the records that exist among `ids`, and every link to them; answers their ids. `ifMatch` (for a single id)
 * refuses with precondition_failed when it is false for the record.
 */
export async function deleteRecords(
  core: Core,
  actor: Actor,
  table: TableSchema,
  ids: readonly number[],
  ifMatch?: (row: StoredRow) => boolean,
): Promise<number[]> {
  requireVerb(actor, table, 'delete');
  const changes: ChangeEntry[] = [];
  const removed = await core.store.write((tx) =>
    inWriteScope(core, actor, tx, changes, async (scope) => {
      const current = await currentTable(scope, table);
      if (ifMatch !== undefined) {
        for (const row of await tx.records.getMany(current, ids)) {
          if (!ifMatch(row)) throw new AppError('precondition_failed');
        }
      }
      return removeRecords(scope, current, ids);
    }),
  );
  announce(core, changes);
  return removed;
}
