/** The actor that a key makes: what its scopes, its user's roles and its own bounds allow together. Deny by default. */
import type { Actor } from '../actor.ts';
import type { KeyRow } from '../system-rows.ts';
import { allVerbs, verbBits } from '../workspaces/roles.ts';
import { type Grant, grantFor, noGrant } from './scopes.ts';
import type { KeyPart } from './secret-format.ts';

export interface KeyReach {
  readonly key: KeyRow;
  readonly part: KeyPart;
  /** Verb bits of the user's role in each workspace that the key reaches. */
  readonly roleBits: ReadonlyMap<string, number>;
  /** Apps within that reach whose API is switched off. */
  readonly closedApps: ReadonlySet<string>;
}

/** In place of a table id in `grant`: what holds for every table of an app. In place of an app id: for every app. */
export const every = '*';

const nothing: ReadonlySet<string> = new Set();
const writes = verbBits.create | verbBits.update;

/** Bits that a secret of this part can carry at most. */
export function partBits(part: KeyPart): number {
  return part === 'write_only' ? writes : 255;
}

export function createKeyActor({ key, part, roleBits, closedApps }: KeyReach): Actor {
  const grants = new Map<string, Grant>();

  function heldBits(workspaceId: string, appId: string | null): number {
    // An app's key knows nothing of its workspace, nor of the neighbours of its app.
    if (key.app_id !== null && appId !== key.app_id) return 0;
    return (roleBits.get(workspaceId) ?? 0) & partBits(part);
  }

  function bitsIn(workspaceId: string, appId: string | null): number {
    return appId !== null && closedApps.has(appId) ? 0 : heldBits(workspaceId, appId);
  }

  /** Of a closed app only managing is left, in the API that can manage: what was switched off can be switched on again. */
  function scopedVerbs(workspaceId: string, appId: string | null): number {
    const isClosed = appId !== null && closedApps.has(appId);
    const bits = heldBits(workspaceId, appId) & (isClosed ? verbBits.manage : allVerbs);
    return grantFor(key.scopes, appId ?? every, null, bits).verbs;
  }

  function decide(workspaceId: string, appId: string, tableId: string): Grant {
    const bits = bitsIn(workspaceId, appId);
    if (bits === 0) return noGrant;
    if (key.kind === 'native') return grantFor(key.scopes, appId, tableId, bits);
    // A write-only secret must not read by writing: what an update answers is masked too.
    return { verbs: bits, readable: bits & verbBits.read ? null : nothing, writable: null };
  }

  return {
    label: `key:${key.id}`,
    userId: key.user_id,
    keyId: key.id,
    workspaceId: key.app_id === null ? null : key.workspace_id,
    appId: key.app_id,
    address: null,
    isMember: (workspaceId) => roleBits.has(workspaceId),
    grant(table) {
      const known = grants.get(table.id);
      if (known !== undefined) return known;
      const grant = decide(table.workspaceId, table.appId, table.id);
      // Kept by the table's id, which says all. Refusals are not kept, being of any number of tables outside the reach.
      if (grant !== noGrant && table.id !== every) grants.set(table.id, grant);
      return grant;
    },
    verbs: key.kind === 'native' ? scopedVerbs : bitsIn,
  };
}

/** The same actor calling from this address, for operations that leave an audit entry. */
export function actorAt(actor: Actor, address: string): Actor {
  return { ...actor, address };
}
