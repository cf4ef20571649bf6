/** Keys over the native API. What the key that is used may not do, the server refuses. */
import type { Remote } from '../config.ts';
import { toIso } from '../core/clock.ts';
import { createApiClient } from './api-client.ts';
import type { KeyAdmin, Named, NewKey, ShownKey, ShownSecrets } from './key-admin.ts';

export function createRemoteKeyAdmin(remote: Remote): KeyAdmin {
  const api = createApiClient(remote);
  const keyPath = (id: string, action = '') => `/api/v1/keys/${encodeURIComponent(id)}${action}`;
  return {
    workspaces: () => api.list<Named>('/api/v1/workspaces'),
    apps: (workspaceId) => api.list<Named>(`/api/v1/workspaces/${encodeURIComponent(workspaceId)}/apps`),
    tables: (appId) => api.list<Named>(`/api/v1/apps/${encodeURIComponent(appId)}/tables`),
    create: ({ appId, ...key }) =>
      api.call<ShownKey & ShownSecrets>(
        'POST',
        appId === null ? '/api/v1/me/keys' : `/api/v1/apps/${encodeURIComponent(appId)}/keys`,
        bodyOf(key, appId === null),
      ),
    list: (place) =>
      api.list<ShownKey>(
        'appId' in place
          ? `/api/v1/apps/${encodeURIComponent(place.appId)}/keys`
          : `/api/v1/workspaces/${encodeURIComponent(place.workspaceId)}/keys`,
      ),
    reveal: (id) => api.call<{ id: string } & ShownSecrets>('POST', keyPath(id, '/reveal')),
    rotate: (id, seconds) =>
      api.call<ShownKey & ShownSecrets>('POST', keyPath(id, '/rotate'), { overlap_seconds: seconds }),
    enable: (id) => api.call<ShownKey>('POST', keyPath(id, '/enable')),
    disable: (id) => api.call<ShownKey>('POST', keyPath(id, '/disable')),
    remove: (id) => api.call<void>('DELETE', keyPath(id)),
  };
}

function bodyOf(key: Omit<NewKey, 'appId'>, isOwn: boolean): unknown {
  return {
    kind: key.kind,
    name: key.name,
    ...(isOwn && key.workspaceId !== null ? { workspace_id: key.workspaceId } : {}),
    ...(key.scopes.length === 0 ? {} : { scopes: key.scopes }),
    ...(key.expiresAt === null ? {} : { expires_at: toIso(key.expiresAt) }),
    ...(key.allowList.length === 0 ? {} : { allow_list: key.allowList }),
    ...(key.limit === null ? {} : { limit: key.limit }),
  };
}
