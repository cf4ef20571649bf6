/** A server of its own process with a filled table, and what it is asked: every dialect, reads and writes. */
import { rawRequest } from '../../bench/load.ts';
import type { Asked } from '../../bench/open-loop.ts';
import { type InitJson, makePlace } from '../cli/tessera.ts';

export interface Loaded {
  readonly url: string;
  /** The mix, by number. */
  request(n: number): Asked;
  /** What `/metrics` says under this name; null when it does not answer. */
  metric(name: string): Promise<number | null>;
  close(): Promise<void>;
}

const rows = 20_000;

export async function startLoaded(): Promise<Loaded> {
  const place = await makePlace();
  const env = { TESSERA_LOG_LEVEL: 'error', TESSERA_RATE_LIMIT: 'off', TESSERA_TOKEN_TTL_SECONDS: '300' };
  const init = await place.run(['init', '--json'], env);
  if (init.code !== 0) throw new Error(init.stderr);
  const made = JSON.parse(init.stdout) as InitJson;
  const server = await place.serve('serve', env);
  const nativeKey = { Authorization: `Bearer ${made.keys.native}` };
  const table = await post(server.url, `/api/v1/apps/${made.app.id}/tables`, nativeKey, {
    name: 'Items',
    fields: ['Name', 'City', 'Notes'].map((name) => ({ name, type: 'text' })),
  });
  for (let from = 0; from < rows; from += 1000) {
    const create = Array.from({ length: 1000 }, (_, at) => ({ fields: fieldsOf(from + at) }));
    await post(server.url, `/api/v1/tables/${table.id}/records/batch`, nativeKey, { create });
  }
  const { apiKey, secretKey } = made.keys.formaloo;
  const token = await post(
    server.url,
    '/v3.0/oauth2/authorization-token/',
    { 'x-api-key': apiKey, Authorization: `Basic ${secretKey}` },
    'grant_type=client_credentials',
  );
  const mix = mixOf(made, table.id, String(token.authorization_token));
  return {
    url: server.url,
    request: (n) => mix(n),
    async metric(name) {
      const text = await fetch(`${server.url}/metrics`, { signal: AbortSignal.timeout(5_000) }).then(
        (answer) => answer.text(),
        () => '',
      );
      const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
      return found === undefined ? null : Number(found);
    },
    async close() {
      await server.stop();
      await place.remove();
    },
  };
}

function fieldsOf(n: number): Record<string, string> {
  return { Name: `Item ${n}`, City: `City ${n % 100}`, Notes: `Stands in aisle ${n % 37}; ask for "number ${n}".` };
}

/** Of twenty: seven reads of one record, six of a hundred, two searches through all, three creates, one update, one profile. */
function mixOf({ app, keys }: InitJson, table: string, token: string): (n: number) => Asked {
  const native = { Authorization: `Bearer ${keys.native}` };
  const adalo = { Authorization: `Bearer ${keys.adalo}` };
  const retable = { ApiKey: keys.retable };
  const formaloo = { 'x-api-key': keys.formaloo.apiKey, Authorization: `JWT ${token}` };
  const records = `/api/v1/tables/${table}/records`;
  const collection = `/v0/apps/${app.id}/collections/${table}`;
  const idOf = (n: number) => 1 + ((n * 7919) % rows);
  const get = (kind: string, path: string, headers: Readonly<Record<string, string>>): Asked => ({
    kind,
    status: 200,
    bytes: rawRequest('GET', path, headers),
  });
  const oneNative = (n: number) => get('native get', `${records}/${idOf(n)}`, native);
  const oneAdalo = (n: number) => get('adalo get', `${collection}/${idOf(n)}`, adalo);
  const hundred = () => get('native list', `${records}?limit=100`, native);
  const search = (n: number) => {
    const filter = encodeURIComponent(JSON.stringify({ Notes: { contains: `"number ${idOf(n)}"` } }));
    return get('native search', `${records}?limit=20&filter=${filter}`, native);
  };
  const create = (n: number): Asked => ({
    kind: 'native create',
    status: 201,
    bytes: rawRequest('POST', records, native, JSON.stringify({ fields: fieldsOf(n) })),
  });
  const steps: readonly ((n: number) => Asked)[] = [
    oneNative,
    hundred,
    oneAdalo,
    create,
    search,
    hundred,
    oneAdalo,
    () => get('retable list', `/v1/public/retable/${table}/data?limit=100`, retable),
    oneNative,
    create,
    oneAdalo,
    hundred,
    oneNative,
    () => get('adalo list', `${collection}?limit=100`, adalo),
    search,
    create,
    (n) => ({
      kind: 'native update',
      status: 200,
      bytes: rawRequest('PATCH', `${records}/${idOf(n)}`, native, JSON.stringify({ fields: { City: `City ${n}` } })),
    }),
    hundred,
    oneNative,
    () => get('formaloo profile', '/v3.0/profile/', formaloo),
  ];
  return (n) => (steps[n % steps.length] ?? oneNative)(n);
}

async function post(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the caller knows
): Promise<any> {
  const isForm = typeof body === 'string';
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': type },
    body: isForm ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
