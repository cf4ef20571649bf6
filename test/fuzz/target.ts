/** The instance that is shot at: a server of its own, with a world in it whose things the requests name. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openInstance } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Core, systemActor } from '../../src/core/context.ts';
import type { FieldInput } from '../../src/core/fields/add-field.ts';
import { fieldTypeNames } from '../../src/core/fields/field-type.ts';
import { fieldTypes } from '../../src/core/fields/index.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { updateTable } from '../../src/core/tables/update-table.ts';
import { type DoorName, doorNames, doors } from '../isolation/doors.ts';
import { makeKey, makeWorld, type World } from '../isolation/world.ts';

export interface Target {
  readonly folder: string;
  readonly port: number;
  /** Requests go on about its things; what would end it is tried on `spare`. */
  readonly world: World;
  readonly spare: World;
  readonly everything: TableSchema;
  /** Values of every type, by field name. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<DoorName, OutgoingHttpHeaders>>;
  readonly spareHeaders: Readonly<Record<DoorName, OutgoingHttpHeaders>>;
  /** What the server has written into its log: faults only. */
  log(): string;
  /** Ends the server; the database stays until `remove`. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export async function startTarget(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-fuzz-'));
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `sqlite:${join(folder, 'tessera.db')}`,
    TESSERA_PUBLIC_URL: 'http://tessera.test',
    TESSERA_RATE_LIMIT: 'off',
    // The token of the requests is made once, before the first.
    TESSERA_TOKEN_TTL_SECONDS: '86400',
    TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on',
    TESSERA_LOG_LEVEL: 'error',
    // As in the images of the crash proof, whose checks look at the database in the end.
    TESSERA_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  const made = await prepare(environment);
  const server = spawn(process.execPath, [main, 'serve', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  return {
    ...made,
    folder,
    port: await portOf(server, () => log),
    log: () => log,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      const timer = setTimeout(() => server.kill('SIGKILL'), 120_000);
      await ended;
      clearTimeout(timer);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

type Prepared = Pick<Target, 'world' | 'spare' | 'everything' | 'values' | 'headers' | 'spareHeaders'>;

async function prepare(environment: Readonly<Record<string, string>>): Promise<Prepared> {
  const instance = await openInstance(readConfig(environment), { store: { sync: async () => undefined } });
  const { core } = instance;
  try {
    const world = await makeWorld(core);
    const spare = await makeWorld(core);
    await publish(core, world);
    const other = await core.catalog.table(world.otherTable);
    if (other !== undefined) await createRecord(core, systemActor, other, []);
    const everything = await makeEverything(core, world);
    const values: Record<string, unknown> = {};
    for (const field of everything.fields) {
      const type = fieldTypes[field.type];
      if (!type.isReadOnly && type.storage !== 'links') values[field.name] = type.example(field);
    }
    // What names something names what is there.
    values.File = world.file;
    delete values.Image;
    values.User = world.ownerId;
    values.Relation = [1];
    const input = everything.fields.flatMap((field) =>
      values[field.name] === undefined ? [] : [[field, values[field.name]] as const],
    );
    for (let index = 0; index < 20; index += 1) {
      await createRecord(
        core,
        systemActor,
        everything,
        input.filter(([field]) => !field.isUnique && field.type !== 'user'),
      );
    }
    return {
      world,
      spare,
      everything,
      values,
      headers: await headersOf(core, world),
      spareHeaders: await headersOf(core, spare),
    };
  } finally {
    await instance.close();
  }
}

/** Gives the table a page for the public. */
async function publish(core: Core, { table: id }: World): Promise<void> {
  const table = await core.catalog.table(id);
  if (table === undefined) throw new Error('the world has no table');
  const { formaloo: memory } = table.foreign;
  const foreign = { ...table.foreign, formaloo: { ...(memory as object), active: true } };
  await updateTable(core, systemActor, table, { foreign });
}

/** A table with a field of every type, named after it. */
function makeEverything(core: Core, world: World): Promise<TableSchema> {
  const choices = [{ name: 'Red' }, { name: 'Deep blue' }, { name: '12' }];
  const options: Partial<Record<string, FieldInput['options']>> = {
    single_select: { choices },
    multi_select: { choices, allow_new: true },
    relation: { target: world.otherTable, cardinality: 'many', inverse_name: 'Everything' },
    formula: { expression: 'IF({Number} > 2, {Number} / {Rating}, SQRT({Number})) + LEN({Text} & {Date})' },
    autonumber: { prefix: 'N-', digits: 4 },
  };
  const fields = fieldTypeNames.map((type): FieldInput => {
    const name = type.charAt(0).toUpperCase() + type.slice(1);
    const own = options[type];
    const canIndex = ['text', 'number', 'date', 'datetime', 'email', 'single_select', 'checkbox'].includes(type);
    return { name, type, ...(own === undefined ? {} : { options: own }), ...(canIndex && { indexed: true }) };
  });
  return createTable(core, systemActor, world.app, { name: 'Everything', fields });
}

async function headersOf(core: Core, world: World): Promise<Record<DoorName, OutgoingHttpHeaders>> {
  const headers: Partial<Record<DoorName, OutgoingHttpHeaders>> = {};
  for (const name of doorNames) {
    const { secrets } = await makeKey(core, world, { kind: doors[name].kind, name: `Fuzz ${name}` });
    headers[name] = await doors[name].headers(core, secrets);
  }
  return headers as Record<DoorName, OutgoingHttpHeaders>;
}

async function portOf(server: ChildProcess, log: () => string): Promise<number> {
  let text = '';
  for await (const part of server.stdout ?? []) {
    text += String(part);
    if (text.includes('\n')) return Number(new URL(JSON.parse(text).url).port);
  }
  throw new Error(`the server did not start: ${log()}`);
}
