/** What `tessera notification` needs done, in the shapes of the native API: by the core here, or by a server. */
import type { Remote } from '../config.ts';
import { toIso } from '../core/clock.ts';
import { type Core, systemActor } from '../core/context.ts';
import type { Audience } from '../core/push/find-user.ts';
import type { LoggedNotification } from '../core/push/list-notifications.ts';
import { notificationFacts, receiptFacts } from '../core/push/notification-facts.ts';
import { createApiClient } from './api-client.ts';
import { localPlaces, type Places, remotePlaces } from './places.ts';

export type ShownNotification = ReturnType<typeof notificationFacts>;

export interface ListedNotification extends ShownNotification {
  readonly outcome: LoggedNotification['outcome'];
}

export type Receipt = ReturnType<typeof receiptFacts>;

export interface LogQuery {
  readonly user?: number;
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

export interface NotificationDraft {
  readonly audience: Audience;
  readonly title: string;
  readonly body: string;
  readonly url?: string;
}

export interface NotificationAdmin extends Places {
  list(appId: string, query: LogQuery): Promise<readonly ListedNotification[]>;
  get(appId: string, id: string): Promise<ListedNotification & { readonly receipts: readonly Receipt[] }>;
  send(appId: string, draft: NotificationDraft): Promise<ShownNotification>;
}

export async function localNotificationAdmin(core: Core): Promise<NotificationAdmin> {
  const [places, { listNotifications }, { getNotification }, { sendNotification }] = await Promise.all([
    localPlaces(core),
    import('../core/push/list-notifications.ts'),
    import('../core/push/get-notification.ts'),
    import('../core/push/send-notification.ts'),
  ]);
  return {
    ...places,
    async list(appId, { user, ...rest }) {
      const query = { ...rest, ...(user === undefined ? {} : { userId: user }) };
      return (await listNotifications(core, systemActor, appId, query)).data.map(listed);
    },
    async get(appId, id) {
      const { notification, deliveries } = await getNotification(core, systemActor, appId, id);
      return { ...listed(notification), receipts: deliveries.map(receiptFacts) };
    },
    send: async (appId, draft) =>
      notificationFacts((await sendNotification(core, systemActor, appId, draft)).notification),
  };
}

export function remoteNotificationAdmin(remote: Remote): NotificationAdmin {
  const api = createApiClient(remote);
  const path = (appId: string, rest = '') => `/api/v1/apps/${encodeURIComponent(appId)}/notifications${rest}`;
  return {
    ...remotePlaces(remote),
    async list(appId, { user, from, to, limit }) {
      const query = new URLSearchParams({ limit: String(limit) });
      if (user !== undefined) query.set('user', String(user));
      if (from !== undefined) query.set('from', toIso(from));
      if (to !== undefined) query.set('to', toIso(to));
      const page = await api.call<{ readonly data: readonly ListedNotification[] }>('GET', path(appId, `?${query}`));
      return page.data;
    },
    get: (appId, id) => api.call('GET', path(appId, `/${encodeURIComponent(id)}`)),
    send: (appId, draft) => api.call('POST', path(appId), draft),
  };
}

function listed(row: LoggedNotification): ListedNotification {
  return { ...notificationFacts(row), outcome: row.outcome };
}
