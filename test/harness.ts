/**
 * The whole product in one line: a listening server over a database of its own, with a workspace, its owner, an app and
 * a key of every kind. Requests go over real HTTP, bytes as given.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Clock } from '../src/core/clock.ts';
import { type Core, systemActor } from '../src/core/context.ts';
import type { FieldInput } from '../src/core/fields/add-field.ts';
import { type CreatedKey, createKey, type KeyInput } from '../src/core/keys/create-key.ts';
import { type Setup, type SetupKeys, setUpInstance } from '../src/core/setup/set-up-instance.ts';
import { createTable } from '../src/core/tables/create-table.ts';
import type { TableSchema } from '../src/core/tables/table-schema.ts';

export interface TestAppOptions {
  /** The system's clock unless given; see `createFakeClock`. */
  readonly clock?: Clock;
  /** Limits on calls and failed attempts; off unless asked for. */
  readonly areLimitsOn?: boolean;
  /** Plan of the workspace; `business` unless given. */
  readonly plan?: 'free' | 'team' | 'business';
  /** More environment, as the server would find it. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface TestRequest {
  /** A native key, sent as a bearer. Other credentials go into `headers`. */
  readonly key?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Objects and lists are sent as JSON; texts and buffers as they are, without a content type of their own. */
  readonly body?: unknown;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body read as JSON; undefined when it is none. */
  readonly json: Json;
}

// Tests look into answers of many shapes; what is not there shows as undefined in the assertion.
// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the test is about to check
type Json = any;

export interface TestApp {
  /** Origin of the server; another one after `restart`. */
  readonly url: string;
  readonly core: Core;
  readonly app: App;
  /** Folder of the database and the master key. */
  readonly folder: string;
  readonly workspaceId: string;
  readonly ownerId: string;
  readonly appId: string;
  /** Secrets of a key of every kind, all of the owner. */
  readonly keys: SetupKeys;
  /** `path` is sent as it is, unescaped and unnormalised. */
  request(method: string, path: string, options?: TestRequest): Promise<TestResponse>;
  /** A table in the app; named `Table 1`, `Table 2`, … unless given. */
  makeTable(fields: readonly FieldInput[], name?: string): Promise<TableSchema>;
  /** A key made by the server itself; a native one in the app with every verb unless said otherwise. */
  makeKey(input?: Partial<KeyInput>): Promise<CreatedKey>;
  /** Another workspace with an owner, an app and keys of its own: the neighbour who must see nothing. */
  makeNeighbour(): Promise<Setup>;
  /** Stops the server cleanly and starts it on the same database. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-test-'));
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `sqlite:${join(folder, 'tessera.db')}`,
    TESSERA_PUBLIC_URL: 'http://tessera.test',
    TESSERA_LOG_LEVEL: 'silent',
    TESSERA_RATE_LIMIT: options.areLimitsOn === true ? 'on' : 'off',
    // Load is for its own tests: on a machine that is busy with something else a burst is one.
    TESSERA_SHED_AFTER_MS: '0',
    ...options.env,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const start = () => startApp(config, options.clock === undefined ? {} : { clock: options.clock });
  let app = await start();
  const setup = await setUpInstance(app.core, {
    ownerEmail: 'owner@example.com',
    ownerName: 'Owner',
    workspaceName: 'Workspace',
    appName: 'App',
  });
  if (options.plan !== undefined) await setPlan(app.core, setup.workspace.id, options.plan);
  let tables = 0;
  let neighbours = 0;

  return {
    get url() {
      return app.url;
    },
    get core() {
      return app.core;
    },
    get app() {
      return app;
    },
    folder,
    workspaceId: setup.workspace.id,
    ownerId: setup.owner.id,
    appId: setup.app.id,
    keys: setup.keys,
    request: (method, path, request = {}) => send(agent, app.url, method, path, request),
    makeTable(fields, name) {
      tables += 1;
      return createTable(app.core, systemActor, setup.app.id, { name: name ?? `Table ${tables}`, fields });
    },
    makeKey: (input = {}) => {
      const kind = input.kind ?? 'native';
      return createKey(app.core, systemActor, {
        kind,
        name: 'Key',
        user_id: setup.owner.id,
        ...(kind === 'personal' ? { workspace_id: setup.workspace.id } : { app_id: setup.app.id }),
        ...(kind === 'native' ? { scopes: [{ table: '*', verbs: ['*'] }] } : {}),
        ...input,
      });
    },
    makeNeighbour() {
      neighbours += 1;
      return addInstance(app.core, neighbours);
    },
    async restart() {
      agent.destroy();
      await app.close();
      app = await start();
    },
    async close() {
      agent.destroy();
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function addInstance(core: Core, number: number): Promise<Setup> {
  return setUpInstance(
    core,
    {
      ownerEmail: `neighbour${number}@example.com`,
      ownerName: 'Neighbour',
      workspaceName: `Neighbour ${number}`,
      appName: 'App',
    },
    { isFirst: false },
  );
}

async function setPlan(core: Core, workspaceId: string, plan: string): Promise<void> {
  await core.store.write((tx) => tx.update('workspaces', { id: workspaceId }, { plan_id: plan }));
  core.events.emit('catalog.changed', { workspaceId, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
}

function send(agent: Agent, url: string, method: string, path: string, request: TestRequest): Promise<TestResponse> {
  const isRaw = typeof request.body === 'string' || Buffer.isBuffer(request.body);
  const body =
    request.body === undefined ? undefined : isRaw ? (request.body as string | Buffer) : JSON.stringify(request.body);
  const headers: OutgoingHttpHeaders = {
    ...(request.key === undefined ? {} : { authorization: `Bearer ${request.key}` }),
    ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...request.headers,
  };
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ agent, hostname, port, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: readJson(text) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface FakeClock extends Clock {
  /** Lets this much time pass, on both clocks. */
  advance(ms: number): void;
}

/** A clock that stands still until it is told. */
export function createFakeClock(startMs = Date.UTC(2026, 2, 5, 9, 0, 0)): FakeClock {
  let elapsed = 0;
  return {
    now: () => startMs + Math.floor(elapsed),
    monotonic: () => 1000 + elapsed,
    advance(ms) {
      elapsed += ms;
    },
  };
}
