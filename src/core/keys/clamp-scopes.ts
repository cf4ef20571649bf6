/** Nobody hands out more than they hold: the scopes asked for a key are checked and cut down to what the asker may do. */
import type { Actor } from '../context.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { Reads } from '../store.ts';
import type { TableRow } from '../system-rows.ts';
import { allVerbs, type Verb, verbBits, verbs } from '../workspaces/roles.ts';
import { every } from './key-actor.ts';
import type { Scope } from './scopes.ts';

const scopesMax = 500;
const maskMax = 1000;
const writeBits = verbBits.create | verbBits.update;

/** Where a key lives: one app, or with null every app of the workspace. */
export interface KeyPlace {
  readonly workspaceId: string;
  readonly appId: string | null;
}

function refused(field: string, message: string, code: ErrorCode = 'body_invalid'): AppError {
  return new AppError(code, `${field}: ${message}`, { issues: [{ field, code, message }] });
}

/** Verb bits of a list that came from outside. @throws body_invalid naming `field` */
export function verbBitsOf(names: Scope['verbs'], field: string): number {
  let bits = 0;
  for (const name of names) {
    const bit = name === '*' ? allVerbs : Object.hasOwn(verbBits, name) ? verbBits[name] : undefined;
    if (bit === undefined) throw refused(field, `must be of ${verbs.join(', ')} or *`);
    bits |= bit;
  }
  if (bits === 0) throw refused(field, 'must have at least one verb');
  return bits;
}

function namesOf(bits: number): Scope['verbs'] {
  return bits === allVerbs ? ['*'] : verbs.filter((verb: Verb) => bits & verbBits[verb]);
}

/** The asked mask within the held one; null in `held` is every field, undefined in `asked` too. */
function maskWithin(
  asked: readonly string[] | undefined,
  held: ReadonlySet<string> | null,
): readonly string[] | undefined {
  if (held === null) return asked;
  return asked === undefined ? [...held] : asked.filter((field) => held.has(field));
}

/** The app that a scope speaks of: a real one, or `*` for every app that a person's own key reaches. */
async function appOf(reads: Reads, place: KeyPlace, scope: Scope, field: string): Promise<string> {
  const asked = scope.app === undefined || scope.app === every ? (place.appId ?? every) : scope.app;
  if (place.appId !== null) {
    if (asked !== place.appId) throw refused(`${field}.app`, 'must be the app of the key', 'app_not_found');
    return asked;
  }
  if (asked === every) return asked;
  const app = await reads.find('apps', { id: asked, workspace_id: place.workspaceId });
  if (app === undefined) throw refused(`${field}.app`, 'is no app of this workspace', 'app_not_found');
  return asked;
}

/** The table of a scope with its app, or null when there is none within the place of the key. */
async function tableOf(reads: Reads, place: KeyPlace, appId: string, tableId: string): Promise<TableRow | null> {
  const table = await reads.find('tables', { id: tableId });
  if (table === undefined || (appId !== every && table.app_id !== appId)) return null;
  const app = await reads.find('apps', { id: table.app_id, workspace_id: place.workspaceId });
  return app === undefined ? null : table;
}

async function checkMask(
  reads: Reads,
  table: TableRow | null,
  mask: readonly string[] | undefined,
  field: string,
): Promise<void> {
  if (mask === undefined) return;
  if (table === null) throw refused(field, 'needs a scope of one table');
  if (mask.length > maskMax) throw refused(field, `must have at most ${maskMax} fields`);
  const fields = new Set((await reads.list('fields', { table_id: table.id })).map((row) => row.id));
  const missing = mask.findIndex((id) => !fields.has(id));
  if (missing !== -1) throw refused(`${field}[${missing}]`, 'is no field of this table', 'field_not_found');
}

/**
 * The scopes as they will be stored: checked, in one form, and no wider than what the actor may do. What the actor lacks is
 * left out; where nothing is left, it is refused.
 * @throws body_invalid, app_not_found, table_not_found, field_not_found, scope_missing, role_insufficient
 */
export async function clampScopes(
  reads: Reads,
  actor: Actor,
  place: KeyPlace,
  asked: readonly Scope[],
): Promise<Scope[]> {
  if (asked.length === 0)
    throw refused('scopes', 'must have at least one scope, such as {"table": "*", "verbs": ["read"]}');
  if (asked.length > scopesMax) throw refused('scopes', `must have at most ${scopesMax} scopes`);
  const clamped: Scope[] = [];
  for (const [i, scope] of asked.entries()) {
    const field = `scopes[${i}]`;
    const bits = verbBitsOf(scope.verbs, `${field}.verbs`);
    const appId = await appOf(reads, place, scope, field);
    const table = scope.table === every ? null : await tableOf(reads, place, appId, scope.table);
    if (table === null && scope.table !== every)
      throw refused(`${field}.table`, 'is no table of the app', 'table_not_found');
    await checkMask(reads, table, scope.readable, `${field}.readable`);
    await checkMask(reads, table, scope.writable, `${field}.writable`);
    const held = actor.grant({ id: scope.table, appId: table?.app_id ?? appId, workspaceId: place.workspaceId });
    const verbsLeft = bits & held.verbs;
    if (verbsLeft === 0) continue;
    // A mask is kept only with a verb that it bounds.
    const readable = (verbsLeft & verbBits.read) === 0 ? undefined : maskWithin(scope.readable, held.readable);
    const writable = (verbsLeft & writeBits) === 0 ? undefined : maskWithin(scope.writable, held.writable);
    clamped.push({
      ...(place.appId === null && appId !== every ? { app: appId } : {}),
      table: scope.table,
      verbs: namesOf(verbsLeft),
      ...(readable === undefined ? {} : { readable }),
      ...(writable === undefined ? {} : { writable }),
    });
  }
  if (clamped.length === 0) throw new AppError(actor.keyId === null ? 'role_insufficient' : 'scope_missing');
  return clamped;
}
