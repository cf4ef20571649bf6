import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Setup } from '../../../src/core/setup/set-up-instance.ts';
import type { TestApp, TestResponse } from '../../harness.ts';
import { type Document, type Operation, operationsOf, startDocumentedApp } from './documented-app.ts';

/**
 * Generated from the OpenAPI document, which the routes generate: a new route is covered without anybody remembering.
 * Bodies are the document's own examples.
 */
describe('every native operation', () => {
  let app: TestApp;
  let neighbour: Setup;
  let operations: Operation[];
  /** Ids of what is ours, by the name of the path parameter. */
  let ours: Record<string, string>;
  let scoped: string;

  before(async () => {
    app = await startDocumentedApp();
    neighbour = await app.makeNeighbour();
    const document = (await app.request('GET', '/api/v1/openapi.json')).json as Document;
    operations = operationsOf(document);
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const other = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const record = await app.request('POST', `/api/v1/tables/${table.id}/records`, {
      key: app.keys.native,
      body: { fields: { Name: 'ours' } },
    });
    const { key } = await app.makeKey();
    const file = await app.request('POST', `/api/v1/apps/${app.appId}/files`, { key: app.keys.native, body: 'ours' });
    const webhook = await app.request('POST', `/api/v1/apps/${app.appId}/webhooks`, {
      key: app.keys.native,
      body: { url: 'https://hooks.example.com/ours', table: table.id, events: ['record.created'] },
    });
    assert.equal(webhook.status, 201, webhook.text);
    ours = {
      workspace: app.workspaceId,
      member: app.ownerId,
      app: app.appId,
      table: table.id,
      field: table.fields[0]?.id ?? '',
      id: String(record.json.id),
      key: key.id,
      file: file.json.id,
      plan: 'free',
      code: 'rate_limited',
      dialect: 'adalo',
      webhook: webhook.json.id,
      event: 'nothing',
      import: 'nothing',
      notification: 'nothing',
      device: 'nothing',
    };
    const { secrets } = await app.makeKey({ scopes: [{ table: other.id, verbs: ['read'] }] });
    scoped = secrets.key ?? '';
  });
  after(() => app.close());

  const isOpen = (operation: Operation) => operation.security?.length === 0;
  const namesSomething = (operation: Operation) => /\{(?!plan|code)/.test(operation.path);

  function call(operation: Operation, ids: Record<string, string>, key?: string): Promise<TestResponse> {
    const path = operation.path.replace(
      /\{(\w+)\}/g,
      (_whole, name: string) => ids[name] ?? assert.fail(`no id for {${name}}`),
    );
    const body = operation.requestBody?.content['application/json']?.example;
    return app.request(operation.method, path, {
      ...(key === undefined ? {} : { key }),
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Words that everybody knows, and the number of a record in a table that is not there. */
  const isPublic = (name: string) => ['id', 'plan', 'code', 'dialect'].includes(name);

  /** Everything that a refused call could have changed. */
  async function fingerprint(): Promise<string> {
    const tables = [
      'workspaces',
      'memberships',
      'apps',
      'tables',
      'fields',
      'keys',
      'plans',
      'changes',
      'audit',
    ] as const;
    const all = await Promise.all(tables.map((table) => app.core.store.list(table, {})));
    return JSON.stringify(all);
  }

  test('401: without a key, and with keys of other kinds', async () => {
    const before = await fingerprint();
    const wrong = [undefined, 'nonsense', app.keys.app, app.keys.pair.key, app.keys.pair.secret, app.keys.personal];
    for (const operation of operations) {
      if (isOpen(operation)) continue;
      for (const key of wrong) {
        const { status } = await call(operation, ours, key);
        assert.equal(status, 401, `${operation.operationId} with ${key}`);
      }
    }
    assert.equal(await fingerprint(), before);
  });

  test("404: a neighbour's key meets our ids like ids that do not exist", async () => {
    const before = await fingerprint();
    const unknown = Object.fromEntries(
      Object.entries(ours).map(([name, id]) => [name, isPublic(name) ? id : 'a'.repeat(id.length)]),
    );
    for (const operation of operations.filter((one) => !isOpen(one) && namesSomething(one))) {
      const foreign = await call(operation, ours, neighbour.keys.native);
      assert.equal(foreign.status, 404, `${operation.operationId}: ${foreign.text}`);
      const missing = await call(operation, unknown, neighbour.keys.native);
      assert.deepEqual(foreign.json, missing.json, operation.operationId);
    }
    assert.equal(await fingerprint(), before);
  });

  test('403 or 404: a key with one verb on another table of the app', async () => {
    const before = await fingerprint();
    const allowed = new Set([
      'listWorkspaces',
      'getWorkspace',
      'listApps',
      'getApp',
      'listTables',
      'listChanges',
      'getAppOpenApi',
      'getDocs',
      'getMe',
      'verifyKey',
      'listPlans',
      // Answers those that the key began: none.
      'listImports',
      // Answers the webhooks on tables that the key may read: none.
      'listWebhooks',
    ]);
    for (const operation of operations.filter((one) => !isOpen(one))) {
      const { status, text } = await call(operation, ours, scoped);
      if (allowed.has(operation.operationId)) assert.equal(status, 200, operation.operationId);
      else assert.ok(status === 403 || status === 404, `${operation.operationId} → ${status} ${text}`);
      assert.ok(!text.includes(ours.table ?? ''), `${operation.operationId} tells of the other table`);
    }
    assert.equal(await fingerprint(), before);
  });

  test('is counted exactly once under its key', async () => {
    const { secrets, key } = await app.makeKey({ scopes: [{ table: '*', verbs: ['push'] }] });
    for (const operation of operations.filter((one) => !isOpen(one))) await call(operation, ours, secrets.key ?? '');
    await app.core.meter.flush();
    const rows = await app.core.store.list('usage', { key_id: key.id });
    assert.equal(
      rows.reduce((sum, row) => sum + row.calls, 0),
      operations.filter((one) => !isOpen(one)).length,
    );
    assert.ok(rows.every((row) => row.verb !== ''));
  });
});
