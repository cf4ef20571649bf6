import type { Tx } from '../store.ts';

/** What was kept beside records goes with them; it can name people. */
export async function dropSubmissions(tx: Tx, tableId: string, recordIds: readonly number[]): Promise<void> {
  if (recordIds.length === 0) return;
  await tx.remove('submissions', { table_id: tableId, record_id: { in: recordIds } });
  await tx.remove('record_tags', { table_id: tableId, record_id: { in: recordIds } });
}

/** The same for a whole table, drafts included. */
export async function dropTableSubmissions(tx: Tx, tableId: string): Promise<void> {
  await tx.remove('submissions', { table_id: tableId });
  await tx.remove('record_tags', { table_id: tableId });
  await tx.remove('submission_drafts', { table_id: tableId });
  await tx.remove('visits', { table_id: tableId });
  await tx.remove('table_exports', { table_id: tableId });
}
