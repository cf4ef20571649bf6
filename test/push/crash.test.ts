import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openInstance } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { systemActor } from '../../src/core/context.ts';
import { registerDevice } from '../../src/core/push/register-device.ts';
import { mintRegistrationToken } from '../../src/core/push/registration-token.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { setUpInstance } from '../../src/core/setup/set-up-instance.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import { until } from '../webhooks/receiver.ts';
import { type ServerProcess, startServerProcess } from '../webhooks/server-process.ts';
import { startPushService, type TestDevice } from './push-service.ts';

const users = 20;

test('notifications that were accepted arrive once each when the server is killed before it could deliver them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-crash-'));
  const service = await startPushService();
  let server: ServerProcess | null = null;
  try {
    const { key, appId } = await setUp(
      folder,
      Array.from({ length: users }, (_, n) => service.makeDevice(`of ${n + 1}`)),
    );
    await service.down();
    server = await startServerProcess(folder);
    const { url } = server;
    const accepted = await Promise.all(
      Array.from({ length: users }, async (_, n) => {
        const answer = await fetch(`${url}/notifications`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}` },
          body: JSON.stringify({
            appId,
            audience: { id: n + 1 },
            notification: { titleText: `${n + 1}`, bodyText: 'b' },
          }),
        });
        return (await answer.json()) as { successful: number };
      }),
    );
    await server.kill();
    assert.ok(accepted.every(({ successful }) => successful === 1));
    assert.equal(service.pushed.length, 0);
    await service.up();
    // An hour later every attempt is due.
    server = await startServerProcess(folder, { aheadMs: 3_600_000 });
    await until(() => service.pushed.length >= users, 'all arrive');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(
      service.pushed.map(({ device, message }) => [device.name, message.title]).sort(),
      Array.from({ length: users }, (_, n) => [`of ${n + 1}`, `${n + 1}`]).sort(),
    );
  } finally {
    await server?.stop();
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('what was on its way when the server was killed is sent again: nothing is lost', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-crash-'));
  const service = await startPushService();
  let server: ServerProcess | null = null;
  try {
    const device = service.makeDevice('phone');
    const { key, appId } = await setUp(folder, [device]);
    // The first request hangs until the server is dead.
    service.behave((_device, index) => (index === 0 ? null : 201));
    server = await startServerProcess(folder);
    const answer = await fetch(`${server.url}/notifications`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ appId, audience: { id: 1 }, notification: { titleText: 'a', bodyText: 'b' } }),
    });
    assert.deepEqual(await answer.json(), { successful: 1 });
    await until(() => service.pushed.length === 1, 'the first request');
    await server.kill();
    server = await startServerProcess(folder);
    await until(() => service.pushed.length === 2, 'the second request');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(
      service.pushed.map(({ status, message }) => [status, message.title]),
      [
        [0, 'a'],
        [201, 'a'],
      ],
    );
    // Both carry the id by which a worker shows one and the same notification.
    assert.equal(new Set(service.pushed.map(({ message }) => message.id)).size, 1);
  } finally {
    await server?.stop();
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
});

async function setUp(folder: string, devices: readonly TestDevice[]): Promise<{ key: string; appId: string }> {
  const instance = await openInstance(
    readConfig({
      DATABASE_URL: `sqlite:${folder}/tessera.db`,
      TESSERA_LOG_LEVEL: 'error',
      TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on',
    }),
  );
  const { core } = instance;
  const setup = await setUpInstance(core, {
    ownerEmail: 'owner@example.com',
    ownerName: 'Owner',
    workspaceName: 'Workspace',
    appName: 'App',
  });
  const appId = setup.app.id;
  const table = await createTable(core, systemActor, appId, {
    name: 'Users',
    role: 'users',
    fields: [{ name: 'Username', type: 'text' }],
  });
  for (const device of devices) {
    await createRecord(core, systemActor, table, []);
    const audience = { id: devices.indexOf(device) + 1 };
    const { token } = await mintRegistrationToken(core, systemActor, appId, audience, 86_400);
    await registerDevice(core, appId, token, device.subscription, null);
  }
  await instance.close();
  return { key: setup.keys.app, appId };
}
