import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requirePushTable } from './registration-token.ts';

/** @throws device_not_found, and as `requirePushTable` */
export async function removeDevice(core: Core, actor: Actor, appId: string, deviceId: string): Promise<void> {
  await requirePushTable(core, actor, appId);
  const removed = await core.store.write((tx) => tx.remove('push_devices', { id: deviceId, app_id: appId }));
  if (removed === 0) throw new AppError('device_not_found');
}

/**
 * What a browser does when its user signs out. The endpoint is known to that browser and its push service alone, so that it
 * is proof enough; one that is not registered is no error.
 */
export async function removeSubscription(core: Core, appId: string, endpoint: string): Promise<void> {
  const device = await core.store.find('push_devices', { app_id: appId, endpoint });
  if (device !== undefined) await core.store.write((tx) => tx.remove('push_devices', { id: device.id }));
}
