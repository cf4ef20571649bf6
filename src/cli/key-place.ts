/** Finds what the options of a key name: workspace, app and tables, by id or by name, or the only ones there are. */
import type { Scope } from '../core/keys/scopes.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import type { KeyAdmin, Named } from './key-admin.ts';
import type { TypedScope } from './read-options.ts';

export interface KeyPlace {
  readonly app?: string;
  readonly workspace?: string;
}

/** @throws CliError when there is no such thing, or several could be meant */
export async function placeOf(
  admin: Pick<KeyAdmin, 'workspaces' | 'apps'>,
  { app, workspace }: KeyPlace,
  { needsApp = false, isWorkspaceWide = false } = {},
): Promise<{ readonly appId: string | null; readonly workspaceId: string }> {
  const workspaces = await admin.workspaces();
  if (isWorkspaceWide || (!needsApp && workspace !== undefined && app === undefined)) {
    return { appId: null, workspaceId: pick(workspaces, workspace, 'workspace').id };
  }
  const within = workspace === undefined ? workspaces : [pick(workspaces, workspace, 'workspace')];
  const apps: (Named & { workspaceId: string })[] = [];
  for (const { id } of within) for (const one of await admin.apps(id)) apps.push({ ...one, workspaceId: id });
  const { id, workspaceId } = pick(apps, app, 'app');
  return { appId: id, workspaceId };
}

/** Scopes with tables by id. */
export async function scopesOf(
  admin: Pick<KeyAdmin, 'tables'>,
  appId: string | null,
  typed: readonly TypedScope[],
): Promise<Scope[]> {
  if (typed.every(({ table }) => table === '*')) return [...typed];
  if (appId === null) {
    throw new CliError(exitCodes.usage, '--scope: a key without an app takes scopes of every table only, as in *:read');
  }
  const tables = await admin.tables(appId);
  return typed.map(({ table, verbs }) => ({ table: table === '*' ? '*' : pick(tables, table, 'table').id, verbs }));
}

export function pick<T extends Named>(all: readonly T[], wanted: string | undefined, what: string): T {
  const found = wanted === undefined ? all : all.filter(({ id, name }) => id === wanted || name === wanted);
  const [first] = found;
  if (first === undefined) {
    const text = wanted === undefined ? `there is no ${what}` : `there is no ${what} "${wanted}"`;
    throw new CliError(exitCodes.notFound, all.length === 0 ? text : `${text}; there are ${listOf(all)}`);
  }
  if (found.length > 1) {
    throw new CliError(exitCodes.usage, `which ${what}? Name one with --${what}: ${listOf(found)}`);
  }
  return first;
}

function listOf(all: readonly Named[]): string {
  const shown = all.slice(0, 10).map(({ id, name }) => `${name} (${id})`);
  return all.length > 10 ? `${shown.join(', ')} and ${all.length - 10} more` : shown.join(', ');
}
