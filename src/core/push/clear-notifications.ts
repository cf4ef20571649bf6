import type { Core } from '../context.ts';
import { dayMs, rowDays } from '../deliveries/delivery.ts';
import type { Tx } from '../store.ts';

const rowsPerStep = 500;

/** Removes notifications when the log of their deliveries is gone as well, in small steps. */
export async function clearNotifications(core: Core): Promise<void> {
  const before = core.clock.now() - rowDays * dayMs;
  for (;;) {
    const old = await core.store.list(
      'notifications',
      { created_at: { lt: before } },
      { orderBy: [['created_at', 'asc']], limit: rowsPerStep },
    );
    if (old.length === 0) return;
    await core.store.write(async (tx) => {
      for (const { seq } of old) await tx.remove('notifications', { seq });
    });
  }
}

/** Inside the transaction that drops an app: its notifications, and what of them was still to be sent. */
export async function dropNotificationsOf(tx: Tx, appId: string): Promise<void> {
  // Targets are `push/<app>/<service>`; `0` follows `/`.
  await tx.remove('deliveries', { target_id: { gt: `push/${appId}/`, lt: `push/${appId}0` } });
  await tx.remove('notifications', { app_id: appId });
}
