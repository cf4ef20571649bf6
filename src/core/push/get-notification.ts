import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { type LoggedNotification, outcomeOf } from './list-notifications.ts';
import { requirePushTable } from './registration-token.ts';

export interface NotificationReceipts {
  readonly notification: LoggedNotification;
  /** One per device and relay: what became of it so far. */
  readonly deliveries: readonly DeliveryRow[];
}

/** @throws notification_not_found, and as `requirePushTable` */
export async function getNotification(
  core: Core,
  actor: Actor,
  appId: string,
  notificationId: string,
): Promise<NotificationReceipts> {
  await requirePushTable(core, actor, appId);
  const notification = await core.store.find('notifications', { id: notificationId });
  if (notification === undefined || notification.app_id !== appId) throw new AppError('notification_not_found');
  const deliveries = await core.store.list('deliveries', { parent_id: notificationId }, { orderBy: [['seq', 'asc']] });
  return { notification: { ...notification, outcome: outcomeOf(deliveries) }, deliveries };
}
