/** How queued notifications become Web Push requests (RFC 8030, 8291, 8292), and what devices remember of them. */
import type { Core } from '../context.ts';
import type { Channel, Verdict } from '../deliveries/delivery.ts';
import type { OutboundAnswer } from '../deliveries/outbound.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { encodeMessage } from './push-message.ts';
import { createVapidHeaders } from './vapid-headers.ts';

/** Push services are made for many requests at once. */
const requestsAtOnce = 32;

export function createPushChannel(core: Core): Channel {
  const authorization = createVapidHeaders(core);
  return {
    widthMax: requestsAtOnce,
    async prepare(row) {
      const device = await core.store.find('push_devices', { id: deviceOf(row) });
      if (device === undefined) return { refusal: 'the device is gone' };
      const notification = await core.store.find('notifications', { id: row.parent_id ?? '' });
      if (notification === undefined) return { refusal: 'the notification is gone' };
      const { id, title, body, url } = notification;
      const ttlMs = notification.expires_at - core.clock.now();
      if (ttlMs < 0 && row.attempts.length > 0) return { refusal: 'the notification has expired' };
      // Loaded with the first notification: a server that sends none does not pay for it at start.
      const { default: webPush } = await import('web-push');
      const details = webPush.generateRequestDetails(
        { endpoint: device.endpoint, keys: { p256dh: device.p256dh, auth: device.auth } },
        encodeMessage({ id, title, body, url }),
        {
          TTL: Math.max(0, Math.ceil(ttlMs / 1000)),
          urgency: notification.urgency,
          headers: { Authorization: await authorization(device.service) },
        },
      );
      const headers = Object.entries(details.headers).map(
        ([name, value]) => [name.toLowerCase(), String(value)] as const,
      );
      return { url: device.endpoint, headers: Object.fromEntries(headers), body: details.body ?? '' };
    },
    judge: (_row, answer) => judgePush(answer),
    async until(tx, row) {
      return (await tx.find('notifications', { id: row.parent_id ?? '' }))?.expires_at ?? null;
    },
    async settle(tx, row, attempt) {
      const id = deviceOf(row);
      // Only these two say that the subscription is no more (RFC 8030 §7.3); every other answer may pass.
      if (attempt.status === 404 || attempt.status === 410) {
        await tx.remove('push_devices', { id });
        return;
      }
      const result = attempt.status === null ? (attempt.error ?? '') : String(attempt.status);
      await tx.update('push_devices', { id }, { last_sent_at: attempt.at, last_result: result });
    },
  };
}

function deviceOf(row: DeliveryRow): string {
  return (row.content as { device_id?: string } | null)?.device_id ?? '';
}

/** Which refusals pass by: too slow and too many. With 406 Windows says that its limit for a sender is exceeded. */
const passing: readonly number[] = [406, 408, 429];

/** Too many, too busy and nobody there pass by; what the service refuses once it refuses again. */
function judgePush({ status }: OutboundAnswer): Verdict {
  if (status === null || passing.includes(status) || status >= 500) return 'retry';
  return status >= 200 && status < 300 ? 'delivered' : 'failed';
}
