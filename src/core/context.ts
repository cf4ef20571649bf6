/** What every operation receives: the core's parts. */
import type { Catalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Outbound } from './deliveries/outbound.ts';
import type { Events } from './events.ts';
import type { FileStorage } from './files/storage.ts';
import type { Visits } from './forms/visits.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { Secrets } from './keys/secrets.ts';
import type { Limiter } from './limits/limiter.ts';
import type { CoreSettings } from './settings.ts';
import type { Store } from './store.ts';
import type { Meter } from './usage/meter.ts';
import type { UserDirectory } from './users/user-directory.ts';
import type { WebhookDirectory } from './webhooks/webhook-directory.ts';

export { type Actor, systemActor } from './actor.ts';

/**
 * The one object that dialects, CLI and jobs hold. Operations are functions that take it first:
 * `createRecord(core, actor, table, input)`.
 */
export interface Core {
  readonly store: Store;
  readonly clock: Clock;
  /** Workspaces, apps, tables and fields, from memory. */
  readonly catalog: Catalog;
  /** People, from memory. */
  readonly users: UserDirectory;
  /** Verified keys, from memory. */
  readonly keyRing: KeyRing;
  /** Hashing, sealing, tokens and slugs under the master key. */
  readonly secrets: Secrets;
  readonly limiter: Limiter;
  readonly meter: Meter;
  /** How often forms were opened. */
  readonly visits: Visits;
  /** The content of uploaded files. */
  readonly files: FileStorage;
  /** Webhooks of each table, from memory, and the formats of their payloads. */
  readonly webhooks: WebhookDirectory;
  /** Requests that the server sends by itself. */
  readonly outbound: Outbound;
  readonly events: Events;
  readonly settings: CoreSettings;
}
