import type { Core } from '../context.ts';
import type { Step } from '../retention/kept-log.ts';
import { keepOf, passedBefore } from '../retention/life.ts';
import type { Tx } from '../store.ts';

/** Removes notifications that have passed their life. */
export function clearNotifications(core: Core): Step | null {
  const before = passedBefore(core, keepOf(core).notificationDays);
  if (before === null) return null;
  return async (rowsMax) => {
    const old = await core.store.list(
      'notifications',
      { created_at: { lt: before } },
      { orderBy: [['created_at', 'asc']], limit: rowsMax },
    );
    if (old.length === 0) return null;
    return core.store.write(async (tx) => {
      let removed = 0;
      for (const { seq } of old) removed += await tx.remove('notifications', { seq });
      return removed;
    });
  };
}

/** Inside the transaction that drops an app: its notifications, and what of them was still to be sent. */
export async function dropNotificationsOf(tx: Tx, appId: string): Promise<void> {
  // Targets are `push/<app>/<service>`; `0` follows `/`.
  await tx.remove('deliveries', { target_id: { gt: `push/${appId}/`, lt: `push/${appId}0` } });
  await tx.remove('notifications', { app_id: appId });
}
