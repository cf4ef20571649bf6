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

const [file = '', rows = '0'] = process.argv.slice(2);
const app = await startApp(readConfig({ PORT: '0', DATABASE_URL: `sqlite:${file}`, TESSERA_LOG_LEVEL: 'error' }));
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
  return { app: bench.id, table: table.id, native: native.secrets, adalo: adalo.secrets };
}

const filled = Number(rows) > 0 ? await fill(Number(rows)) : null;
process.send?.({ url: app.url, filled });
process.on('message', (message) => {
  if (message === 'usage') process.send?.({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() });
  if (message === 'stop') void app.close().then(() => process.exit(0));
});
