import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { DeliveryRow, NotificationRow } from '../system-rows.ts';
import { requirePushTable } from './registration-token.ts';

export interface NotificationQuery {
  /** Only those to this user. */
  readonly userId?: number;
  /** Milliseconds since 1970; from is included, to is not. */
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

/** On how many devices and relays it has arrived, has failed for good, is still to come. */
export type Outcome = Readonly<Record<DeliveryRow['state'], number>>;

export interface LoggedNotification extends NotificationRow {
  readonly outcome: Outcome;
}

export interface NotificationPage {
  readonly data: readonly LoggedNotification[];
  readonly next: string | null;
}

/** Who was sent what and when, latest first. @throws cursor_invalid, and as `requirePushTable` */
export async function listNotifications(
  core: Core,
  actor: Actor,
  appId: string,
  query: NotificationQuery = {},
): Promise<NotificationPage> {
  const table = await requirePushTable(core, actor, appId);
  if (query.cursor !== undefined && !/^[1-9][0-9]{0,14}$/.test(query.cursor)) throw new AppError('cursor_invalid');
  const limit = query.limit ?? 100;
  const at = {
    ...(query.from === undefined ? {} : { gte: query.from }),
    ...(query.to === undefined ? {} : { lt: query.to }),
  };
  const where = {
    app_id: appId,
    ...(query.userId === undefined ? {} : { table_id: table.id, record_id: query.userId }),
    ...(Object.keys(at).length === 0 ? {} : { created_at: at }),
    ...(query.cursor === undefined ? {} : { seq: { lt: Number(query.cursor) } }),
  };
  const rows = await core.store.list('notifications', where, { orderBy: [['seq', 'desc']], limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const deliveries = await deliveriesOf(core, page);
  return {
    data: page.map((row) => ({ ...row, outcome: outcomeOf(deliveries.get(row.id) ?? []) })),
    next: rows.length > limit && last !== undefined ? String(last.seq) : null,
  };
}

async function deliveriesOf(
  core: Core,
  page: readonly NotificationRow[],
): Promise<ReadonlyMap<string | null, readonly DeliveryRow[]>> {
  const sent = page.filter(({ accepted }) => accepted > 0).map(({ id }) => id);
  if (sent.length === 0) return new Map();
  return Map.groupBy(await core.store.list('deliveries', { parent_id: { in: sent } }), (row) => row.parent_id);
}

export function outcomeOf(deliveries: readonly Pick<DeliveryRow, 'state'>[]): Outcome {
  const outcome = { delivered: 0, failed: 0, pending: 0 };
  for (const { state } of deliveries) outcome[state] += 1;
  return outcome;
}
