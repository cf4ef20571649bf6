/** The closed list of what can happen. Audit, usage, webhooks and caches listen; nothing else is told. */
import type { ChangeEntry } from './store.ts';
import type { DeliveryChannel } from './system-rows.ts';

export interface EventMap {
  /**
   * Record writes that are on disk, in commit order. Rows that an import has packed are not among them (create-packed-rows.ts):
   * who must see every change reads the changes log.
   */
  'records.changed': readonly ChangeEntry[];
  /** A workspace, membership, app, table or field changed: everything held about it in memory is stale. */
  'catalog.changed': { readonly workspaceId: string | null; readonly tableId: string | null };
  /** A key, its owner, role, plan or limits changed: verified keys in memory are stale. */
  'keys.changed': { readonly keyId: string | null };
  /** A webhook was made, changed or removed: what is held about the webhooks of its table (null: of all) is stale. */
  'webhooks.changed': { readonly tableId: string | null };
  /** An import waits to be run. */
  'import.queued': { readonly id: string };
  /** Targets that have something to be sent, which is on disk. */
  'deliveries.queued': readonly { readonly id: string; readonly channel: DeliveryChannel }[];
}

export type EventName = keyof EventMap;

export interface Events {
  on<E extends EventName>(event: E, listener: (payload: EventMap[E]) => void): void;
  /** Listeners run at once, in the order in which they were added; they must not throw. */
  emit<E extends EventName>(event: E, payload: EventMap[E]): void;
}

export function createEvents(): Events {
  const listeners = new Map<EventName, ((payload: never) => void)[]>();
  return {
    on(event, listener) {
      const list = listeners.get(event) ?? [];
      list.push(listener as (payload: never) => void);
      listeners.set(event, list);
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never);
    },
  };
}
