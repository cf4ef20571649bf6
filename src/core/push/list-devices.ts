import type { Actor, Core } from '../context.ts';
import type { PushDeviceRow } from '../system-rows.ts';
import { requirePushTable } from './registration-token.ts';

/** A device as those who send may see it: without what is needed to send to it. */
export type DeviceView = Omit<PushDeviceRow, 'endpoint' | 'p256dh' | 'auth'>;

export interface DevicePage {
  readonly data: readonly DeviceView[];
  readonly next: string | null;
}

/** Devices of an app or of one of its users, by id. */
export async function listDevices(
  core: Core,
  actor: Actor,
  appId: string,
  query: { readonly userId?: number; readonly limit?: number; readonly cursor?: string },
): Promise<DevicePage> {
  const table = await requirePushTable(core, actor, appId);
  const limit = query.limit ?? 100;
  const where = {
    table_id: table.id,
    ...(query.userId === undefined ? {} : { record_id: query.userId }),
    ...(query.cursor === undefined ? {} : { id: { gt: query.cursor } }),
  };
  const rows = await core.store.list('push_devices', where, { orderBy: [['id', 'asc']], limit: limit + 1 });
  const data = rows.slice(0, limit).map(viewDevice);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

export function viewDevice({ endpoint: _endpoint, p256dh: _p256dh, auth: _auth, ...shown }: PushDeviceRow): DeviceView {
  return shown;
}
