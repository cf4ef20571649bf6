/**
 * Proof that a browser may receive the notifications of one user. The app's own server, which knows who is signed in, asks for
 * it with its key and hands it to the page; the page shows it instead of a key. Sealed under the master key, and short-lived.
 */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireApp, requireVerb, visibleApp } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { type AppUser, type Audience, findUser, usersTable } from './find-user.ts';

export const tokenSeconds = { default: 15 * 60, min: 30, max: 24 * 60 * 60 };

export interface RegistrationToken {
  readonly token: string;
  readonly expiresAt: number;
  readonly user: AppUser;
}

interface Claims {
  readonly table: string;
  readonly user: number;
  readonly exp: number;
}

const prefix = 'psh_';

/** Whom the actor may send notifications to. @throws app_not_found, scope_missing, role_insufficient, user_not_found */
export async function requirePushTable(core: Core, actor: Actor, appId: string): Promise<TableSchema> {
  await visibleApp(core, actor, appId);
  const table = await usersTable(core, appId);
  if (table !== undefined) {
    // A key may be scoped to the users table alone; the verb over the whole app includes it.
    requireVerb(actor, table, 'push');
    return table;
  }
  await requireApp(core, actor, appId, 'push');
  throw new AppError('user_not_found', 'No table of this app is marked as its users.');
}

/** @param seconds how long it can be used; 15 minutes when left out */
export async function mintRegistrationToken(
  core: Core,
  actor: Actor,
  appId: string,
  audience: Audience,
  seconds = tokenSeconds.default,
): Promise<RegistrationToken> {
  const table = await requirePushTable(core, actor, appId);
  const user = await findUser(core.store, table, audience);
  const exp = core.clock.now() + seconds * 1000;
  const claims: Claims = { table: table.id, user: user.id, exp };
  return { token: prefix + core.secrets.seal(JSON.stringify(claims), ownerOf(appId)), expiresAt: exp, user };
}

/** The user that a token was made for. @throws credential_unknown, token_expired, user_not_found */
export async function readRegistrationToken(core: Core, appId: string, token: string): Promise<AppUser> {
  const claims = claimsOf(core, appId, token);
  if (claims.exp <= core.clock.now()) throw new AppError('token_expired');
  const table = await core.catalog.table(claims.table);
  if (table === undefined || table.appId !== appId) throw new AppError('credential_unknown');
  return findUser(core.store, table, { id: claims.user });
}

function claimsOf(core: Core, appId: string, token: string): Claims {
  try {
    if (!token.startsWith(prefix)) throw new AppError('credential_unknown');
    return JSON.parse(core.secrets.open(token.slice(prefix.length), ownerOf(appId))) as Claims;
  } catch {
    throw new AppError('credential_unknown');
  }
}

function ownerOf(appId: string): string {
  return `push-registration/${appId}`;
}
