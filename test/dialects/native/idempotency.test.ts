import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestApp, TestResponse } from '../../harness.ts';
import { createFakeClock, type FakeClock } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let clock: FakeClock;
let key: string;
let tableId: string;
let number = 0;

before(async () => {
  clock = createFakeClock();
  app = await startDocumentedApp({ clock });
  key = app.keys.native;
  tableId = (
    await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'SKU', type: 'text', unique: true },
    ])
  ).id;
});
after(() => app.close());

interface Creation {
  readonly name: string;
  readonly path: () => string;
  readonly body: object;
  readonly other: object;
  readonly count: () => Promise<number>;
}

const rows = (table: 'workspaces' | 'memberships' | 'apps' | 'tables' | 'fields' | 'keys') => () =>
  app.core.store.count(table, {});
const records = async () =>
  (await app.request('GET', `/api/v1/tables/${tableId}/records?count=true&limit=1`, { key })).json.count as number;

const creations: readonly Creation[] = [
  {
    name: 'a workspace',
    path: () => '/api/v1/workspaces',
    body: { name: 'W' },
    other: { name: 'V' },
    count: rows('workspaces'),
  },
  {
    name: 'a member',
    path: () => `/api/v1/workspaces/${app.workspaceId}/members`,
    body: { email: 'new@example.com', role: 'viewer' },
    other: { email: 'other@example.com', role: 'viewer' },
    count: rows('memberships'),
  },
  {
    name: 'an app',
    path: () => `/api/v1/workspaces/${app.workspaceId}/apps`,
    body: { name: 'A' },
    other: { name: 'B' },
    count: rows('apps'),
  },
  {
    name: 'a table',
    path: () => `/api/v1/apps/${app.appId}/tables`,
    body: { name: 'T', fields: [{ name: 'a', type: 'text' }] },
    other: { name: 'U' },
    count: rows('tables'),
  },
  {
    name: 'a field',
    path: () => `/api/v1/tables/${tableId}/fields`,
    body: { name: 'F', type: 'text' },
    other: { name: 'G', type: 'text' },
    count: rows('fields'),
  },
  {
    name: 'a key',
    path: () => `/api/v1/apps/${app.appId}/keys`,
    body: { name: 'K', scopes: [{ table: '*', verbs: ['read'] }] },
    other: { name: 'L', scopes: [{ table: '*', verbs: ['read'] }] },
    count: rows('keys'),
  },
  {
    name: 'an own key',
    path: () => '/api/v1/me/keys',
    body: { kind: 'native', name: 'K', scopes: [{ table: '*', verbs: ['read'] }] },
    other: { kind: 'native', name: 'L', scopes: [{ table: '*', verbs: ['read'] }] },
    count: rows('keys'),
  },
  {
    name: 'a record',
    path: () => `/api/v1/tables/${tableId}/records`,
    body: { fields: { Name: 'r' } },
    other: { fields: { Name: 's' } },
    count: records,
  },
  {
    name: 'a batch',
    path: () => `/api/v1/tables/${tableId}/records/batch`,
    body: { create: [{ fields: { Name: 'b' } }, { fields: {} }] },
    other: { create: [] },
    count: records,
  },
  {
    name: 'an upsert',
    path: () => `/api/v1/tables/${tableId}/records/upsert`,
    body: { match: 'SKU', fields: { SKU: 'u' } },
    other: { match: 'SKU', fields: { SKU: 'v' } },
    count: records,
  },
];

function newKey(): string {
  number += 1;
  return `key-${number}`;
}

const send = (creation: Creation, idempotencyKey: string, body: object = creation.body): Promise<TestResponse> =>
  app.request('POST', creation.path(), { key, body, headers: { 'idempotency-key': idempotencyKey } });

for (const creation of creations) {
  describe(`creating ${creation.name} with an Idempotency-Key`, () => {
    test('happens once and is answered alike, also after a restart; another body is refused', async () => {
      const before = await creation.count();
      const idempotencyKey = newKey();
      const first = await send(creation, idempotencyKey);
      assert.ok(first.status === 201 || first.status === 200, first.text);
      assert.equal(first.headers['idempotency-replayed'], undefined);
      const made = await creation.count();
      assert.ok(made > before);

      const again = await send(creation, idempotencyKey);
      await app.restart();
      const afterRestart = await send(creation, idempotencyKey);
      for (const replay of [again, afterRestart]) {
        assert.equal(replay.status, first.status);
        assert.equal(replay.text, first.text);
        assert.equal(replay.headers.location, first.headers.location);
        assert.equal(replay.headers['idempotency-replayed'], 'true');
      }
      const other = await send(creation, idempotencyKey, creation.other);
      assert.equal(other.status, 422);
      assert.equal(other.json.code, 'idempotency_key_reused');
      assert.equal(await creation.count(), made);
    });
  });
}

describe('an Idempotency-Key', () => {
  const [creation] = creations.filter((one) => one.name === 'a record');
  const record = creation ?? assert.fail();

  test('makes twenty requests at once one record', async () => {
    const before = await records();
    const idempotencyKey = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(record, idempotencyKey)));
    assert.equal(new Set(answers.map((one) => one.text)).size, 1);
    assert.equal(await records(), before + 1);
  });

  test('belongs to the key that sent it', async () => {
    const idempotencyKey = newKey();
    const first = await send(record, idempotencyKey);
    const { secrets } = await app.makeKey();
    const second = await app.request('POST', record.path(), {
      key: secrets.key ?? '',
      body: record.body,
      headers: { 'idempotency-key': idempotencyKey },
    });
    assert.equal(second.status, 201);
    assert.notEqual(second.json.id, first.json.id);
  });

  test('is free again after a refusal', async () => {
    const idempotencyKey = newKey();
    assert.equal((await send(record, idempotencyKey, { fields: { Nope: 1 } })).status, 422);
    assert.equal((await send(record, idempotencyKey)).status, 201);
  });

  test('is forgotten after 24 hours, not before', async () => {
    const idempotencyKey = newKey();
    const first = await send(record, idempotencyKey);
    clock.advance(24 * 60 * 60 * 1000 - 1000);
    assert.equal((await send(record, idempotencyKey)).json.id, first.json.id);
    clock.advance(2000);
    assert.notEqual((await send(record, idempotencyKey)).json.id, first.json.id);
  });

  test('400: has 1 to 255 visible characters', async () => {
    for (const wrong of ['', 'a b', 'x'.repeat(256), 'é']) {
      const { status, json } = await send(record, wrong);
      assert.equal(status, 400, wrong);
      assert.equal(json.code, 'idempotency_key_invalid');
    }
    assert.equal((await send(record, 'x'.repeat(255))).status, 201);
  });

  test('keeps no secret in clear on the disk', async () => {
    const makesKey = creations.find((one) => one.name === 'a key') ?? assert.fail();
    const { json } = await send(makesKey, newKey());
    await app.restart();
    for (const file of ['tessera.db', 'tessera.db-wal']) {
      const bytes = readIfThere(join(app.folder, file));
      assert.ok(!bytes.includes(json.secret), file);
    }
  });
});

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
