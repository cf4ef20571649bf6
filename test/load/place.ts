/** A server of its own process with a filled table. */
import { type InitJson, makePlace } from '../cli/tessera.ts';
import { fieldsOf, type MixFacts } from './mix.ts';

export interface Loaded {
  readonly url: string;
  readonly facts: MixFacts;
  /** What `/metrics` says under this name; null when it does not answer. */
  metric(name: string): Promise<number | null>;
  close(): Promise<void>;
}

const rows = 20_000;

export async function startLoaded(): Promise<Loaded> {
  const place = await makePlace();
  const env = { TESSERA_LOG_LEVEL: 'error', TESSERA_RATE_LIMIT: 'off', TESSERA_TOKEN_TTL_SECONDS: '86400' };
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
  return {
    url: server.url,
    facts: { made, table: table.id, token: String(token.authorization_token), rows },
    async metric(name) {
      const text = await fetch(`${server.url}/metrics`, { signal: AbortSignal.timeout(60_000) }).then(
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
