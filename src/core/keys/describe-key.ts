import { type Verb, verbBits, verbs } from '../workspaces/roles.ts';
import { every } from './key-actor.ts';
import type { KeyKind, Scope } from './scopes.ts';
import type { KeyPart } from './secret-format.ts';
import type { VerifiedKey } from './verified-key.ts';

/** What a key is and may do, as its holder may know it. Times are milliseconds since 1970. */
export interface KeyDescription {
  readonly id: string;
  readonly kind: KeyKind;
  readonly part: KeyPart;
  readonly name: string;
  readonly user_id: string;
  readonly workspace: { readonly id: string; readonly name: string };
  /** Null: every app of its workspace. */
  readonly app: { readonly id: string; readonly name: string } | null;
  /** Verbs over the whole app or workspace; single tables may allow more, see `scopes`. */
  readonly verbs: readonly Verb[];
  /** As stored; what the role of the user does not allow (any more) is not granted by them. */
  readonly scopes: readonly Scope[];
  readonly role: string;
  readonly expires_at: number | null;
  /** Calls per second; 0: no limit. */
  readonly limit_per_second: number;
  readonly allow_list: readonly string[];
  /** End of the rotation overlap in which the presented secret is; null while it is current. */
  readonly secret_expires_at: number | null;
}

/** Describes the key that a request was made with. Answers from memory. */
export function describeKey({ key, secret, workspace, app, role, limit, actor }: VerifiedKey): KeyDescription {
  const bits = actor.grant({ id: every, appId: app?.id ?? every, workspaceId: workspace.id }).verbs;
  return {
    id: key.id,
    kind: key.kind,
    part: secret.part,
    name: key.name,
    user_id: key.user_id,
    workspace: { id: workspace.id, name: workspace.name },
    app: app === null ? null : { id: app.id, name: app.name },
    verbs: verbs.filter((verb) => bits & verbBits[verb]),
    scopes: key.scopes,
    role,
    expires_at: key.expires_at,
    limit_per_second: limit.perSecond,
    allow_list: key.allow_list,
    secret_expires_at: secret.expiresAt,
  };
}
