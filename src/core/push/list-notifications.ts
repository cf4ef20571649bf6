import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { NotificationRow } from '../system-rows.ts';
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

export interface NotificationPage {
  readonly data: readonly NotificationRow[];
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
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? String(last.seq) : null };
}
