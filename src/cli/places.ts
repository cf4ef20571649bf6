/** What commands name (workspace, app, table) by id or by name, found in the database here or through a server. */
import type { Remote } from '../config.ts';
import { type Core, systemActor } from '../core/context.ts';
import { createApiClient } from './api-client.ts';
import type { Named } from './key-admin.ts';
import { type KeyPlace, pick, placeOf } from './key-place.ts';

export interface Places {
  workspaces(): Promise<readonly Named[]>;
  apps(workspaceId: string): Promise<readonly Named[]>;
  tables(appId: string): Promise<readonly Named[]>;
}

export async function localPlaces(core: Core): Promise<Places> {
  const [{ listWorkspaces }, { listApps }, { listTables }] = await Promise.all([
    import('../core/workspaces/list-workspaces.ts'),
    import('../core/apps/list-apps.ts'),
    import('../core/tables/list-tables.ts'),
  ]);
  return {
    workspaces: () => listWorkspaces(core, systemActor),
    apps: (id) => listApps(core, systemActor, id),
    tables: (id) => listTables(core, systemActor, id),
  };
}

export function remotePlaces(remote: Remote): Places {
  const api = createApiClient(remote);
  return {
    workspaces: () => api.list<Named>('/api/v1/workspaces'),
    apps: (id) => api.list<Named>(`/api/v1/workspaces/${encodeURIComponent(id)}/apps`),
    tables: (id) => api.list<Named>(`/api/v1/apps/${encodeURIComponent(id)}/tables`),
  };
}

/** Id of the app that the options name, or of the only one there is. @throws CliError */
export async function appOf(places: Places, { app, workspace }: KeyPlace): Promise<string> {
  const place = { ...(app === undefined ? {} : { app }), ...(workspace === undefined ? {} : { workspace }) };
  return (await placeOf(places, place, { needsApp: true })).appId ?? '';
}

/** @throws CliError */
export async function tableOf(places: Places, options: KeyPlace & { readonly table: string }): Promise<Named> {
  return pick(await places.tables(await appOf(places, options)), options.table, 'table');
}
