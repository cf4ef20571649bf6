/** The routes of the native API. */
import type { RouteCase, RouteCases } from './route-case.ts';
import type { Names } from './world.ts';

const path: RouteCase['path'] = ({ workspace, app, table, field, record, key, member, file, ...more }: Names) => ({
  device: more.device,
  notification: more.notification,
  webhook: more.webhook,
  import: more.import,
  event: more.event,
  workspace,
  app,
  table,
  field,
  id: record,
  key,
  member,
  file,
  plan: 'business',
  code: 'internal_error',
  dialect: 'adalo',
});

const base = { door: 'native', path } as const;
const ofTable = { ...base, of: 'table' } as const;
const ofApp = { ...base, of: 'app' } as const;
const ofWorkspace = { ...base, of: 'workspace' } as const;
const open = { door: 'open', path, needs: 'anybody' } as const;
const self = { ...base, needs: 'any key' } as const;

/** Of an app, and yet not telling whether it is there. */
const openToBrowsers = { ...open, of: 'app' } as const;
/** The users of the app are in its other table. */
const ofUsers = { ...ofApp, needs: 'push', inAnyTable: true } as const;

const codeOnly = () => ({ fields: { Code: 'new' } });

export const nativeRoutes: RouteCases = {
  'GET /api/v1/tables/:table/records': { ...ofTable, needs: 'read' },
  'POST /api/v1/tables/:table/records/query': { ...ofTable, needs: 'read', body: () => ({}) },
  'GET /api/v1/tables/:table/records/:id': { ...ofTable, needs: 'read' },
  'POST /api/v1/tables/:table/records': {
    ...ofTable,
    needs: 'create',
    body: codeOnly,
    headers: { 'idempotency-key': 'isolation' },
  },
  'PATCH /api/v1/tables/:table/records/:id': { ...ofTable, needs: 'update', body: codeOnly },
  'PUT /api/v1/tables/:table/records/:id': { ...ofTable, needs: 'update', body: codeOnly },
  'DELETE /api/v1/tables/:table/records/:id': { ...ofTable, needs: 'delete' },
  'POST /api/v1/tables/:table/records/upsert': {
    ...ofTable,
    needs: 'update',
    body: () => ({ match: 'Code', fields: { Code: 'new' } }),
  },
  'POST /api/v1/tables/:table/records/batch': {
    ...ofTable,
    needs: 'update',
    body: ({ record }) => ({ update: [{ id: record, fields: { Code: 'new' } }] }),
  },

  'GET /api/v1/tables/:table/export': { ...ofTable, needs: 'read' },

  'GET /api/v1/apps/:app/tables': { ...ofApp, needs: 'whoever is in' },
  'POST /api/v1/apps/:app/tables': {
    ...ofApp,
    needs: 'schema',
    body: () => ({ name: 'New', fields: [{ name: 'A', type: 'text' }] }),
    inside: [
      {
        what: 'target of a relation',
        body: (_own, other) => ({
          name: 'New',
          fields: [{ name: 'A', type: 'relation', options: { target: other.table } }],
        }),
      },
    ],
  },
  'GET /api/v1/tables/:table': { ...ofTable, needs: 'whoever is in' },
  'PATCH /api/v1/tables/:table': { ...ofTable, needs: 'schema', body: () => ({ description: 'new' }) },
  'DELETE /api/v1/tables/:table': { ...ofTable, needs: 'schema' },
  'GET /api/v1/tables/:table/fields': { ...ofTable, needs: 'whoever is in' },
  'POST /api/v1/tables/:table/fields': {
    ...ofTable,
    needs: 'schema',
    body: () => ({ name: 'New', type: 'text' }),
    inside: [
      {
        what: 'target of a relation',
        body: (_own, other) => ({ name: 'New', type: 'relation', options: { target: other.table } }),
      },
    ],
  },
  'GET /api/v1/tables/:table/fields/:field': { ...ofTable, needs: 'whoever is in' },
  'PATCH /api/v1/tables/:table/fields/:field': { ...ofTable, needs: 'schema', body: () => ({ indexed: true }) },
  'DELETE /api/v1/tables/:table/fields/:field': { ...ofTable, needs: 'schema' },
  'POST /api/v1/tables/:table/fields/:field/convert': {
    ...ofTable,
    needs: 'schema',
    body: () => ({ type: 'long_text' }),
  },

  'GET /api/v1/workspaces/:workspace/apps': { ...ofWorkspace, needs: 'whoever is in' },
  'POST /api/v1/workspaces/:workspace/apps': { ...ofWorkspace, needs: 'schema', body: () => ({ name: 'New' }) },
  'GET /api/v1/apps/:app': { ...ofApp, needs: 'whoever is in' },
  'PATCH /api/v1/apps/:app': { ...ofApp, needs: 'manage', body: () => ({ color: null }) },
  'DELETE /api/v1/apps/:app': { ...ofApp, needs: 'manage' },

  'GET /api/v1/workspaces': self,
  'POST /api/v1/workspaces': { ...self, needs: 'manage', body: () => ({ name: 'New' }) },
  'GET /api/v1/workspaces/:workspace': { ...ofWorkspace, needs: 'whoever is in' },
  'PATCH /api/v1/workspaces/:workspace': { ...ofWorkspace, needs: 'manage', body: () => ({ description: 'new' }) },
  'DELETE /api/v1/workspaces/:workspace': { ...ofWorkspace, needs: 'manage' },
  'GET /api/v1/workspaces/:workspace/members': { ...ofWorkspace, needs: 'read' },
  'POST /api/v1/workspaces/:workspace/members': {
    ...ofWorkspace,
    needs: 'manage',
    body: () => ({ email: 'somebody@example.com', role: 'viewer' }),
  },
  'PATCH /api/v1/workspaces/:workspace/members/:member': {
    ...ofWorkspace,
    needs: 'manage',
    body: () => ({ role: 'viewer' }),
  },
  'DELETE /api/v1/workspaces/:workspace/members/:member': { ...ofWorkspace, needs: 'manage' },

  'GET /api/v1/files/:file': { ...ofApp, needs: 'read', isHidden: true },
  'POST /api/v1/files/:file/url': { ...ofApp, needs: 'read', isHidden: true, body: () => ({}) },
  'DELETE /api/v1/files/:file': { ...ofApp, needs: 'delete' },
  'POST /api/v1/apps/:app/files': {
    ...ofApp,
    needs: 'create',
    orElse: 'update',
    inAnyTable: true,
    body: () => Buffer.from('content'),
    headers: { 'content-type': 'text/plain' },
  },

  'GET /api/v1/apps/:app/imports': { ...ofApp, needs: 'whoever is in' },
  'POST /api/v1/apps/:app/imports': {
    ...ofApp,
    needs: 'schema',
    and: 'create',
    // Tried only, and of a file that stays: the server would write when others are looked at.
    query: ({ file }) => `name=Imported&dry_run=true&file=${file}`,
    inside: [
      { what: 'the table', query: (own, other) => `table=${other.table}&dry_run=true&file=${own.file}` },
      { what: 'the file', query: (_own, other) => `name=Imported&dry_run=true&file=${other.file}` },
    ],
  },
  'GET /api/v1/apps/:app/imports/:import': { ...ofApp, needs: 'manage', isHidden: true },
  'GET /api/v1/apps/:app/imports/:import/rejects': { ...ofApp, needs: 'manage', isHidden: true },
  'DELETE /api/v1/apps/:app/imports/:import': { ...ofApp, needs: 'manage', isHidden: true },

  'GET /api/v1/apps/:app/keys': { ...ofApp, needs: 'manage' },
  'GET /api/v1/workspaces/:workspace/keys': { ...ofWorkspace, needs: 'manage' },
  'POST /api/v1/apps/:app/keys': {
    ...ofApp,
    needs: 'manage',
    body: () => ({ name: 'New', scopes: [{ table: '*', verbs: ['read'] }] }),
    inside: [
      {
        what: 'table of a scope',
        body: (_own, other) => ({ name: 'New', scopes: [{ table: other.table, verbs: ['read'] }] }),
      },
      {
        what: 'app of a scope',
        body: (_own, other) => ({ name: 'New', scopes: [{ app: other.app, table: '*', verbs: ['read'] }] }),
      },
      {
        what: 'field of a scope',
        body: (own, other) => ({
          name: 'New',
          scopes: [{ table: own.table, verbs: ['read'], readable: [other.field] }],
        }),
      },
    ],
  },
  'GET /api/v1/keys/:key': { ...ofApp, needs: 'manage' },
  'PATCH /api/v1/keys/:key': { ...ofApp, needs: 'manage', body: () => ({ name: 'New' }) },
  'DELETE /api/v1/keys/:key': { ...ofApp, needs: 'manage' },
  'POST /api/v1/keys/:key/rotate': { ...ofApp, needs: 'manage', body: () => ({}) },
  // Keys reveal nothing: a person who has just signed in does. And native keys are not kept to be shown.
  'POST /api/v1/keys/:key/reveal': { ...ofApp, needs: 'manage', ownerGets: 409 },
  'POST /api/v1/keys/:key/disable': { ...ofApp, needs: 'manage' },
  'POST /api/v1/keys/:key/enable': { ...ofApp, needs: 'manage' },
  'GET /api/v1/me': self,
  'GET /api/v1/me/keys': self,
  'POST /api/v1/me/keys': {
    ...self,
    needs: 'manage',
    body: () => ({ name: 'New', kind: 'native', scopes: [{ table: '*', verbs: ['read'] }] }),
    inside: [
      { what: 'workspace', body: (_own, other) => ({ name: 'New', workspace_id: other.workspace }) },
      {
        what: 'app of a scope',
        body: (_own, other) => ({
          name: 'New',
          kind: 'native',
          scopes: [{ app: other.app, table: '*', verbs: ['read'] }],
        }),
      },
    ],
  },
  'GET /api/v1/verify': self,

  'GET /api/v1/apps/:app/usage': { ...ofApp, needs: 'manage' },
  'GET /api/v1/workspaces/:workspace/usage': { ...ofWorkspace, needs: 'manage' },
  'GET /api/v1/keys/:key/usage': { ...ofApp, needs: 'manage' },
  'GET /api/v1/apps/:app/audit': { ...ofApp, needs: 'manage' },
  'GET /api/v1/workspaces/:workspace/audit': { ...ofWorkspace, needs: 'manage' },
  // It holds the changes of the tables that the key may read.
  'GET /api/v1/apps/:app/changes': {
    ...ofApp,
    needs: 'whoever is in',
    inside: [{ what: 'table', query: (_own, other) => `table=${other.table}` }],
  },
  'GET /api/v1/plans': self,
  'PATCH /api/v1/plans/:plan': { ...base, needs: 'operator', body: () => ({ name: 'New' }) },
  'GET /api/v1/apps/:app/openapi.json': { ...ofApp, needs: 'whoever is in' },
  'GET /api/v1/apps/:app/docs/:dialect': { ...ofApp, needs: 'whoever is in' },

  // It holds the webhooks of the tables on which the key may have some.
  'GET /api/v1/apps/:app/webhooks': { ...ofApp, needs: 'whoever is in' },
  'POST /api/v1/apps/:app/webhooks': {
    ...ofTable,
    needs: 'webhooks',
    body: ({ table }) => ({ table, url: 'http://127.0.0.1:9/', events: ['record.created'] }),
    inside: [
      {
        what: 'table',
        body: (_own, other) => ({ table: other.table, url: 'http://127.0.0.1:9/', events: ['record.created'] }),
      },
    ],
  },
  'GET /api/v1/apps/:app/webhooks/:webhook': { ...ofTable, needs: 'webhooks' },
  'PATCH /api/v1/apps/:app/webhooks/:webhook': { ...ofTable, needs: 'webhooks', body: () => ({ name: 'New' }) },
  'DELETE /api/v1/apps/:app/webhooks/:webhook': { ...ofTable, needs: 'webhooks' },
  'POST /api/v1/apps/:app/webhooks/:webhook/reveal': { ...ofTable, needs: 'webhooks' },
  'POST /api/v1/apps/:app/webhooks/:webhook/test': { ...ofTable, needs: 'webhooks', body: () => ({}) },
  'GET /api/v1/apps/:app/webhooks/:webhook/events': { ...ofTable, needs: 'webhooks' },
  // What was told is shown to who may read it.
  'GET /api/v1/apps/:app/webhooks/:webhook/events/:event': { ...ofTable, needs: 'webhooks', and: 'read' },
  'POST /api/v1/apps/:app/webhooks/:webhook/events/:event/replay': { ...ofTable, needs: 'webhooks' },
  'POST /api/v1/apps/:app/webhooks/:webhook/replay': {
    ...ofTable,
    needs: 'webhooks',
    body: () => ({ from: '2026-01-01T00:00:00Z' }),
  },

  'POST /api/v1/apps/:app/notifications': {
    ...ofUsers,
    body: ({ user }) => ({ audience: { id: user }, title: 'New', body: 'New' }),
  },
  'GET /api/v1/apps/:app/notifications': ofUsers,
  'GET /api/v1/apps/:app/notifications/:notification': ofUsers,
  'POST /api/v1/apps/:app/push/tokens': { ...ofUsers, body: ({ user }) => ({ audience: { id: user } }) },
  'GET /api/v1/apps/:app/push/devices': ofUsers,
  'DELETE /api/v1/apps/:app/push/devices/:device': ofUsers,
  // What browsers call: with a token in the place of a key.
  'GET /api/v1/apps/:app/push/key': openToBrowsers,
  'POST /api/v1/apps/:app/push/subscriptions': {
    ...openToBrowsers,
    body: () => ({ token: 'psh_', subscription: { endpoint: 'http://127.0.0.1:9/', keys: { p256dh: '', auth: '' } } }),
    ownerGets: 401,
  },
  'DELETE /api/v1/apps/:app/push/subscriptions': {
    ...openToBrowsers,
    body: () => ({ endpoint: 'http://127.0.0.1:9/' }),
  },
  'POST /api/v1/apps/:app/push/test': {
    ...openToBrowsers,
    body: () => ({ token: 'psh_', endpoint: 'http://127.0.0.1:9/' }),
    ownerGets: 401,
  },

  'GET /api/v1/errors': open,
  'GET /api/v1/errors/:code': open,
  'GET /api/v1/openapi.json': open,
  'GET /api/v1/reference': open,
  'GET /api/v1/reference/start.js': open,
  'GET /api/v1/reference/viewer.js': open,
};
