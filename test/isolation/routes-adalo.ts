/** The routes of Adalo, at both of their roots. */
import type { RouteCase, RouteCases } from './route-case.ts';

const base = {
  door: 'adalo',
  of: 'table',
  path: ({ app, table, record }) => ({ app, collection: table, id: record }),
} as const satisfies Partial<RouteCase>;

const body = () => ({ Code: 'new' });

const routes: RouteCases = {
  'GET /apps/:app/collections/:collection': { ...base, needs: 'read' },
  'GET /apps/:app/collections/:collection/records': { ...base, needs: 'read' },
  'GET /apps/:app/collections/:collection/:id': { ...base, needs: 'read' },
  'POST /apps/:app/collections/:collection': { ...base, needs: 'create', body },
  'PUT /apps/:app/collections/:collection/:id': { ...base, needs: 'update', body },
  'PATCH /apps/:app/collections/:collection/:id': { ...base, needs: 'update', body },
  'DELETE /apps/:app/collections/:collection/:id': { ...base, needs: 'delete' },
};

const notification: RouteCase = {
  door: 'adalo',
  of: 'app',
  needs: 'push',
  path: () => ({}),
  body: ({ app, user }) => ({
    appId: app,
    audience: { id: user },
    notification: { titleText: 'New', bodyText: 'New' },
  }),
};

export const adaloRoutes: RouteCases = Object.fromEntries(
  Object.entries({ ...routes, 'POST /notifications': notification }).flatMap(([name, route]) => [
    [name, route],
    [name.replace(' /', ' /v0/'), route],
  ]),
);
