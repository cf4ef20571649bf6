/** Measured inside one process, without a network: the engine, the key path, pages at depth. Sends one line at a time. */

import { openInstance } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createApp } from '../src/core/apps/create-app.ts';
import { systemActor } from '../src/core/context.ts';
import { createKey } from '../src/core/keys/create-key.ts';
import { issueToken } from '../src/core/keys/issue-token.ts';
import { createRecord } from '../src/core/records/create-record.ts';
import { listRecords } from '../src/core/records/list-records.ts';
import { createTable } from '../src/core/tables/create-table.ts';
import { findOrCreateUser } from '../src/core/users/create-user.ts';
import { createWorkspace } from '../src/core/workspaces/create-workspace.ts';
import { columns, rowOf } from './data.ts';
import type { Line } from './report.ts';

const [file = '', rowsText = '100000'] = process.argv.slice(2);
const rows = Number(rowsText);
const instance = await openInstance(readConfig({ DATABASE_URL: `sqlite:${file}`, TESSERA_LOG_LEVEL: 'error' }));
const { core } = instance;

function tell(line: Line | null): Promise<void> {
  process.send?.(line);
  return line === null ? Promise.resolve() : new Promise((resolve) => process.once('message', () => resolve()));
}

/** Best of five, in microseconds per call. */
async function timed(calls: number, work: (n: number) => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const from = performance.now();
    for (let n = 0; n < calls; n += 1) {
      const result = work(n);
      if (result instanceof Promise) await result;
    }
    best = Math.min(best, ((performance.now() - from) / calls) * 1000);
  }
  return best;
}

const owner = await core.store.write((tx) =>
  findOrCreateUser(tx, core, { email: 'bench@example.test', name: 'Bench' }),
);
const workspace = await createWorkspace(core, systemActor, { name: 'Bench' }, owner.id);
const app = await createApp(core, systemActor, workspace.id, { name: 'Bench' });
const fields = columns.map(({ name, field }) => ({ name, type: field }));
const table = await createTable(core, systemActor, app.id, { name: 'Items', fields });
const written = await createTable(core, systemActor, app.id, { name: 'Written', fields });

// Key, limit and meter: what every request pays before it does anything.
const key = await createKey(core, systemActor, {
  kind: 'native',
  name: 'bench',
  app_id: app.id,
  user_id: owner.id,
  limit_per_second: 200_000,
  scopes: [{ table: '*', verbs: ['*'] }],
});
const secret = String(key.secrets.key);
await core.keyRing.verify(secret, 'native', ['key'], '127.0.0.1');
const guarded = await timed(200_000, () => {
  const verified = core.keyRing.verify(secret, 'native', ['key'], '127.0.0.1');
  if (verified instanceof Promise) throw new Error('the key was not in memory');
  verified.actor.grant(table);
  void core.limiter.take(verified.limit.subject, verified.limit.perSecond);
  core.meter.count(verified.key.id, workspace.id, app.id, table.id, 'read', 200);
  core.meter.touch(verified.secret.hash, '127.0.0.1');
});
await tell({
  name: 'key + scope + limit + meter',
  value: `${guarded.toFixed(2)} µs`,
  measured: guarded,
  mostMeasured: 4,
});

// A token beside its API key, as every call of a dialect with tokens is checked.
const pair = await createKey(core, systemActor, { kind: 'pair', name: 'bench', app_id: app.id, user_id: owner.id });
const pairKey = String(pair.secrets.key);
const holder = await core.keyRing.verify(String(pair.secrets.secret), 'pair', ['secret'], '127.0.0.1');
const token = issueToken(core, holder).token;
await core.keyRing.verifyToken(token, pairKey, '127.0.0.1');
const checked = await timed(50_000, () => {
  if (core.keyRing.verifyToken(token, pairKey, '127.0.0.1') instanceof Promise) throw new Error('not in memory');
});
// More tokens than are remembered, in turns: each is signed and checked anew.
const claims = { int: holder.key.id, gen: holder.secret.generation, exp: Math.ceil(core.clock.now() / 1000) + 3600 };
let serial = 0;
const signed = await timed(40_000, () => core.secrets.mintToken({ ...claims, exp: claims.exp + serial++ }));
const tokens = Array.from({ length: 60_000 }, (_, n) => core.secrets.mintToken({ ...claims, exp: claims.exp + n }));
const fresh = await timed(60_000, (n) => {
  if (core.keyRing.verifyToken(tokens[n] ?? '', pairKey, '127.0.0.1') instanceof Promise)
    throw new Error('not in memory');
});
await tell({ name: 'check a token', value: `${checked.toFixed(2)} µs`, measured: checked, mostMeasured: 6 });
await tell({ name: 'check a token for the first time', value: `${fresh.toFixed(2)} µs` });
await tell({ name: 'sign a token', value: `${signed.toFixed(2)} µs` });

// Durable creates: 64 in flight, each resolved when it is on disk.
const creates = Math.min(100_000, rows);
let next = 0;
const inputOf = (n: number) => {
  const row = rowOf(n);
  return written.fields.map((field, at) => [field, row[at]] as const);
};
const from = performance.now();
await Promise.all(
  Array.from({ length: 64 }, async () => {
    while (next < creates) await createRecord(core, systemActor, written, inputOf(next++));
  }),
);
const perSecond = creates / ((performance.now() - from) / 1000);
await tell({
  name: 'create, on disk, 64 in flight, in process',
  value: `${Math.round(perSecond).toLocaleString('en')}/s`,
  measured: perSecond,
  leastMeasured: 25_000,
});

for (let first = 1; first <= rows; first += 1000) {
  const piece = Array.from({ length: Math.min(1000, rows - first + 1) }, (_, at) => rowOf(first + at));
  await core.store.write((tx) => tx.records.insert(table, piece, '2026-01-01T00:00:00.000Z', null));
}
const pageFrom = (id: number) => () =>
  listRecords(core, systemActor, table, { limit: 100, start: { after: { values: [], id } } });
const first = await timed(500, pageFrom(0));
const deepId = Math.min(1_000_000, rows) - 200;
const deep = await timed(500, pageFrom(deepId));
await tell({
  name: `page by cursor at record ${deepId.toLocaleString('en')} against the first`,
  value: `${deep.toFixed(0)} against ${first.toFixed(0)} µs`,
  ratio: deep / first,
  most: 1.2,
});
const offset = Math.floor(rows * 0.9);
const atOffset = await timed(200, () => listRecords(core, systemActor, table, { limit: 100, start: { offset } }));
await tell({
  name: `page at offset ${offset.toLocaleString('en')}`,
  value: `${(atOffset / 1000).toFixed(2)} ms`,
  measured: atOffset / 1000,
  mostMeasured: 5,
});
await tell(null);
await instance.close();
process.disconnect?.();
