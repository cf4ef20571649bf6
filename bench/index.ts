/**
 * `npm run bench`: the budgets of the design, as ratios against the floor measured in the same run. Servers run in processes
 * of their own, one core for a server and one for the client. `-- --quick` takes smaller tables; `-- get list` runs some.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchBackup } from './backup.ts';
import { columns, rowOf } from './data.ts';
import { benchImportExport } from './import-export.ts';
import { type LoadResult, type LoadRun, rawRequest, run, sendAll } from './load.ts';
import { notificationOf, startPushSink } from './notify.ts';
import { type Line, printReport } from './report.ts';
import { benchStart } from './start.ts';
import { benchUpload } from './upload.ts';

interface Filled {
  readonly app: string;
  readonly table: string;
  readonly native: { readonly key: string };
  readonly adalo: { readonly key: string };
  readonly formaloo: { readonly key: string; readonly secret: string };
  readonly retable: { readonly key: string };
  readonly fields: readonly string[];
  readonly slugs: readonly string[];
}

interface Server {
  readonly url: string;
  readonly filled: Filled;
  readonly process: ChildProcess;
}

const options = process.argv.slice(2);
const isQuick = options.includes('--quick');
const wanted = options.filter((option) => !option.startsWith('--'));
const rowsSmall = isQuick ? 20_000 : 100_000;
const rowsLarge = isQuick ? 100_000 : 1_000_000;
const seconds = isQuick ? 2 : 4;
const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
const lines: Line[] = [];

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

function reply<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`a bench process ended with ${code}`)));
  });
}

function ask<T>(child: ChildProcess, question: string): Promise<T> {
  const answer = reply<T>(child);
  child.send(question);
  return answer;
}

/** Runs as the executable would: with what Node made of each file at the start before, and the product with its own flags. */
async function start(file: './floor.ts' | './server.ts', ...args: string[]): Promise<Server> {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/bench') };
  const execArgv = file === './server.ts' ? ['--max-semi-space-size=8'] : [];
  const child = fork(new URL(file, import.meta.url), args, { env, execArgv });
  return { ...(await reply<Omit<Server, 'process'>>(child)), process: child };
}

async function stop(server: Server): Promise<void> {
  const ended = new Promise((resolve) => server.process.once('exit', resolve));
  server.process.send('stop');
  await ended;
}

/** Both sides in turns, three times; the better half counts, since whatever disturbs a run only slows it. */
async function compare(floor: LoadRun, ours: LoadRun): Promise<{ floor: LoadResult; ours: LoadResult }> {
  const best = (a: LoadResult | undefined, b: LoadResult) => (a === undefined || b.perSecond > a.perSecond ? b : a);
  let floorBest: LoadResult | undefined;
  let oursBest: LoadResult | undefined;
  for (let round = 0; round < 3; round += 1) {
    floorBest = best(floorBest, await run(floor));
    oursBest = best(oursBest, await run(ours));
  }
  if (floorBest === undefined || oursBest === undefined) throw new Error('nothing was measured');
  return { floor: floorBest, ours: oursBest };
}

function record(index: number): Record<string, unknown> {
  const row = rowOf(index);
  return Object.fromEntries(
    columns.map(({ name, field }, at) => [name, field === 'checkbox' ? row[at] === 1 : row[at]]),
  );
}

function floorRecord(index: number): Record<string, unknown> {
  const row = rowOf(index);
  return Object.fromEntries(columns.map(({ column }, at) => [column, row[at]]));
}

/** The rows that the HTTP benchmarks work on, as requests of all dialects. */
function requestsOf(server: Server) {
  const { app, table, native, adalo } = server.filled;
  const nativeKey = { Authorization: `Bearer ${native.key}` };
  const adaloKey = { Authorization: `Bearer ${adalo.key}` };
  const records = `/api/v1/tables/${table}/records`;
  const collection = `/v0/apps/${app}/collections/${table}`;
  return { nativeKey, adaloKey, records, collection };
}

const tokenPath = '/v3.0/oauth2/authorization-token/';
/** The shortest of the encodings that clients send it in. */
const grant = JSON.stringify({ grant_type: 'client_credentials' });

/** Formaloo: key and token, the form of the table, and a submission of it by field slugs. */
async function formsOf({ url, filled }: Server) {
  const { table, fields, slugs, formaloo } = filled;
  const basic = { Authorization: `Basic ${formaloo.secret}` };
  const answer = await fetch(url + tokenPath, {
    method: 'POST',
    headers: { ...basic, 'Content-Type': 'application/json' },
    body: grant,
  });
  const { authorization_token: token } = (await answer.json()) as { authorization_token: string };
  const key = { 'x-api-key': formaloo.key };
  const names = fields.map((id) => id.slice(0, 8));
  const form = table.slice(0, 8);
  return {
    basic,
    key,
    both: { ...key, Authorization: `JWT ${token}` },
    rows: `/v3.0/forms/${form}/rows/`,
    rowOf: (n: number) => `/v3.0/rows/${slugs[n % slugs.length]}/`,
    submit: `/v3.0/form-displays/slug/${form}/submit/`,
    submission: (n: number) => {
      const values = Object.values(record(n));
      return JSON.stringify(Object.fromEntries(names.map((name, at) => [name, values[at]])));
    },
  };
}

async function againstFloor(): Promise<void> {
  const floor = await start('./floor.ts', join(folder, 'floor.db'), String(rowsSmall));
  const server = await start('./server.ts', join(folder, 'server.db'), String(rowsSmall));
  const { nativeKey, adaloKey, records, collection } = requestsOf(server);
  const floorLoad = { url: floor.url, connections: 32, seconds };
  const ourLoad = { url: server.url, connections: 32, seconds };
  const forms = await formsOf(server);
  const retableKey = { ApiKey: server.filled.retable.key };
  const idOf = (n: number) => 1 + ((n * 7919) % rowsSmall);
  const ratio = async (
    name: string,
    budget: number,
    floorRequest: LoadRun['request'],
    ourRequest: LoadRun['request'],
  ) => {
    const result = await compare({ ...floorLoad, request: floorRequest }, { ...ourLoad, request: ourRequest });
    lines.push({ name, ...result, budget });
  };
  try {
    if (isWanted('get')) {
      const bare = (n: number) => rawRequest('GET', `/t/${idOf(n)}`, {});
      await ratio('get one, native', 0.7, bare, (n) => rawRequest('GET', `${records}/${idOf(n)}`, nativeKey));
      await ratio('get one, Adalo', 0.7, bare, (n) => rawRequest('GET', `${collection}/${idOf(n)}`, adaloKey));
      const one = (n: number) => rawRequest('GET', forms.rowOf(n), forms.both);
      await ratio('get one, Formaloo (an answer ten times as long)', 0.7, bare, one);
      const same = (n: number) => rawRequest('GET', `/formaloo/${idOf(n)}`, {});
      await ratio('get one, Formaloo, against a floor with the same answer', 0.7, same, one);
    }
    if (isWanted('list')) {
      const bare = () => rawRequest('GET', '/t?limit=100', {});
      await ratio('list 100, native', 0.85, bare, () => rawRequest('GET', `${records}?limit=100`, nativeKey));
      await ratio('list 100, Adalo', 0.85, bare, () => rawRequest('GET', `${collection}?limit=100`, adaloKey));
      const rows = () => rawRequest('GET', `${forms.rows}?page_size=100`, forms.both);
      await ratio('list 100, Formaloo (an answer ten times as long)', 0.85, bare, rows);
      const same = () => rawRequest('GET', '/formaloo?limit=100', {});
      await ratio('list 100, Formaloo, against a floor with the same answer', 0.85, same, rows);
      const data = `/v1/public/retable/${server.filled.table}/data?limit=100`;
      await ratio('list 100, Retable', 0.85, bare, () => rawRequest('GET', data, retableKey));
    }
    if (isWanted('filter')) {
      const cityOf = (n: number) => encodeURIComponent(String(rowOf(idOf(n))[2]));
      await ratio(
        'filter by an indexed field, 20',
        0.5,
        (n) => rawRequest('GET', `/t?limit=20&city=${cityOf(n)}`, {}),
        (n) => rawRequest('GET', `${records}?limit=20&filter=%7B%22City%22%3A%22${cityOf(n)}%22%7D`, nativeKey),
      );
    }
    if (isWanted('memory')) {
      const memory = async (of: Server) => (await ask<{ rss: number }>(of.process, 'usage')).rss / 1e6;
      const [ours, bare] = [await memory(server), await memory(floor)];
      lines.push({
        name: 'memory after the load above',
        value: `${ours.toFixed(0)} MB against ${bare.toFixed(0)} MB of the floor`,
        ratio: ours / bare,
        most: 1.25,
      });
    }
    if (isWanted('create')) {
      const body = (n: number) => JSON.stringify({ fields: record(n) });
      const request = (n: number) => rawRequest('POST', records, nativeKey, body(n));
      const load = { ...ourLoad, connections: 64, status: 201, request };
      const floorCreate = {
        ...floorLoad,
        connections: 64,
        request: (n: number) => rawRequest('POST', '/t', {}, JSON.stringify(floorRecord(n))),
      };
      const result = await compare(floorCreate, load);
      lines.push({ name: 'create over HTTP, on disk, 64 in flight (the floor does not sync)', ...result });
      const count = isQuick ? 10_000 : 100_000;
      const sent = await sendAll(load, count);
      lines.push({
        name: `${count / 1000} k creates from a Node client, one each`,
        value: `${sent.seconds.toFixed(1)} s, ${sent.failures} failures`,
        measured: sent.seconds,
        mostMeasured: isQuick ? undefined : 6,
      });
      const batch = (n: number) =>
        rawRequest(
          'POST',
          `${records}/batch`,
          nativeKey,
          JSON.stringify({ create: Array.from({ length: 1000 }, (_, at) => ({ fields: record(n * 1000 + at) })) }),
        );
      const batches = await sendAll({ ...ourLoad, connections: 2, request: batch }, count / 1000);
      lines.push({
        name: `${count / 1000} k creates in batches of 1,000`,
        value: `${batches.seconds.toFixed(1)} s, ${batches.failures} failures`,
      });
    }
    if (isWanted('token')) {
      const mint = await run({ ...ourLoad, request: () => rawRequest('POST', tokenPath, forms.basic, grant) });
      lines.push({
        name: 'mint a token over HTTP',
        value: `${Math.round(mint.perSecond).toLocaleString('en')}/s; p99 ${mint.p99Ms.toFixed(1)} ms, ${mint.failures} failures`,
        measured: mint.perSecond,
        leastMeasured: 20_000,
      });
    }
    if (isWanted('submit')) {
      const submit = await run({
        ...ourLoad,
        connections: 64,
        status: 201,
        request: (n) => rawRequest('POST', forms.submit, forms.key, forms.submission(n)),
      });
      lines.push({
        name: 'submit a form over HTTP, on disk, 64 in flight',
        value: `${Math.round(submit.perSecond).toLocaleString('en')}/s; p99 ${submit.p99Ms.toFixed(1)} ms, ${submit.failures} failures`,
        measured: submit.perSecond,
        leastMeasured: 15_000,
      });
    }
    if (isWanted('mixed')) {
      const read = { ...ourLoad, request: (n: number) => rawRequest('GET', `${records}/${idOf(n)}`, nativeKey) };
      const alone = await run(read);
      const write = {
        ...ourLoad,
        connections: 64,
        status: 201,
        seconds: seconds + 1,
        request: (n: number) => rawRequest('POST', records, nativeKey, JSON.stringify({ fields: record(n) })),
      };
      const writing = run(write);
      const beside = await run(read);
      const writes = await writing;
      lines.push({ name: 'reads beside full-speed writes, both over HTTP', floor: alone, ours: beside, budget: 0.6 });
      lines.push({
        name: 'those writes, on disk, 64 in flight',
        value: `${Math.round(writes.perSecond).toLocaleString('en')}/s; p99 ${writes.p99Ms.toFixed(1)} ms, ${writes.failures} failures`,
      });
    }
  } finally {
    await stop(floor);
    await stop(server);
  }
}

/** Notifications, accepted when they are on disk: by itself, and while they are delivered as fast as they can be. */
async function notifications(): Promise<void> {
  const sink = await startPushSink();
  const floor = await start('./floor.ts', join(folder, 'push-floor.db'), '1');
  const server = await start('./server.ts', join(folder, 'push.db'), '1', sink.url);
  const { adaloKey } = requestsOf(server);
  const body = (n: number) => notificationOf(server.filled.app, n);
  const load = { url: server.url, connections: 64, seconds };
  const ours = { ...load, request: (n: number) => rawRequest('POST', '/notifications', adaloKey, body(n)) };
  const bare = { ...load, url: floor.url, request: (n: number) => rawRequest('POST', '/notifications', {}, body(n)) };
  try {
    const alone = await compare(bare, ours);
    lines.push({
      name: 'accept a notification, on disk, 64 in flight (the floor does not sync)',
      ...alone,
      measured: alone.ours.perSecond,
      leastMeasured: 5000,
    });
    sink.isAnswering = true;
    await wait(12_000);
    const before = sink.answered;
    const from = performance.now();
    const beside = await run(ours);
    const sent = (sink.answered - before) / ((performance.now() - from) / 1000);
    lines.push({
      name: 'the same while they are delivered',
      value: `${Math.round(beside.perSecond).toLocaleString('en')}/s accepted, ${Math.round(sent).toLocaleString('en')}/s sent; p99 ${beside.p99Ms.toFixed(1)} ms`,
    });
    const then = sink.answered;
    await wait(3_000);
    lines.push({
      name: 'deliver what is queued',
      value: `${Math.round((sink.answered - then) / 3).toLocaleString('en')}/s`,
    });
  } finally {
    await stop(floor);
    await stop(server);
    await sink.close();
  }
}

async function uploads(): Promise<void> {
  const floor = await start('./floor.ts', join(folder, 'upload-floor.db'), '1');
  const server = await start('./server.ts', join(folder, 'upload.db'), '1');
  const path = `/api/v1/apps/${server.filled.app}/files?filename=a.txt`;
  const { nativeKey } = requestsOf(server);
  try {
    lines.push(
      ...(await benchUpload(
        { url: server.url, path, headers: nativeKey, pid: server.process.pid },
        { url: floor.url, path: '/upload', headers: {}, pid: floor.process.pid },
      )),
    );
  } finally {
    await stop(floor);
    await stop(server);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What needs no network: measured inside one process. */
async function inProcess(): Promise<void> {
  const child = fork(new URL('./in-process.ts', import.meta.url), [join(folder, 'inside.db'), String(rowsLarge)]);
  for (;;) {
    const line = await reply<Line | null>(child);
    if (line === null) break;
    lines.push(line);
    child.send('next');
  }
  await new Promise((resolve) => child.once('exit', resolve));
}

try {
  if (['get', 'list', 'filter', 'create', 'token', 'submit', 'memory', 'mixed'].some(isWanted)) await againstFloor();
  if (isWanted('notify')) await notifications();
  if (isWanted('inside') || isWanted('start')) await inProcess();
  if (isWanted('start')) lines.push(await benchStart(join(folder, 'inside.db'), rowsLarge));
  if (isWanted('upload')) await uploads();
  if (isWanted('backup')) lines.push(...(await benchBackup(folder, isQuick)));
  if (isWanted('import') || isWanted('export')) lines.push(...(await benchImportExport(folder, rowsLarge, isQuick)));
  process.exitCode = printReport(lines) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
