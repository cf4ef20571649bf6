import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openInstance } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { systemActor } from '../../src/core/context.ts';
import { setUpInstance } from '../../src/core/setup/set-up-instance.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import { createWebhook } from '../../src/core/webhooks/create-webhook.ts';
import { startReceiver, until } from './receiver.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** Five minutes of the schedule pass in two seconds. */
const speed = 150;
const kills = 4;
const writers = 6;
/** Changes that are acknowledged in each life of the server. */
const changesPerLife = 15;

test('with a receiver that is slow, down, wrong and back again, and a server that is killed in between, each event arrives, in the order of its record, duplicates under the same id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-crash-'));
  const receiver = await startReceiver();
  let server: ServerProcess | null = null;
  try {
    const { key, tableId } = await setUp(folder, receiver.url);
    // Acknowledged changes, as `record:n`.
    const acknowledged: string[] = [];
    let isDone = false;
    let url = '';

    const send = async (method: string, path: string, fields: object): Promise<number> => {
      const answer = await fetch(`${url}/api/v1/tables/${tableId}/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ fields }),
      });
      if (!answer.ok) throw new Error(`${answer.status}`);
      return ((await answer.json()) as { id: number }).id;
    };
    const write = async (): Promise<void> => {
      while (!isDone) {
        try {
          const id = await send('POST', 'records', { N: 0 });
          acknowledged.push(`${id}:0`);
          for (let n = 1; n <= 4 && !isDone; n++) {
            await send('PATCH', `records/${id}`, { N: n });
            acknowledged.push(`${id}:${n}`);
          }
        } catch {
          // The server is dead: what was sent is of unknown fate.
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    };

    const trouble = createTrouble();
    /** Of what was received: what was cut off instead of answered. */
    const cuts = new Set<number>();
    const clock = { speed, since: Date.now() };
    receiver.behave((_index, _one, response) => {
      const kind = trouble();
      if (kind === 'slow') setTimeout(() => response.writeHead(200).end(), 300);
      else if (kind === 'cut') {
        cuts.add(receiver.received.length);
        response.destroy();
      }
      return kind === 'slow' || kind === 'cut' ? null : kind;
    });
    server = await startServerProcess(folder, clock);
    ({ url } = server);
    const writing = Array.from({ length: writers }, write);
    for (let n = 0; n < kills; n++) {
      const enough = acknowledged.length + changesPerLife;
      await until(() => acknowledged.length >= enough, 'changes are acknowledged');
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (n === 1) await receiver.down();
      await server.kill();
      server = await startServerProcess(folder, clock);
      ({ url } = server);
      if (n === 1) await receiver.up();
    }
    isDone = true;
    await Promise.all(writing);
    receiver.behave(() => 200);

    // What the receiver itself counts as accepted: it answered with 200, at once or late.
    const accepted = () =>
      receiver.received.filter(({ status }, index) => status === 200 || (status === 0 && !cuts.has(index)));
    const keyOf = ({ json }: { readonly json: { data: { record: { id: number; fields: { N: number } } } } }) =>
      `${json.data.record.id}:${json.data.record.fields.N}`;
    await until(() => {
      const arrived = new Set(accepted().map(keyOf));
      return acknowledged.every((one) => arrived.has(one));
    }, 'every acknowledged change arrives');

    const idsOf = new Map<string, Set<unknown>>();
    for (const one of receiver.received) {
      const ids = idsOf.get(keyOf(one)) ?? new Set();
      idsOf.set(keyOf(one), ids.add(one.json.id));
      assert.equal(one.json.id, one.headers['webhook-id']);
    }
    for (const [event, ids] of idsOf) assert.equal(ids.size, 1, `${event} has one id in every attempt`);
    const latest = new Map<number, number>();
    const firsts = new Set<string>();
    for (const one of accepted()) {
      if (firsts.has(keyOf(one))) continue;
      firsts.add(keyOf(one));
      const { id, fields } = one.json.data.record;
      assert.equal(fields.N, (latest.get(id) ?? -1) + 1, `record ${id} is told step by step`);
      latest.set(id, fields.N);
    }
  } finally {
    await server?.stop();
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
});

/** Mostly well; else wrong, slow or cut off. */
function createTrouble(): () => number | 'slow' | 'cut' {
  let state = 12_345;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const at = state / 2 ** 31;
    if (at < 0.75) return 200;
    if (at < 0.85) return 500;
    return at < 0.93 ? 'slow' : 'cut';
  };
}

async function setUp(folder: string, url: string): Promise<{ key: string; tableId: string }> {
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
  const table = await createTable(core, systemActor, setup.app.id, {
    name: 'Steps',
    fields: [{ name: 'N', type: 'number' }],
  });
  await createWebhook(core, systemActor, setup.app.id, {
    format: 'native',
    tableId: table.id,
    url,
    events: ['record.created', 'record.updated'],
  });
  await instance.close();
  return { key: setup.keys.native, tableId: table.id };
}
