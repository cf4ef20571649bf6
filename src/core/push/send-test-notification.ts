import { systemActor } from '../actor.ts';
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { readRegistrationToken } from './registration-token.ts';
import { queueNotification, type SentNotification } from './send-notification.ts';

/** One browser may ask so often. */
const everyMs = 2_000;

/**
 * What a page sends itself to see one arrive: a fixed text to the browser that asks, proven by the token of its user.
 * @throws credential_unknown, token_expired, device_not_found, rate_limited
 */
export async function sendTestNotification(
  core: Core,
  appId: string,
  token: string,
  endpoint: string,
): Promise<SentNotification> {
  const user = await readRegistrationToken(core, appId, token);
  const device = await core.store.find('push_devices', { app_id: appId, endpoint });
  const isOwn = device?.table_id === user.table.id && device.record_id === user.id;
  if (device === undefined || !isOwn) throw new AppError('device_not_found');
  const [latest] = await core.store.list(
    'notifications',
    { table_id: user.table.id, record_id: user.id },
    { orderBy: [['seq', 'desc']], limit: 1 },
  );
  if (latest !== undefined && core.clock.now() - latest.created_at < everyMs) {
    throw new AppError('rate_limited', undefined, { retryAfterSeconds: everyMs / 1000 });
  }
  const app = await core.catalog.app(appId);
  return queueNotification(
    core,
    systemActor,
    user.table,
    {
      audience: { id: user.id },
      title: app?.name ?? 'Tessera',
      body: 'Notifications arrive on this device.',
      ttlSeconds: 300,
      urgency: 'high',
    },
    async () => ({ user, devices: [device] }),
  );
}
