/** An app with users, a push service, and what the tests of notifications do over and over. */
import assert from 'node:assert/strict';
import { systemActor } from '../../src/core/context.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp, type TestAppOptions, type TestResponse } from '../harness.ts';
import { type PushService, startPushService, type TestDevice } from './push-service.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of the API, looked into by the tests
type Json = any;

export interface PushApp {
  readonly app: TestApp;
  readonly users: TableSchema;
  readonly service: PushService;
  /** Ids of ada and bob. */
  readonly ada: number;
  readonly bob: number;
  call(method: string, path: string, body?: unknown): Promise<Json>;
  tokenFor(audience: object): Promise<string>;
  register(token: string, device: TestDevice): Promise<TestResponse>;
  /** A browser of this user. */
  deviceOf(user: number, name?: string): Promise<TestDevice>;
  notify(input?: object): Promise<Json>;
  /** As an Adalo client sends it. */
  adalo(body: unknown, key?: string): Promise<TestResponse>;
  close(): Promise<void>;
}

export async function openPushApp(options: TestAppOptions = {}): Promise<PushApp> {
  const app = await startTestApp({ ...options, env: { TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on', ...options.env } });
  const service = await startPushService();
  const users = await createTable(app.core, systemActor, app.appId, {
    name: 'Users',
    role: 'users',
    fields: [
      { name: 'Email', type: 'email' },
      { name: 'Username', type: 'text' },
      { name: 'Password', type: 'password' },
    ],
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await app.request(method, path, { key: app.keys.native, ...(body === undefined ? {} : { body }) });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const root = `/api/v1/apps/${app.appId}`;
  const addUser = async (fields: object) => (await call('POST', `/api/v1/tables/${users.id}/records`, { fields })).id;
  const tokenFor = async (audience: object) => (await call('POST', `${root}/push/tokens`, { audience })).token;
  const register = (token: string, device: TestDevice) =>
    app.request('POST', `${root}/push/subscriptions`, {
      body: { token, subscription: device.subscription, label: device.name },
    });
  return {
    app,
    users,
    service,
    ada: await addUser({ Email: 'Ada@example.test', Username: 'ada', Password: 'enough-letters' }),
    bob: await addUser({ Email: 'bob@example.test', Username: 'bob' }),
    call,
    tokenFor,
    register,
    async deviceOf(user, name) {
      const device = service.makeDevice(name);
      const answer = await register(await tokenFor({ id: user }), device);
      assert.equal(answer.status, 201, answer.text);
      return device;
    },
    notify: (input = {}) =>
      call('POST', `${root}/notifications`, {
        audience: { email: 'ada@example.test' },
        title: 'Order ready',
        body: 'Pick it up at desk 4',
        ...input,
      }),
    adalo: (body, key = app.keys.app) =>
      app.request('POST', '/notifications', {
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async close() {
      await app.close();
      await service.close();
    },
  };
}
