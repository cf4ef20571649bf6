/** Who is asking. */
import type { Grant } from './keys/scopes.ts';

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
  /** How the records that it makes come in, where that is to be remembered beside them. */
  readonly origin?: string;
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
