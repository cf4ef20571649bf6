/** How records came in, where that is more than somebody making them: kept beside them, in the write that makes them. */
import type { Core } from '../context.ts';
import type { Tx } from '../store.ts';
import { noteTrace } from './traces.ts';

export async function noteOrigins(
  core: Core,
  tx: Tx,
  tableId: string,
  recordIds: readonly number[],
  origin: string,
  at: number,
): Promise<void> {
  noteTrace(core, tableId);
  const nothing = { code: null, referer: null, duration: null, address: null };
  for (const id of recordIds) {
    await tx.insert('submissions', { table_id: tableId, record_id: id, ...nothing, origin, at });
  }
}
