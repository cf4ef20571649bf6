import type { Actor, Core } from '../context.ts';
import { newDelivery } from '../deliveries/delivery.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { newLogId } from '../ids.ts';
import { type Once, writeOnce } from '../once.ts';
import type { Tx } from '../store.ts';
import type { DeliveryRow, NotificationRow, PushDeviceRow, WebhookRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { NotificationSnapshot } from '../webhooks/notification-snapshot.ts';
import { type AppUser, type Audience, findUser } from './find-user.ts';
import { requirePushTable } from './registration-token.ts';

export interface NotificationInput {
  readonly audience: Audience;
  /** 1 to 4,096 characters each. What does not fit into a push message is cut there; the log has it whole. */
  readonly title: string;
  readonly body: string;
  readonly url?: string | null;
  /** How long it is worth delivering; a day when left out. */
  readonly ttlSeconds?: number;
  readonly urgency?: NotificationRow['urgency'];
}

/** One way on which a notification left: a device, or a webhook that sends it on. */
export interface Ticket {
  /** Of the delivery, under which its result is found later. */
  readonly id: string;
  readonly channel: DeliveryRow['channel'];
  /** Null for a webhook. */
  readonly deviceId: string | null;
}

export interface SentNotification {
  readonly notification: NotificationRow;
  /** None when the user has no device. */
  readonly tickets: readonly Ticket[];
}

export const ttlSeconds = { default: 86_400, min: 0, max: 28 * 86_400 };
export const textLengthMax = 4096;
const urlLengthMax = 1024;

/**
 * Accepts a notification for one user: when this resolves, it and a delivery for each device and relay are on disk.
 * @throws user_not_found, body_invalid, app_not_found, scope_missing, role_insufficient
 */
export async function sendNotification(
  core: Core,
  actor: Actor,
  appId: string,
  input: NotificationInput,
  once?: Once<SentNotification>,
): Promise<SentNotification> {
  const table = await requirePushTable(core, actor, appId);
  checkText('title', input.title);
  checkText('body', input.body);
  checkUrl(input.url ?? null);
  return queueNotification(core, actor, table, input, (tx) => recipientOf(core, tx, table, input.audience), once);
}

/** Who is notified, and on which of their devices. */
export interface Recipient {
  readonly user: AppUser;
  readonly devices: readonly PushDeviceRow[];
}

/**
 * Found where the rest is written: whoever is removed meanwhile is not notified. It is cheaper, too: each commit empties the
 * cache of those who only read, not the writer's.
 */
async function recipientOf(core: Core, tx: Tx, known: TableSchema, audience: Audience): Promise<Recipient> {
  const table = await core.catalog.tableIn(tx, known);
  if (table?.role !== 'users') throw new AppError('user_not_found');
  const user = await findUser(tx, table, audience);
  // In no order: sorting one row costs more than finding it.
  const devices = await tx.list('push_devices', { table_id: table.id, record_id: user.id }, { orderBy: [] });
  return { user, devices };
}

/** For callers that have checked who asks for what. */
export async function queueNotification(
  core: Core,
  actor: Actor,
  table: TableSchema,
  input: NotificationInput,
  findRecipient: (tx: Tx) => Promise<Recipient>,
  once?: Once<SentNotification>,
): Promise<SentNotification> {
  let deliveries: readonly DeliveryRow[] = [];
  const sent = await writeOnce(core, once, async (tx) => {
    const { user, devices } = await findRecipient(tx);
    const relays = await core.webhooks.ofNotifications(tx, table.appId);
    const draft = newNotification(core, actor, user, input);
    deliveries = [
      ...devices.map((device) => pushDelivery(core, draft, device)),
      ...relays.map((webhook) => relayDelivery(core, draft, user, webhook)),
    ];
    const notification = { ...draft, accepted: deliveries.length };
    await tx.insert('notifications', notification);
    for (const delivery of deliveries) await tx.insert('deliveries', delivery);
    return { notification, tickets: deliveries.map(ticketOf) };
  });
  if (deliveries.length > 0) {
    core.events.emit(
      'deliveries.queued',
      deliveries.map(({ target_id: id, channel }) => ({ id, channel })),
    );
  }
  return sent;
}

function newNotification(core: Core, actor: Actor, user: AppUser, input: NotificationInput): NotificationRow {
  const now = core.clock.now();
  return {
    seq: 0,
    id: newLogId(now),
    app_id: user.table.appId,
    table_id: user.table.id,
    record_id: user.id,
    audience: { ...input.audience } as Readonly<Record<string, Json>>,
    title: input.title,
    body: input.body,
    url: input.url ?? null,
    urgency: input.urgency ?? 'normal',
    expires_at: now + (input.ttlSeconds ?? ttlSeconds.default) * 1000,
    accepted: 0,
    created_by: actor.label,
    created_at: now,
  };
}

function pushDelivery(core: Core, notification: NotificationRow, device: PushDeviceRow): DeliveryRow {
  return newDelivery(core, {
    channel: 'push',
    // One queue per app and push service: an app that sends a lot holds up itself alone.
    target_id: `push/${notification.app_id}/${device.service}`,
    parent_id: notification.id,
    app_id: notification.app_id,
    kind: 'notification.sent',
    order_key: '',
    content: { device_id: device.id },
  });
}

function relayDelivery(core: Core, notification: NotificationRow, user: AppUser, webhook: WebhookRow): DeliveryRow {
  const content: NotificationSnapshot = {
    notification_id: notification.id,
    user: { table_id: user.table.id, id: user.id, email: user.email, username: user.username },
    title: notification.title,
    body: notification.body,
    url: notification.url,
    urgency: notification.urgency,
    expires_at: notification.expires_at,
  };
  return newDelivery(core, {
    channel: 'webhook',
    target_id: webhook.id,
    parent_id: notification.id,
    app_id: notification.app_id,
    kind: 'notification.sent',
    order_key: `${user.table.id}/${user.id}`,
    content: content as unknown as Json,
  });
}

function ticketOf({ id, channel, content }: DeliveryRow): Ticket {
  const deviceId = channel === 'push' ? (content as { device_id: string }).device_id : null;
  return { id, channel, deviceId };
}

function checkText(field: string, text: string): void {
  const isLong = text.length > textLengthMax;
  if (text !== '' && !isLong && text.isWellFormed() && !text.includes('\0')) return;
  throw refused(
    field,
    isLong || text === '' ? `must have 1 to ${textLengthMax} characters` : 'must be valid Unicode text',
  );
}

/** Opened by a service worker in the app's origin: a path, or a page of the Web. Never a script. */
function checkUrl(url: string | null): void {
  if (url === null) return;
  const base = 'https://app.invalid';
  const isWeb = URL.canParse(url, base) && /^https?:$/.test(new URL(url, base).protocol);
  if (!isWeb || url.length > urlLengthMax || !url.isWellFormed()) {
    throw refused('url', `must be a path or an http(s) URL of at most ${urlLengthMax} characters`);
  }
}

function refused(field: string, message: string): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}
