/** Notifications, the devices that take them, and how devices are registered. */

import { toIso } from '../../../core/clock.ts';
import type { DeviceView } from '../../../core/push/list-devices.ts';
import type { LoggedNotification } from '../../../core/push/list-notifications.ts';
import { notificationFacts, receiptFacts } from '../../../core/push/notification-facts.ts';
import { tokenSeconds } from '../../../core/push/registration-token.ts';
import type { SentNotification } from '../../../core/push/send-notification.ts';
import { textLengthMax, ttlSeconds } from '../../../core/push/send-notification.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { DeliveryRow, NotificationRow } from '../../../core/system-rows.ts';
import { id, named, namedBody, nullable, time } from './parts.ts';
import { attemptShape } from './webhook.ts';

const audience = Type.Object(
  {
    id: Type.Optional(Type.Integer({ minimum: 1 })),
    email: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    description:
      'One user: a record of the table that is marked as the app’s users, by id, e-mail address or username.',
    examples: [{ email: 'ada@example.com' }],
  },
);

const text = (description: string) => Type.String({ minLength: 1, maxLength: textLengthMax, description });
const urgency = Type.Enum(['very-low', 'low', 'normal', 'high'], { default: 'normal' });
const endpoint = Type.String({ maxLength: 2048, examples: ['https://push.example.net/send/abc'] });

export const notificationInput = namedBody(
  'NotificationInput',
  {
    audience,
    title: text('Cut where it does not fit into a push message of 4 KB; the log keeps it whole.'),
    body: text('As the title.'),
    url: Type.Optional(
      nullable(Type.String({ maxLength: 1024, description: 'Opened by a tap; null: the app’s home.' })),
    ),
    ttl_seconds: Type.Optional(
      Type.Integer({
        minimum: ttlSeconds.min,
        maximum: ttlSeconds.max,
        default: ttlSeconds.default,
        description: 'How long it is worth delivering.',
      }),
    ),
    urgency: Type.Optional(urgency),
  },
  { examples: [{ audience: { email: 'ada@example.com' }, title: 'Order ready', body: 'Pick it up at desk 4' }] },
);

export const tokenInput = namedBody('PushTokenInput', {
  audience,
  expires_in_seconds: Type.Optional(
    Type.Integer({ minimum: tokenSeconds.min, maximum: tokenSeconds.max, default: tokenSeconds.default }),
  ),
});

export const tokenShape = named('PushToken', {
  token: Type.String({ examples: ['psh_…'] }),
  expires_at: time(),
  user_id: Type.Integer(),
  demo_url: Type.String({ description: 'A page that registers the browser it is opened in, to try it.' }),
});

export const subscriptionInput = namedBody('PushSubscriptionInput', {
  token: Type.String({ maxLength: 1000 }),
  subscription: Type.Object(
    {
      endpoint,
      keys: Type.Object({ p256dh: Type.String({ maxLength: 200 }), auth: Type.String({ maxLength: 100 }) }),
    },
    { description: 'What `PushSubscription.toJSON()` gives in the browser.' },
  ),
  label: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
});

export const endpointInput = namedBody('PushEndpointInput', { endpoint });
export const pushTestInput = namedBody('PushTestInput', { token: Type.String({ maxLength: 1000 }), endpoint });

export const deviceShape = named('PushDevice', {
  id: id(),
  user_id: Type.Integer(),
  service: Type.String({ description: 'Origin of its push service.' }),
  label: nullable(Type.String()),
  created_at: time(),
  updated_at: time('Last time that its browser registered.'),
  last_sent_at: nullable(time()),
  last_result: nullable(Type.String({ description: 'Status of the last attempt, or why there was none.' })),
});

const notificationProperties = {
  id: id(),
  user_id: Type.Integer(),
  audience: Type.Unsafe<NotificationRow['audience']>({ type: 'object' }),
  title: Type.String(),
  body: Type.String(),
  url: nullable(Type.String()),
  urgency,
  created_at: time(),
  expires_at: time(),
  created_by: Type.String({ description: '`key:<id>`, `user:<id>` or `system`.' }),
  accepted: Type.Integer({ description: 'Devices and relays that it was queued for.' }),
};

const count = (description: string) => Type.Integer({ minimum: 0, description });
const loggedProperties = {
  ...notificationProperties,
  outcome: Type.Object(
    {
      delivered: count('Push services and relays that have taken it.'),
      failed: count('Given up: refused, expired, or the device is gone.'),
      pending: count('Still to be sent, or sent again.'),
    },
    { description: 'What became of it so far, over all devices and relays.' },
  ),
};

export const notificationShape = named('Notification', loggedProperties);

export const sentShape = named('SentNotification', {
  ...notificationProperties,
  tickets: Type.Array(
    Type.Object({
      id: id('Under which its result stands later.'),
      channel: Type.Enum(['push', 'webhook']),
      device_id: nullable(Type.String()),
    }),
  ),
});

export const receiptsShape = named('NotificationReceipts', {
  ...loggedProperties,
  receipts: Type.Array(
    Type.Object({
      id: id(),
      channel: Type.Enum(['push', 'webhook']),
      device_id: nullable(Type.String()),
      state: Type.Enum(['pending', 'delivered', 'failed']),
      next_attempt_at: nullable(time()),
      attempts: Type.Array(attemptShape),
    }),
    { description: 'What became of it so far, per device and relay. `delivered`: the push service has taken it.' },
  ),
});

export function deviceView(device: DeviceView): Static<typeof deviceShape> {
  return {
    id: device.id,
    user_id: device.record_id,
    service: device.service,
    label: device.label,
    created_at: toIso(device.created_at),
    updated_at: toIso(device.updated_at),
    last_sent_at: device.last_sent_at === null ? null : toIso(device.last_sent_at),
    last_result: device.last_result,
  };
}

export function notificationView(row: LoggedNotification): Static<typeof notificationShape> {
  return { ...notificationFacts(row), outcome: row.outcome };
}

export function sentView({ notification, tickets }: SentNotification): Static<typeof sentShape> {
  return {
    ...notificationFacts(notification),
    tickets: tickets.map(({ id: ticketId, channel, deviceId }) => ({ id: ticketId, channel, device_id: deviceId })),
  };
}

export function receiptView(row: DeliveryRow): Static<typeof receiptsShape>['receipts'][number] {
  return receiptFacts(row);
}
