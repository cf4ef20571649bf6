/** What the server is asked, at its most talkative: every route by everybody, passwords, and keys where none belong. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Answer, createCaller } from '../crash/call.ts';
import type { Caller } from '../isolation/callers.ts';
import type { RouteCase } from '../isolation/route-case.ts';
import { routeCases } from '../isolation/routes.ts';
import { collect, type Environment, startCommand, visibleOf } from './command.ts';
import type { Evidence } from './evidence.ts';

/** A table with a password field. */
export interface Accounts {
  readonly id: string;
  readonly appId: string;
}

/** Answers that show secrets on purpose. */
const showing = new Set([
  'POST /api/v1/apps/:app/keys',
  'POST /api/v1/me/keys',
  'POST /api/v1/keys/:key/rotate',
  'POST /api/v1/apps/:app/webhooks',
  'POST /api/v1/apps/:app/webhooks/:webhook/reveal',
  'POST /api/v1/apps/:app/push/tokens',
  'POST /:version/oauth2/authorization-token',
  'GET /:version/keys',
]);

/** Every route as its owner and as those who are refused, with the server's log at trace. */
export async function serveAndAsk(
  env: Environment,
  evidence: Evidence,
  callers: readonly Caller[],
  table: Accounts,
  native: string,
): Promise<number> {
  const server = startCommand(['serve', '--json'], env);
  const ended = once(server, 'exit');
  const texts = collect(server);
  let requests = 0;
  try {
    while (!texts().stdout.includes('\n')) {
      if (server.exitCode !== null) throw new Error(`the server did not start: ${texts().stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const caller = createCaller(JSON.parse(texts().stdout).url);
    const call = async (
      where: string,
      mayShow: boolean,
      ...request: Parameters<typeof caller.call>
    ): Promise<Answer> => {
      requests += 1;
      const answer = await caller.call(...request);
      const text = `${JSON.stringify(answer.headers)}\n${answer.text}`;
      if (mayShow && answer.status < 300) evidence.shown(where, answer.json);
      else evidence.add(`answer of ${where} (${answer.status})`, text);
      return answer;
    };
    for (const [route, known] of Object.entries(routeCases)) await everyCaller(route, known, callers, call);
    await passwords(call, table, callers, evidence);
    await misplaced(call, native, table);
    for (const path of ['/metrics', '/healthz', '/readyz']) await call(path, false, 'GET', path, '');
    const visible = server.pid === undefined ? null : visibleOf(server.pid);
    if (visible !== null) evidence.add('arguments and title of the server', visible);
    caller.close();
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
  const { stdout, stderr } = texts();
  assert.ok(stderr.length > 10_000, 'the log at trace says little: it is not what the server logs');
  evidence.add('log of the server', stdout + stderr);
  return requests;
}

type Call = (
  where: string,
  mayShow: boolean,
  method: string,
  path: string,
  key: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Who ends what others still need comes last. */
async function everyCaller(route: string, known: RouteCase, callers: readonly Caller[], call: Call): Promise<void> {
  const [method = '', url = ''] = route.split(' ');
  if (method === 'DELETE') return;
  for (const caller of callers) {
    if (caller.door !== (known.door === 'open' ? 'native' : known.door) || caller.sort === 'insider') continue;
    const params = known.path(caller.target);
    const path = url.replace(/:(\w+)|\*/g, (part, name: string | undefined) => String(params[name ?? '*'] ?? part));
    const query = known.query?.(caller.target) ?? '';
    const body = known.body?.(caller.target);
    const headers = { authorization: '', ...known.headers, ...caller.headers } as Record<string, string>;
    if (headers.authorization === '') delete headers.authorization;
    const where = `${route} × ${caller.name} (${caller.door})`;
    const isBytes = Buffer.isBuffer(body);
    await call(
      where,
      showing.has(route),
      method,
      query === '' ? path : `${path}?${query}`,
      '',
      isBytes ? body.toString() : body,
      headers,
    );
  }
}

/** Passwords of records: taken, refused, and asked for in every way. */
async function passwords(call: Call, table: Accounts, callers: readonly Caller[], evidence: Evidence): Promise<void> {
  const owner = callers.find((one) => one.sort === 'owner' && one.door === 'native');
  const headers = (owner?.headers ?? {}) as Record<string, string>;
  const path = `/api/v1/tables/${table.id}/records`;
  const password = (text: string): string => {
    const made = `correct-horse-${text}-${Math.random().toString(36).slice(2)}`;
    evidence.secret(`password of a record (${text})`, made);
    return made;
  };
  const made = await call(
    'record with a password',
    false,
    'POST',
    path,
    '',
    { fields: { Name: 'a', Password: password('taken') } },
    headers,
  );
  assert.equal(made.status, 201, made.text);
  const refused = [
    { fields: { Name: 'a', Password: password('beside a value that is taken') } },
    { fields: { Name: 'b', Password: [password('in a list')] } },
    { fields: { Name: 'b', Password: { text: password('in an object') } } },
    { fields: { Name: {}, Password: password('beside a wrong value') } },
    { fields: { Name: 'c', Password: password('too long').repeat(500) } },
    { fields: { Name: 'c', Nothing: 1, Password: password('beside an unknown field') } },
    { Name: 'c', Password: password('in the wrong place') },
  ];
  for (const body of refused) await call('refused record with a password', false, 'POST', path, '', body, headers);
  await call(
    'update of a password',
    false,
    'PATCH',
    `${path}/1`,
    '',
    { fields: { Password: password('new') } },
    headers,
  );
  await call(
    'broken JSON with a password',
    false,
    'POST',
    path,
    '',
    `{"fields":{"Password":"${password('in broken JSON')}"`,
    {
      ...headers,
      'content-type': 'application/json',
    },
  );
  const filters = ['filter', 'sort', 'fields'].map((name) => `${name}=${encodeURIComponent('{"Password":"x"}')}`);
  for (const query of ['', ...filters, 'sort=Password', 'fields=Password', 'keys=id']) {
    await call('list of records with passwords', false, 'GET', `${path}?${query}`, '', undefined, headers);
  }
  await call('changes', false, 'GET', `/api/v1/apps/${table.appId}/changes`, '', undefined, headers);
  await call('export', false, 'GET', `/api/v1/tables/${table.id}/export?format=jsonl`, '', undefined, headers);
}

/** Keys where no key belongs: nothing says them back, nothing writes them down. */
async function misplaced(call: Call, native: string, table: Accounts): Promise<void> {
  const paths = [
    `/api/v1/tables/${table.id}/records?key=${native}`,
    `/api/v1/tables/${table.id}/records?api_key=${native}&token=${native}`,
    `/api/v1/keys/${native}`,
    `/api/v1/${native}`,
    `/${native}`,
    `/v0/apps/${native}/collections/x`,
    `/v1/public/project/${native}`,
    `/v3.0/forms/${native}`,
    `/files/${native}`,
  ];
  const wrong: Record<string, string>[] = [
    {},
    { authorization: `Basic ${Buffer.from(`x:${native}`).toString('base64')}` },
    { authorization: `Token ${native}` },
    { authorization: native },
    { cookie: `key=${native}` },
    { 'x-api-key': native },
    { apikey: native },
    { 'x-forwarded-for': native },
    { referer: `https://example.com/?key=${native}` },
    { 'user-agent': native },
    { origin: `https://${native}.example.com` },
    { 'idempotency-key': native, authorization: `Bearer ${native}` },
    { 'content-type': native },
  ];
  for (const path of paths) await call('a key in the path', false, 'GET', path, '', undefined, {});
  for (const headers of wrong) {
    const path = `/api/v1/tables/${table.id}/records`;
    await call('a key in another header', false, 'POST', path, '', { fields: {} }, headers);
  }
}
