/** What is said when things go wrong: settings that cannot be used, a damaged database, a disk that fails under requests. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createCaller } from '../crash/call.ts';
import type { Caller } from '../isolation/callers.ts';
import { collect, type Environment, runCommand, startCommand } from './command.ts';
import type { Evidence } from './evidence.ts';
import type { Accounts } from './requests.ts';

/** Settings that hold secrets, and are refused or lead nowhere. */
export async function runWithWrongSettings(env: Environment, evidence: Evidence): Promise<void> {
  const password = 'database-password-83hf92';
  const awsKey = 'aws-secret-access-key-77dj2k';
  const shortKey = Buffer.from('a master key of wrong length').toString('base64');
  const remoteKey = 'tsr_0123456789abcdefghijklmnopqrstuv';
  const cases: readonly (readonly [string, readonly string[], Environment])[] = [
    [password, ['serve'], { DATABASE_URL: `postgres://tessera:${password}@127.0.0.1:9/tessera` }],
    [password, ['serve'], { DATABASE_URL: `mysql://tessera:${password}@127.0.0.1:9/tessera` }],
    [password, ['serve'], { REDIS_URL: `redis://:${password}@127.0.0.1:9`, PORT: 'nonsense' }],
    [shortKey, ['serve'], { TESSERA_MASTER_KEY: shortKey }],
    [shortKey, ['doctor'], { TESSERA_MASTER_KEY: shortKey }],
    [awsKey, ['backup', '--json'], backupTo('http://127.0.0.1:9', awsKey)],
    [awsKey, ['backup', '--list'], backupTo('http://127.0.0.1:9', awsKey)],
    [awsKey, ['doctor', '--json'], backupTo('http://127.0.0.1:9', awsKey)],
    [awsKey, ['backup'], backupTo('nonsense', awsKey)],
    [remoteKey, ['key', 'list'], { TESSERA_URL: 'http://127.0.0.1:9', TESSERA_API_KEY: remoteKey }],
    [remoteKey, ['table', 'list', '--json'], { TESSERA_URL: 'nonsense', TESSERA_API_KEY: remoteKey }],
  ];
  for (const [secret, args, more] of cases) {
    evidence.secret(`secret in ${Object.keys(more).join(', ')}`, secret);
    const { stdout, stderr } = await runCommand(args, { ...env, ...more });
    evidence.add(`tessera ${args.join(' ')} with ${Object.keys(more).join(', ')}`, stdout + stderr);
  }
}

function backupTo(endpoint: string, secret: string): Environment {
  return {
    TESSERA_BACKUP: `s3://bucket/a?endpoint=${encodeURIComponent(endpoint)}`,
    AWS_ACCESS_KEY_ID: 'AKTEST',
    AWS_SECRET_ACCESS_KEY: secret,
  };
}

/** A database that is damaged before the start, and one whose file is damaged under a running server. */
export async function runOnDamage(env: Environment, folder: string, evidence: Evidence): Promise<void> {
  const damaged = join(folder, 'damaged');
  await mkdir(damaged);
  const file = join(damaged, 'tessera.db');
  await copyFile(join(folder, 'data', 'master.key'), join(damaged, 'master.key'));
  const whole = await readFile(join(folder, 'data', 'tessera.db'));
  for (const from of [0, 4096, whole.length >> 1]) {
    const bytes = Buffer.from(whole);
    bytes.fill(0xa5, from, from + 8192);
    await writeFile(file, bytes);
    const child = startCommand(['serve', '--json'], { ...env, DATABASE_URL: `sqlite:${file}` });
    const ended = once(child, 'close');
    const texts = collect(child);
    // It says that it listens, or why it does not; and what it finds later as well.
    await Promise.race([ended, child.stdout === null ? ended : once(child.stdout, 'data')]);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
    child.kill('SIGTERM');
    await ended;
    const { stdout, stderr } = texts();
    evidence.add('a server on a damaged database', stdout + stderr);
  }
}

/** Requests with keys and passwords while the disk fails: answers, and a log without any redaction at its most talkative. */
export async function askOnFailingDisk(
  env: Environment,
  evidence: Evidence,
  callers: readonly Caller[],
  table: Accounts,
): Promise<number> {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  let isFailing = false;
  const sync = () => (isFailing ? Promise.reject(new Error('EIO: i/o error, fdatasync')) : Promise.resolve());
  const app = await startApp(readConfig({ ...env, TESSERA_LOG_LEVEL: 'trace' }), { logger, store: { sync } });
  const statuses: number[] = [];
  try {
    isFailing = true;
    const caller = createCaller(app.url);
    for (const { door, sort, headers } of callers) {
      if (sort !== 'owner') continue;
      const path = door === 'native' ? `/api/v1/tables/${table.id}/records` : '/v3.0/forms';
      const password = `correct-horse-on-a-failing-disk-${door}`;
      evidence.secret('password of a record (disk fails)', password);
      const body = { fields: { Name: door, Password: password } };
      const answer = await caller.call('POST', path, '', body, headers as Record<string, string>);
      statuses.push(answer.status);
      evidence.add(`answer on a failing disk (${answer.status})`, `${JSON.stringify(answer.headers)}\n${answer.text}`);
    }
    caller.close();
  } finally {
    await app.close().catch(() => undefined);
  }
  assert.ok(statuses.includes(503), `answers on a failing disk: ${statuses.join()}`);
  const log = lines.join('');
  assert.match(log, /could not be synced/);
  evidence.add('log of a server whose disk fails', log);
  return statuses.length;
}

/** The texts in a spreadsheet, which is a zip of them. */
export function unzipped(zip: Buffer): string {
  const texts: string[] = [];
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(begin, begin + size);
    texts.push((method === 8 ? inflateRawSync(content) : content).toString('utf8'));
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return texts.join('\n');
}
