/** What proves to a push service that this server sends (RFC 8292): signed once an hour for each service, not for each message. */
import type { Core } from '../context.ts';
import { vapidKeys } from './vapid-keys.ts';
import { vapidSubject } from './vapid-subject.ts';

const hourMs = 3_600_000;
/** A token may live a day at most; it is used for an hour, and the rest is for clocks that differ. */
const tokenHours = 12;
const servicesMax = 1_000;

/** The `Authorization` header for a push service, by its origin. */
export function createVapidHeaders(core: Core): (service: string) => Promise<string> {
  const known = new Map<string, { readonly header: string; readonly until: number }>();
  return async (service) => {
    const now = core.clock.now();
    const kept = known.get(service);
    if (kept !== undefined && now < kept.until) return kept.header;
    const { publicKey, privateKey } = await vapidKeys(core);
    const { default: webPush } = await import('web-push');
    const expiration = Math.floor((now + tokenHours * hourMs) / 1000);
    const { Authorization: header } = webPush.getVapidHeaders(
      service,
      vapidSubject(core.settings),
      publicKey,
      privateKey,
      'aes128gcm',
      expiration,
    );
    if (known.size >= servicesMax) known.clear();
    known.set(service, { header, until: now + hourMs });
    return header;
  };
}
