import type { Tx } from '../store.ts';

/** Inside the transaction that removes users. */
export async function dropDevicesOf(tx: Tx, tableId: string, userIds: readonly number[]): Promise<void> {
  for (const id of userIds) await tx.remove('push_devices', { table_id: tableId, record_id: id });
}
