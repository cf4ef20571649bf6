import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { skipUnless } from '../skip-reason.ts';
import { type Ended, makePlace, type Place } from './tessera.ts';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;
const skip = skipUnless(hasCurl && hasBash, 'curl or bash is not here', 'install both');

interface Call {
  readonly what: string;
  readonly status: number;
  readonly body: string;
}

describe('the first start', { skip }, () => {
  let place: Place;
  let said: string;
  let calls: readonly Call[];
  let ended: Ended;
  before(async () => {
    place = await makePlace();
    const server = await place.serve('start');
    said = server.stdout();
    calls = await pasteAll(said);
    ended = await server.stop();
  });
  after(() => place.remove());

  test('prints calls that work as pasted', () => {
    const statuses = calls.map(({ what, status }) => [what, status]);
    assert.deepEqual(statuses, [
      ['Native API: paid orders above 100, the largest first', 200],
      ['Native API: create an order', 201],
      ['Adalo Collections API: list customers', 200],
      ['Adalo Collections API: create a customer', 200],
      ['Refused with 403: the read-only key does not create', 403],
    ]);
  });

  test('answers them with what they promise', () => {
    const [query, created, listed, added, refused] = calls.map(({ body }) => JSON.parse(body));
    const totals = query.data.map(({ fields }: { fields: { Total: number } }) => fields.Total);
    assert.deepEqual(totals, [1494, 759.6, 238]);
    assert.equal(created.fields.Number, 'ORD-2001');
    assert.equal(listed.records.length, 3);
    assert.equal(added.Name, 'Grace Hopper');
    assert.equal(refused.code, 'scope_missing');
  });

  test('ends with 0 on SIGTERM', () => {
    assert.equal(ended.code, 0, ended.stderr);
  });

  test('writes no secret to the log', () => {
    const secrets = secretsIn(said);
    assert.ok(secrets.length >= 7);
    for (const secret of secrets) assert.ok(!ended.stderr.includes(secret), 'a printed secret is in the log');
  });

  test('is followed by starts that say only where they are and find everything as it was', async () => {
    const server = await place.serve('start');
    try {
      assert.equal(server.stdout(), `Tessera is running at ${server.url}\n`);
      const key = /native key\s+(tsr_\S+)/.exec(said)?.[1];
      const orders = /table\s+(\S+)\s+Orders/.exec(said)?.[1];
      const response = await fetch(`${server.url}/api/v1/tables/${orders}/records?count=true`, {
        headers: { authorization: `Bearer ${key}` },
      });
      const { count } = (await response.json()) as { count: number };
      assert.equal(count, 41);
    } finally {
      await server.stop();
    }
  });
});

/** Runs every curl line through bash, as a person would; only asks for the status in addition. */
async function pasteAll(text: string): Promise<readonly Call[]> {
  const calls: Call[] = [];
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith('curl ')) continue;
    const { stdout } = await run('bash', ['-c', `${line} -w '\\n%{http_code}'`]);
    const [body = '', status = ''] = stdout.split(/\n(?=\d+$)/);
    calls.push({ what: (lines[at - 1] ?? '').replace(/^# /, ''), status: Number(status), body });
  }
  return calls;
}

function secretsIn(text: string): string[] {
  return [...text.matchAll(/key\s+(\S{25,})$/gm)].map(([, secret = '']) => secret);
}
