/** Nobody gets more than they hold: a key that manages other keys gets no secret that opens more than itself. */
import type { Actor } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Reads } from '../store.ts';
import type { KeyRow } from '../system-rows.ts';
import { roleVerbs, verbBits } from '../workspaces/roles.ts';
import { verbBitsOf } from './clamp-scopes.ts';
import { every } from './key-actor.ts';
import type { Grant, Scope } from './scopes.ts';

function covers(
  held: Grant,
  bits: number,
  readable: readonly string[] | undefined,
  writable: readonly string[] | undefined,
): boolean {
  const within = (asked: readonly string[] | undefined, mask: ReadonlySet<string> | null) =>
    mask === null || (asked?.every((field) => mask.has(field)) ?? false);
  // A mask counts only where a verb uses it.
  const reads = (bits & verbBits.read) === 0 || within(readable, held.readable);
  const writes = (bits & (verbBits.create | verbBits.update)) === 0 || within(writable, held.writable);
  return (bits & ~held.verbs) === 0 && reads && writes;
}

/**
 * For operations that answer with a secret: a key may only get one of a key that opens nothing beyond what it opens itself.
 * People are not concerned: the role that manages keys holds every verb.
 * @throws scope_missing
 */
export async function assertCovers(reads: Reads, actor: Actor, key: KeyRow): Promise<void> {
  if (actor.keyId === null || actor.keyId === key.id) return;
  for (const { workspaceId, appId, tableId, bits, scope } of await powersOf(reads, key)) {
    const held = actor.grant({ id: tableId, appId, workspaceId });
    if (!covers(held, bits, scope?.readable, scope?.writable)) {
      throw new AppError('scope_missing', 'A key can hand out only keys that may do no more than itself.');
    }
  }
}

interface Power {
  readonly workspaceId: string;
  readonly appId: string;
  readonly tableId: string;
  readonly bits: number;
  readonly scope: Scope | null;
}

/** All that a key can open, in pieces that a grant can be held against. */
async function powersOf(reads: Reads, key: KeyRow): Promise<Power[]> {
  const whole = key.app_id ?? every;
  // A key without an app reaches every workspace of its user.
  const memberships = await reads.list('memberships', {
    user_id: key.user_id,
    ...(key.app_id === null ? {} : { workspace_id: key.workspace_id }),
  });
  if (key.kind !== 'native') {
    return memberships.map(({ workspace_id: workspaceId, role }) => {
      return { workspaceId, appId: whole, tableId: every, bits: roleVerbs[role], scope: null };
    });
  }
  const powers: Power[] = [];
  for (const [i, scope] of key.scopes.entries()) {
    const table = scope.table === every ? null : await reads.find('tables', { id: scope.table });
    // A table that is gone opens nothing.
    if (table === undefined) continue;
    const bits = verbBitsOf(scope.verbs, `scopes[${i}].verbs`);
    const appId = table?.app_id ?? scope.app ?? whole;
    const isEverywhere = table === null && appId === every;
    for (const { workspace_id: workspaceId, role } of memberships) {
      if (!isEverywhere && workspaceId !== key.workspace_id) continue;
      powers.push({ workspaceId, appId, tableId: scope.table, bits: bits & roleVerbs[role], scope });
    }
  }
  return powers;
}
