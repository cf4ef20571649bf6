/** The server under measurement: the product as it starts, with a filled table. Talks to the runner over IPC. */
import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createApp } from '../src/core/apps/create-app.ts';
import { systemActor } from '../src/core/context.ts';
import { createKey } from '../src/core/keys/create-key.ts';
import { createTable } from '../src/core/tables/create-table.ts';
import { findOrCreateUser } from '../src/core/users/create-user.ts';
import { createWorkspace } from '../src/core/workspaces/create-workspace.ts';
import { columns, rowOf } from './data.ts';
import { addressOf, deviceKeys, usersCount } from './notify.ts';

/** `pushUrl`: where the devices of the users are; without it there are no users. */
const [file = '', rows = '0', pushUrl = ''] = process.argv.slice(2);
const app = await startApp(
  readConfig({
    PORT: '0',
    DATABASE_URL: `sqlite:${file}`,
    TESSERA_LOG_LEVEL: 'error',
    TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on',
  }),
);
const { core } = app;

async function fill(count: number) {
  const owner = await core.store.write((tx) =>
    findOrCreateUser(tx, core, { email: 'bench@example.test', name: 'Bench' }),
  );
  const workspace = await createWorkspace(core, systemActor, { name: 'Bench' }, owner.id);
  const bench = await createApp(core, systemActor, workspace.id, { name: 'Bench' });
  const table = await createTable(core, systemActor, bench.id, {
    name: 'Items',
    fields: columns.map(({ name, field }) => ({ name, type: field, indexed: name === 'City' })),
  });
  // Calls are limited, but beyond what one machine can send.
  const common = { app_id: bench.id, user_id: owner.id, limit_per_second: 200_000 };
  const native = await createKey(core, systemActor, {
    ...common,
    kind: 'native',
    name: 'bench',
    scopes: [{ table: '*', verbs: ['*'] }],
  });
  const adalo = await createKey(core, systemActor, { ...common, kind: 'app', name: 'bench' });
  for (let from = 1; from <= count; from += 1000) {
    const piece = Array.from({ length: Math.min(1000, count - from + 1) }, (_, index) => rowOf(from + index));
    await core.store.write((tx) => tx.records.insert(table, piece, '2026-01-01T00:00:00.000Z', null));
  }
  if (pushUrl !== '') await addUsers(bench.id);
  const formaloo = await createKey(core, systemActor, {
    ...common,
    kind: 'pair',
    name: 'bench',
    settings: { token_ttl_seconds: 3600 },
  });
  const retable = await createKey(core, systemActor, {
    kind: 'personal',
    name: 'bench',
    workspace_id: workspace.id,
    user_id: owner.id,
    limit_per_second: 200_000,
  });
  return {
    app: bench.id,
    table: table.id,
    fields: table.fields.map(({ id }) => id),
    /** Slugs of records all over the table. */
    slugs: Array.from({ length: 2000 }, (_, n) => core.secrets.slugs.encode(table.number, 1 + ((n * 7919) % count))),
    native: native.secrets,
    adalo: adalo.secrets,
    formaloo: formaloo.secrets,
    retable: retable.secrets,
  };
}

/** The app's users, each with a device. */
async function addUsers(appId: string): Promise<void> {
  const users = await createTable(core, systemActor, appId, {
    name: 'Users',
    role: 'users',
    fields: [
      { name: 'Email', type: 'email' },
      { name: 'Username', type: 'text' },
    ],
  });
  const keys = deviceKeys();
  const at = core.clock.now();
  for (let from = 1; from <= usersCount; from += 1000) {
    const numbers = Array.from({ length: 1000 }, (_, index) => from + index);
    await core.store.write(async (tx) => {
      const piece = numbers.map((user) => [addressOf(user), `person${user}`]);
      await tx.records.insert(users, piece, '2026-01-01T00:00:00.000Z', null);
      for (const user of numbers) {
        await tx.insert('push_devices', {
          id: `device${user}`,
          app_id: appId,
          table_id: users.id,
          record_id: user,
          endpoint: `${pushUrl}/${user}`,
          service: pushUrl,
          ...keys,
          label: null,
          created_at: at,
          updated_at: at,
          last_sent_at: null,
          last_result: null,
        });
      }
    });
  }
}

const filled = Number(rows) > 0 ? await fill(Number(rows)) : null;
process.send?.({ url: app.url, filled });
process.on('message', (message) => {
  if (message === 'usage') process.send?.({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() });
  if (message === 'stop') void app.close().then(() => process.exit(0));
});
