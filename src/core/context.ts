/** What every operation receives: the core's parts, and who is asking. */
import type { Catalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Events } from './events.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { Grant } from './keys/scopes.ts';
import type { Secrets } from './keys/secrets.ts';
import type { Limiter } from './limits/limiter.ts';
import type { Store } from './store.ts';
import type { Meter } from './usage/meter.ts';

/**
 * The one object that dialects, CLI and jobs hold. Operations are functions that take it first:
 * `createRecord(core, actor, table, input)`.
 */
export interface Core {
  readonly store: Store;
  readonly clock: Clock;
  /** Workspaces, apps, tables and fields, from memory. */
  readonly catalog: Catalog;
  /** Verified keys, from memory. */
  readonly keyRing: KeyRing;
  /** Hashing, sealing, tokens and slugs under the master key. */
  readonly secrets: Secrets;
  readonly limiter: Limiter;
  readonly meter: Meter;
  readonly events: Events;
  readonly settings: CoreSettings;
}

export interface CoreSettings {
  readonly publicUrl: string;
  /** False: no call limits and no throttle on failed attempts. */
  readonly areLimitsOn: boolean;
  readonly allowPrivateWebhooks: boolean;
}

/** Who is asking, and what they may do. Made once per key and cached with it; made per session for people. */
export interface Actor {
  /** `key:<id>`, `user:<id>` or `system`: what the changes log and the audit name. */
  readonly label: string;
  readonly userId: string | null;
  readonly keyId: string | null;
  /** The one workspace that an app's key reaches; null for people, their own keys and the system: see `isMember`. */
  readonly workspaceId: string | null;
  /** The one app that a key reaches; null: every app of its workspace(s). */
  readonly appId: string | null;
  /** Network address of the caller, for the audit; null inside the server. */
  readonly address: string | null;
  /** What it may do on one table. Cheap: cached per table. */
  grant(table: { readonly id: string; readonly appId: string; readonly workspaceId: string }): Grant;
  /** Whether the actor's user belongs to the workspace; only asked where `workspaceId` is null. */
  isMember(workspaceId: string): boolean;
  /** Verb bits over a whole app (or, with null, over the workspace itself). */
  verbs(workspaceId: string, appId: string | null): number;
}

/** The server itself: migrations, jobs, the CLI beside the database. May do everything. */
export const systemActor: Actor = {
  label: 'system',
  userId: null,
  keyId: null,
  workspaceId: null,
  appId: null,
  address: null,
  isMember: () => true,
  grant: () => ({ verbs: 255, readable: null, writable: null }),
  verbs: () => 255,
};
