/**
 * The matrix: every route × every caller × ids that are the target's and ids that are nobody's. Who may not is refused as the
 * dialect says, learns nothing about the target, not even whether it is there, and changes nothing.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startTestApp, type TestApp, type TestResponse } from '../harness.ts';
import { type Route, withRoutes } from '../route-list.ts';
import { type Caller, makeCallers, makeOwner } from './callers.ts';
import { type DoorName, doors } from './doors.ts';
import type { RouteCase } from './route-case.ts';
import { routeCases } from './routes.ts';
import { type Names, nowhere, type World } from './world.ts';

export interface IsolationReport {
  routes: number;
  callers: number;
  requests: number;
}

interface Matrix {
  readonly app: TestApp;
  readonly callers: readonly Caller[];
  readonly owners: Map<DoorName, Caller>;
  readonly problems: string[];
  readonly report: IsolationReport;
}

/** @throws AssertionError that lists every route without an entry and every cell that does not hold */
export async function proveIsolation(): Promise<IsolationReport> {
  const { started: app, routes } = await withRoutes(() =>
    // Tokens are made once, before the first request, and the run may take longer than they live by default.
    startTestApp({ env: { TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on', TESSERA_TOKEN_TTL_SECONDS: '86400' } }),
  );
  try {
    const callers = await makeCallers(app.core);
    const report = { routes: routes.length, callers: callers.length, requests: 0 };
    const matrix: Matrix = { app, callers, owners: new Map(), problems: unknownRoutes(routes), report };
    for (const route of routes) await proveRoute(matrix, route);
    assert.equal(matrix.problems.length, 0, `${matrix.problems.length} problems:\n${matrix.problems.join('\n')}`);
    return report;
  } finally {
    await app.close();
  }
}

/** A HEAD route is its GET route without the body. */
function caseOf({ method, url }: Route): RouteCase | undefined {
  return routeCases[`${method === 'HEAD' ? 'GET' : method} ${url}`];
}

/** What the entries lack, and what they have too much; each with what to do. */
export function unknownRoutes(routes: readonly Route[]): string[] {
  const missing = routes.filter((route) => route.method !== 'HEAD' && caseOf(route) === undefined);
  const mounted = new Set(routes.map(({ method, url }) => `${method} ${url}`));
  const stale = Object.keys(routeCases).filter((name) => !mounted.has(name));
  const advice =
    'Routes without an entry in test/isolation/routes-<dialect>.ts are below. Add one that says who is answered there ' +
    '(needs), what its path names (of, path), and a body or query with which the owner succeeds; ids that stand in ' +
    'body or query go into "inside".';
  return [
    ...(missing.length === 0 ? [] : [advice]),
    ...missing.map(({ method, url }) => `  ${method} ${url} has no entry`),
    ...stale.map((name) => `${name} is no route any more: remove its entry from test/isolation/routes-<dialect>.ts`),
  ];
}

async function proveRoute(matrix: Matrix, route: Route): Promise<void> {
  const known = caseOf(route);
  if (known === undefined) return;
  const before = fingerprint(matrix.app);
  const callers = matrix.callers.filter(({ door }) => known.door === 'open' || door === known.door);
  await Promise.all(callers.map((caller) => proveCell(matrix, route, known, caller)));
  const written = known.needs === 'any key' ? [] : differing(before, fingerprint(matrix.app));
  if (written.length > 0) {
    matrix.problems.push(`${route.method} ${route.url}: those who may not wrote into ${written.join(', ')}`);
  }
  await proveOwner(matrix, route, known);
}

async function proveCell(matrix: Matrix, route: Route, known: RouteCase, caller: Caller): Promise<void> {
  const { target } = caller;
  const fail = (text: string): void => {
    matrix.problems.push(`${route.method} ${route.url} × ${caller.name} (${caller.door}): ${text}`);
  };
  const expected = expectedStatuses(known, caller);
  // Who may is not tried where it would change what the others are tried on.
  const isAnswered = known.needs === 'any key' || known.needs === 'anybody';
  if (expected === null && !isAnswered && route.method !== 'GET' && route.method !== 'HEAD') return;
  const got = await send(matrix, route, known, caller, target, target);
  const text = JSON.stringify([got.status, got.text.slice(0, 300)]);
  for (const mark of marksFor(caller, known)) if (holds(got, mark)) fail(`tells about the target: ${text}`);
  if (known.needs === 'anybody' && (known.of === undefined || caller.sort !== 'nobody')) return;
  if (expected !== null && !expected.includes(got.status)) fail(`${expected.join(' or ')} expected: ${text}`);
  if ((expected === null && known.needs !== 'anybody') || !isTold(known)) return;

  const none = nowhere();
  const other = await send(matrix, route, known, caller, none, target);
  // Inside, and in one's own workspace, what may be seen may be told apart from what is not there.
  const isSeen =
    caller.sort === 'insider' || (caller.sort === 'stranger' && caller.isNeighbour && known.of === 'workspace');
  if (!isSeen && plain(got, target) !== plain(other, none)) {
    fail(`what is there and what is not differ: ${plain(got, target)} and ${plain(other, none)}`);
  }
  if (caller.sort === 'stranger' && !caller.isNeighbour) await proveInside(matrix, route, known, caller, fail);
}

/** The stranger's own things in the path, and the target's where else an id can stand. */
async function proveInside(
  matrix: Matrix,
  route: Route,
  known: RouteCase,
  caller: Caller & { readonly sort: 'stranger' },
  fail: (text: string) => void,
): Promise<void> {
  const { home, target } = caller;
  const last = route.url.split('/:').at(-1) ?? '';
  const isPair =
    route.url.split('/:').length > 2 && (last === 'member' || last.startsWith('field') || last === 'collection');
  const asks: ((other: Names) => { path: Names; query?: string; body?: unknown })[] = [];
  // Changing what is the stranger's own would be no refusal: only what cannot succeed is sent.
  if (isPair)
    asks.push((other) => ({
      path: {
        ...home,
        field: other.field,
        member: other.member,
        table: last === 'collection' ? other.table : home.table,
      },
    }));
  for (const { query, body } of known.inside ?? []) {
    asks.push((other) => ({
      path: home,
      ...(query === undefined ? {} : { query: query(home, other) }),
      ...(body === undefined ? {} : { body: body(home, other) }),
    }));
  }
  for (const ask of asks) {
    const none = nowhere();
    const foreign = await request(matrix, route, known, caller, { body: known.body?.(home), ...ask(target) });
    const absent = await request(matrix, route, known, caller, { body: known.body?.(home), ...ask(none) });
    const text = `${plain(foreign, target)} and ${plain(absent, none)}`;
    if (foreign.status < 400) fail(`took an id of the target: ${text}`);
    if (plain(foreign, target) !== plain(absent, none)) fail(`ids of the target and of nobody differ: ${text}`);
    for (const mark of marksFor(caller, known)) if (holds(foreign, mark)) fail(`tells about the target: ${text}`);
  }
}

/** Shows that the refusals are for the credential: the same request of who may is answered. */
async function proveOwner(matrix: Matrix, route: Route, known: RouteCase): Promise<void> {
  if (route.method === 'HEAD') return;
  const owner = await ownerFor(matrix, known.door === 'open' ? 'native' : known.door, route.method === 'GET');
  const got = await send(matrix, route, known, owner, owner.target, owner.target);
  const isFine = known.ownerGets === undefined ? got.status >= 200 && got.status < 300 : got.status === known.ownerGets;
  if (isFine) return;
  const expected = known.needs === 'operator' ? got.status === 403 : false;
  if (!expected)
    matrix.problems.push(`${route.method} ${route.url}: its owner got ${got.status} ${got.text.slice(0, 300)}`);
}

/** What is only read needs no world of its own. */
async function ownerFor({ app, owners }: Matrix, door: DoorName, isReading: boolean): Promise<Caller> {
  const known = isReading ? owners.get(door) : undefined;
  const owner = known ?? (await makeOwner(app.core, door));
  if (isReading) owners.set(door, owner);
  return owner;
}

/** Statuses that the caller must get; null: it may be answered. */
function expectedStatuses(known: RouteCase, caller: Caller): readonly number[] | null {
  const door = doors[caller.door];
  if (known.needs === 'anybody') return null;
  if (caller.sort === 'nobody') return [door.refusals[caller.defect]];
  if (known.needs === 'any key') return null;
  if (known.needs === 'operator') return [403];
  if (caller.sort === 'stranger') {
    // A key of another app belongs to the workspace, and may know of it; it may do nothing there.
    if (caller.isNeighbour && (known.of === 'workspace' || known.of === undefined)) {
      return known.needs === 'whoever is in' ? null : [403, 404];
    }
    if (known.of === undefined || known.of === 'own') return null;
    if (known.isInBody === true) return [400];
    return door.unknown;
  }
  if (caller.sort === 'owner') return null;
  if (known.of === undefined) return null;
  if (known.needs === 'whoever is in')
    return caller.reach === 'other table' && known.of === 'table' ? [403, 404] : null;
  if (caller.reach === 'other table' && known.inAnyTable === true) return null;
  if (caller.reach === 'other table') return known.of === 'app' && known.needs === 'read' ? null : [403, 404];
  if (caller.reach === 'app' && known.of === 'workspace') return [403, 404];
  const isAllowed = caller.may.has(known.needs) || (known.orElse !== undefined && caller.may.has(known.orElse));
  if (known.and !== undefined && !caller.may.has(known.and)) return [403];
  return isAllowed ? null : known.isHidden === true ? [403, 404] : [403];
}

/** Whether the path names anything. */
function isTold(known: RouteCase): boolean {
  return known.of !== undefined && known.of !== 'own';
}

function marksFor(caller: Caller, known: RouteCase): readonly string[] {
  const { mark, workspaceMark, ownerEmail } = caller.target;
  if (known.needs === 'anybody' || caller.sort === 'nobody') return [mark, workspaceMark, ownerEmail];
  if (caller.sort === 'stranger') return caller.isNeighbour ? [mark] : [mark, workspaceMark, ownerEmail];
  if (caller.sort === 'insider' && caller.reach === 'other table')
    return [`value ${mark}`, `Field ${mark}`, `Table ${mark}`];
  if (caller.sort !== 'insider') return [];
  return [
    ...(caller.may.has('read') ? [] : [`value ${mark}`]),
    ...(caller.may.has('webhooks') ? [] : [`Webhook ${mark}`]),
    ...(caller.may.has('push') || caller.reach === 'other table' ? [] : [`Title ${mark}`, `Device ${mark}`]),
  ];
}

function holds(got: TestResponse, mark: string): boolean {
  return got.text.includes(mark) || JSON.stringify(got.headers).includes(mark);
}

/** The answer without the ids that were asked for, and without what changes from second to second. */
function plain(got: TestResponse, names: Names): string {
  const ignored = /^(?:date|ratelimit.*|x-ratelimit-.*|content-length|keep-alive|connection)$/;
  const headers = Object.entries(got.headers).filter(([name]) => !ignored.test(name));
  let text = JSON.stringify([got.status, headers, got.text]);
  for (const [name, id] of Object.entries(names)) {
    if (typeof id !== 'string' || id.length !== 16) continue;
    // Some dialects name things by the beginnings of their ids.
    text = text.replaceAll(id, `<${name}>`).replaceAll(id.slice(0, 8), `<${name}>`);
  }
  return text;
}

function send(
  matrix: Matrix,
  route: Route,
  known: RouteCase,
  caller: Caller,
  path: Names,
  world: World,
): Promise<TestResponse> {
  const body = known.body?.({ ...world, ...path });
  return request(matrix, route, known, caller, { path, query: known.query?.(path) ?? '', body });
}

function request(
  { app, report }: Matrix,
  route: Route,
  known: RouteCase,
  caller: Caller,
  { path, query = '', body }: { readonly path: Names; readonly query?: string; readonly body?: unknown },
): Promise<TestResponse> {
  report.requests += 1;
  const params = known.path(path);
  const url = route.url.replace(/:(\w+)|\*/g, (part, name: string | undefined) => String(params[name ?? '*'] ?? part));
  const headers = { ...known.headers, ...caller.headers };
  return app.request(route.method, query === '' ? url : `${url}?${query}`, {
    headers,
    ...(body === undefined || route.method === 'HEAD' ? {} : { body }),
  });
}

/** Of tables into which others write too: keys are used, deliveries are tried. */
const settledColumns: Readonly<Record<string, string>> = {
  key_secrets: 'hash, key_id, part, generation, sealed, expires_at',
  deliveries: 'id, target_id, content',
  imports: 'id, app_id, created_by, request',
  webhooks: 'id, url, events, sealed',
  push_devices: 'id, endpoint, label',
};

/** Tables that are written a moment after what they count: calls, refusals and visits of open pages. */
const lateTables: ReadonlySet<string> = new Set(['usage', 'audit', 'visits']);

/** Of everything that a request must not change, a hash for each table. */
function fingerprint(app: TestApp): ReadonlyMap<string, string> {
  const db = new Database(join(app.folder, 'tessera.db'), { readonly: true });
  try {
    const tables = db
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .pluck()
      .all() as string[];
    const kept = tables.filter((table) => !table.startsWith('sqlite_') && !lateTables.has(table));
    return new Map(kept.map((table) => [table, hashOf(db, table)]));
  } finally {
    db.close();
  }
}

function hashOf(db: Database.Database, table: string): string {
  const hash = createHash('sha256');
  const rows = db
    .prepare(`select ${settledColumns[table] ?? '*'} from "${table}"`)
    .raw()
    .iterate();
  for (const row of rows) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}

/** Names of the tables that are not as they were. */
function differing(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((table) => before.get(table) !== after.get(table));
}
