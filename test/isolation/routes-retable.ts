/** The routes of Retable, each in every spelling: singular and plural. */
import type { RouteCase, RouteCases } from './route-case.ts';

const base = { door: 'retable' } as const;
const self = { ...base, path: () => ({}), needs: 'any key' } as const satisfies RouteCase;
const ofWorkspace = {
  ...base,
  of: 'workspace',
  path: ({ workspace }) => ({ id: workspace }),
} as const satisfies Partial<RouteCase>;
const ofApp = { ...base, of: 'app', path: ({ app }) => ({ id: app }) } as const satisfies Partial<RouteCase>;
const ofTable = { ...base, of: 'table', path: ({ table }) => ({ id: table }) } as const satisfies Partial<RouteCase>;
const nothing = {
  ...base,
  path: () => ({ '*': 'nothing/here' }),
  needs: 'any key',
  ownerGets: 404,
} as const satisfies RouteCase;

const routes: RouteCases = {
  'GET /v1/public/workspace': self,
  'POST /v1/public/workspace': { ...self, body: () => ({ name: 'New' }) },
  'GET /v1/public/workspace/:id': { ...ofWorkspace, needs: 'read' },
  'DELETE /v1/public/workspace/:id': { ...ofWorkspace, needs: 'manage' },
  'GET /v1/public/workspace/:id/project': { ...ofWorkspace, needs: 'read' },
  'POST /v1/public/workspace/:id/project': { ...ofWorkspace, needs: 'schema', body: () => ({ name: 'New' }) },
  'GET /v1/public/project/:id': { ...ofApp, needs: 'read' },
  'DELETE /v1/public/project/:id': { ...ofApp, needs: 'manage' },
  'GET /v1/public/project/:id/retable': { ...ofApp, needs: 'read' },
  'POST /v1/public/project/:id/retable': { ...ofApp, needs: 'schema' },
  'GET /v1/public/retable/:id': { ...ofTable, needs: 'read' },
  'DELETE /v1/public/retable/:id': { ...ofTable, needs: 'schema' },
  'POST /v1/public/retable/:id/column': {
    ...ofTable,
    needs: 'schema',
    body: () => ({ columns: [{ title: 'New', type: 'text' }] }),
  },
  'DELETE /v1/public/retable/:id/column': {
    ...ofTable,
    needs: 'schema',
    body: ({ field }) => ({ column_ids: [field] }),
  },
  'GET /v1/public/retable/:id/data': { ...ofTable, needs: 'read' },
  'POST /v1/public/retable/:id/data': {
    ...ofTable,
    needs: 'create',
    body: ({ field }) => ({ data: [{ columns: [{ column_id: field, cell_value: 'new' }] }] }),
  },
  'PUT /v1/public/retable/:id/data': {
    ...ofTable,
    needs: 'update',
    body: ({ field, record }) => ({
      rows: [{ row_id: record, columns: [{ column_id: field, update_cell_value: 'new' }] }],
    }),
  },
  'DELETE /v1/public/retable/:id/data': { ...ofTable, needs: 'delete', body: ({ record }) => ({ row_ids: [record] }) },
  'GET /v1/public/retable/:id/search': {
    ...ofTable,
    needs: 'read',
    query: ({ field }) => `columnID=${field}&term=a`,
  },
  'POST /v1/public/data/file/upload/:id': {
    ...ofApp,
    needs: 'create',
    orElse: 'update',
    body: () =>
      Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncontent\r\n--b--\r\n'),
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  },
  'GET /v2/public/retable/:id/data': { ...ofTable, needs: 'read' },
};

/** `retable` and `retables`, and so on for each noun of the path. */
function spellings(name: string): string[] {
  let all = [name];
  for (const noun of ['workspace', 'project', 'retable', 'column']) {
    all = all.flatMap((one) => {
      const plural = one.replace(new RegExp(`/${noun}(?=/|$)`), `/${noun}s`);
      return plural === one ? [one] : [one, plural];
    });
  }
  return all;
}

export const retableRoutes: RouteCases = {
  ...Object.fromEntries(
    Object.entries(routes).flatMap(([name, route]) => spellings(name).map((spelling) => [spelling, route])),
  ),
  ...Object.fromEntries(
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
      ['v1', 'v2'].map((version) => [`${method} /${version}/public/*`, nothing]),
    ),
  ),
};
