/** What keys may do: kinds, scopes (app × table × verb) and field masks. Deny by default. */
import { allVerbs, type Verb, verbBits } from '../workspaces/roles.ts';

/** `app`: Adalo. `pair`: Formaloo. `personal`: Retable. `native`: our own. A key of one kind never opens another's door. */
export const keyKinds = ['app', 'pair', 'personal', 'native'] as const;
export type KeyKind = (typeof keyKinds)[number];

/** One grant of a native key. */
export interface Scope {
  /** App id; left out: the key's own app, or every app that a person's own key reaches. */
  readonly app?: string;
  /** Table id, or `*` for every table. */
  readonly table: string;
  readonly verbs: readonly (Verb | '*')[];
  /** Field ids that can be read; left out: all. */
  readonly readable?: readonly string[];
  /** Field ids that can be written; left out: all. */
  readonly writable?: readonly string[];
}

/** What one key may do on one table. */
export interface Grant {
  /** Bits of `verbBits`. */
  readonly verbs: number;
  /** Null: every field. */
  readonly readable: ReadonlySet<string> | null;
  readonly writable: ReadonlySet<string> | null;
}

export const noGrant: Grant = { verbs: 0, readable: null, writable: null };

function bitsOf(names: readonly (Verb | '*')[]): number {
  let bits = 0;
  for (const name of names) bits |= name === '*' ? allVerbs : verbBits[name];
  return bits;
}

/** Union of two masks, where null means "all". */
function joined(a: ReadonlySet<string> | null, b: readonly string[] | undefined): ReadonlySet<string> | null {
  if (a === null || b === undefined) return null;
  return new Set([...a, ...b]);
}

/**
 * Adds up the scopes that match a table (several scopes add their verbs and fields) and clamps the sum to what the
 * owner's role allows. `tableId` null asks about the app as a whole: only `*` scopes count.
 */
export function grantFor(scopes: readonly Scope[], appId: string, tableId: string | null, roleBits: number): Grant {
  let verbs = 0;
  let readable: ReadonlySet<string> | null = new Set();
  let writable: ReadonlySet<string> | null = new Set();
  for (const scope of scopes) {
    if (scope.app !== undefined && scope.app !== '*' && scope.app !== appId) continue;
    if (scope.table !== '*' && scope.table !== tableId) continue;
    const bits = bitsOf(scope.verbs);
    verbs |= bits;
    if (bits & verbBits.read) readable = joined(readable, scope.readable);
    if (bits & (verbBits.create | verbBits.update)) writable = joined(writable, scope.writable);
  }
  return { verbs: verbs & roleBits, readable, writable };
}
