/**
 * Enabled webhooks by table, from memory, so that a table without any pays one look-up per write; and the formats in which
 * dialects write payloads.
 */
import type { Events } from '../events.ts';
import type { Reads, Where } from '../store.ts';
import type { DeliveryRow, WebhookRow } from '../system-rows.ts';

export interface WebhookPayload {
  readonly body: string;
  /** Beside those that every webhook sends; custom headers of the webhook win. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One way of writing what happened. Named by `WebhookRow.format`. */
export interface WebhookFormat {
  /**
   * The payload of one event, made at each attempt from what was kept when it happened. `secret`: of the webhook, for
   * formats that send it. `content` is a RecordSnapshot or, for `notification.sent`, a NotificationSnapshot.
   */
  build(webhook: WebhookRow, event: WebhookEventRow, secret: string | null): Promise<WebhookPayload>;
}

export type WebhookEventRow = Pick<DeliveryRow, 'id' | 'kind' | 'created_at' | 'content'>;

export interface WebhookDirectory {
  /** Enabled webhooks of a table as this transaction sees them; at once when they are in memory. */
  of(tx: Reads, tableId: string): readonly WebhookRow[] | Promise<readonly WebhookRow[]>;
  /** Enabled webhooks of an app that are told about notifications. */
  ofNotifications(tx: Reads, appId: string): readonly WebhookRow[] | Promise<readonly WebhookRow[]>;
  addFormat(name: string, format: WebhookFormat): void;
  format(name: string): WebhookFormat | undefined;
}

/** Tables and apps remembered at most; all are forgotten when there are more. */
const entriesMax = 50_000;
const none: readonly WebhookRow[] = [];

export function createWebhookDirectory(events: Events): WebhookDirectory {
  const formats = new Map<string, WebhookFormat>();
  const known = new Map<string, readonly WebhookRow[]>();
  let generation = 0;

  events.on('webhooks.changed', ({ tableId }) => {
    generation += 1;
    if (tableId === null) known.clear();
    else known.delete(tableId);
  });

  // Writers have announced what they changed: whoever is told of these tables has something to send.
  events.on('records.changed', (changes) => {
    let last = '';
    let targets: Map<string, { readonly id: string; readonly channel: 'webhook' }> | undefined;
    for (const { tableId } of changes) {
      if (tableId === last) continue;
      last = tableId;
      for (const { id } of known.get(tableId) ?? none) {
        targets ??= new Map();
        targets.set(id, { id, channel: 'webhook' });
      }
    }
    if (targets !== undefined) events.emit('deliveries.queued', [...targets.values()]);
  });

  async function load(tx: Reads, key: string, where: Where<WebhookRow>): Promise<readonly WebhookRow[]> {
    const before = generation;
    const rows = await tx.list('webhooks', { ...where, is_enabled: 1 }, { orderBy: [['id', 'asc']] });
    if (before === generation) {
      if (known.size >= entriesMax) known.clear();
      known.set(key, rows.length === 0 ? none : rows);
    }
    return rows;
  }

  return {
    of: (tx, tableId) => known.get(tableId) ?? load(tx, tableId, { table_id: tableId }),
    ofNotifications: (tx, appId) =>
      known.get(`app/${appId}`) ?? load(tx, `app/${appId}`, { table_id: null, app_id: appId }),
    addFormat: (name, format) => void formats.set(name, format),
    format: (name) => formats.get(name),
  };
}
