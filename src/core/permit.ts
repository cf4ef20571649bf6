/**
 * Finds what a request names and checks that the actor may do this with it. What is not the actor's does not exist for
 * it (…_not_found); what is visible but not allowed is refused by scope or role.
 */
import type { Actor, Core } from './context.ts';
import { AppError, type ErrorCode } from './errors.ts';
import type { Grant } from './keys/scopes.ts';
import type { AppRow, WorkspaceRow } from './system-rows.ts';
import type { TableSchema } from './tables/table-schema.ts';
import { type Verb, verbBits } from './workspaces/roles.ts';

/** Keys are refused by scope, people by role. */
function refusal(actor: Actor, verb: Verb, what: string): AppError {
  const code: ErrorCode = actor.keyId === null ? 'role_insufficient' : 'scope_missing';
  const who = actor.keyId === null ? 'Your role' : 'This key';
  return new AppError(code, `${who} does not allow "${verb}" on ${what}.`);
}

/** The workspace, when the actor may do `verb` over all of it. */
export async function requireWorkspace(
  core: Core,
  actor: Actor,
  workspaceId: string,
  verb: Verb,
): Promise<WorkspaceRow> {
  const workspace = reaches(actor, workspaceId, null) ? await core.catalog.workspace(workspaceId) : undefined;
  if (workspace === undefined) throw new AppError('workspace_not_found');
  const bits = actor.verbs(workspaceId, null);
  if (bits & verbBits[verb]) return workspace;
  if (bits === 0 && actor.keyId === null) throw new AppError('workspace_not_found');
  throw refusal(actor, verb, 'this workspace');
}

/** The app, when the actor may do `verb` over all of it. */
export async function requireApp(core: Core, actor: Actor, appId: string, verb: Verb): Promise<AppRow> {
  const app = await core.catalog.app(appId);
  if (app === undefined || !reaches(actor, app.workspace_id, appId)) throw new AppError('app_not_found');
  if (actor.verbs(app.workspace_id, appId) & verbBits[verb]) return app;
  throw refusal(actor, verb, 'this app');
}

/** The app, when the actor can see anything of it at all. */
export async function visibleApp(core: Core, actor: Actor, appId: string): Promise<AppRow> {
  const app = await core.catalog.app(appId);
  if (app === undefined || !reaches(actor, app.workspace_id, appId)) throw new AppError('app_not_found');
  return app;
}

/** The table, from memory where possible, when it is within the actor's reach. No verb is checked yet. */
export function openTable(core: Core, actor: Actor, tableId: string): TableSchema | Promise<TableSchema> {
  const table = core.catalog.tableNow(tableId);
  if (table !== undefined) return reachable(actor, table);
  return core.catalog.table(tableId).then((loaded) => reachable(actor, loaded));
}

function reachable(actor: Actor, table: TableSchema | undefined): TableSchema {
  if (table === undefined || !reaches(actor, table.workspaceId, table.appId)) throw new AppError('table_not_found');
  return table;
}

/** The grant on a table, when it includes `verb`. */
export function requireVerb(actor: Actor, table: TableSchema, verb: Verb): Grant {
  const grant = actor.grant(table);
  if (grant.verbs & verbBits[verb]) return grant;
  throw refusal(actor, verb, 'this table');
}

function reaches(actor: Actor, workspaceId: string, appId: string | null): boolean {
  if (actor.workspaceId !== null && actor.workspaceId !== workspaceId) return false;
  if (actor.appId !== null && appId !== null && actor.appId !== appId) return false;
  // A person or a key of a person reaches what it is a member of; keys bound to a workspace were checked above.
  if (actor.workspaceId === null && !actor.isMember(workspaceId)) return false;
  return true;
}
