import type { Tx } from '../store.ts';
import type { Touch } from './change-schema.ts';

/** Before a table becomes the one of the app's users: the one that was it is an ordinary table from then on. */
export async function takeUsersRole(tx: Tx, touch: Touch, appId: string, tableId: string): Promise<void> {
  for (const { id } of await tx.list('tables', { app_id: appId, role: 'users' })) {
    if (id === tableId) continue;
    // Touched, so that what is in memory of it is dropped: its records would still be taken for the users.
    await touch(id);
    await tx.update('tables', { id }, { role: null });
  }
}
