/**
 * No key, token, password or master key in logs at their most talkative, errors, metrics, process titles, command output,
 * exports, the database, a backup, or what is said when settings, database or disk fail: everything that a run of the whole
 * product puts out is searched for every secret made in it, also escaped, in hexadecimal and in base64.
 * Only the answers that show a secret on purpose are left out, and what they show is searched for everywhere else.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInstance } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Core, systemActor } from '../../src/core/context.ts';
import { vapidKeys } from '../../src/core/push/vapid-keys.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import { type Caller, makeCallers, makeOwner } from '../isolation/callers.ts';
import { doorNames } from '../isolation/doors.ts';
import { type Environment, runCommand } from './command.ts';
import { addFiles, type Initial, runCommands } from './commands.ts';
import { createEvidence, type Evidence } from './evidence.ts';
import { askOnFailingDisk, runOnDamage, runWithWrongSettings } from './faults.ts';
import { type Accounts, serveAndAsk } from './requests.ts';

export interface SecretsReport {
  secrets: number;
  bytes: number;
  requests: number;
}

/** @throws AssertionError that tells where which kind of secret was found */
export async function proveSecrets(): Promise<SecretsReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-secrets-'));
  const evidence = createEvidence();
  const env: Environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `sqlite:${join(folder, 'data', 'tessera.db')}`,
    TESSERA_PUBLIC_URL: 'http://tessera.test',
    TESSERA_RATE_LIMIT: 'off',
    TESSERA_LOG_LEVEL: 'trace',
    // Tokens are made once, long before the last request.
    TESSERA_TOKEN_TTL_SECONDS: '86400',
    TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on',
  };
  try {
    const initial = await initialised(env, evidence);
    await addMasterKey(folder, evidence);
    const { callers, table } = await inProcess(env, evidence);
    const asked = await serveAndAsk(env, evidence, callers, table, initial.keys.native);
    await runCommands(env, folder, evidence, initial, table);
    await runWithWrongSettings(env, evidence);
    await runOnDamage(env, folder, evidence);
    const requests = asked + (await askOnFailingDisk(env, evidence, callers, table));
    await addFiles(join(folder, 'data'), evidence);
    const findings = evidence.search();
    const told = findings.map(({ where, what, around }) => `${where}: a ${what}: …${around}…`);
    assert.equal(findings.length, 0, `${findings.length} findings:\n${told.slice(0, 40).join('\n')}`);
    return { secrets: evidence.secrets.size, bytes: evidence.bytes, requests };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function initialised(env: Environment, evidence: Evidence): Promise<Initial> {
  const { code, stdout, stderr } = await runCommand(['init', '--demo', '--json'], env);
  assert.equal(code, 0, stderr);
  const made = JSON.parse(stdout);
  evidence.shown('key of init', made.keys);
  evidence.add('init, standard error', stderr);
  return made;
}

async function addMasterKey(folder: string, evidence: Evidence): Promise<void> {
  const text = (await readFile(join(folder, 'data', 'master.key'), 'utf8')).trim();
  const bytes = Buffer.from(text, 'base64');
  assert.equal(bytes.length, 32);
  evidence.secret('master key', text);
  for (const encoding of ['hex', 'base64url', 'latin1'] as const)
    evidence.secret(`master key (${encoding})`, bytes.toString(encoding));
}

/** Callers of every sort, whose credentials are all secrets. */
async function inProcess(
  env: Environment,
  evidence: Evidence,
): Promise<{ callers: readonly Caller[]; table: Accounts }> {
  const instance = await openInstance(readConfig({ ...env, TESSERA_LOG_LEVEL: 'silent' }), {
    store: { sync: async () => undefined },
  });
  const { core } = instance;
  try {
    const callers = [...(await makeCallers(core))];
    for (const door of doorNames) callers.push(await makeOwner(core, door));
    for (const { headers, name, door } of callers) {
      for (const value of Object.values(headers)) {
        const text = String(value).replace(/^(?:Bearer|JWT) /, '');
        if (text.length > 20) evidence.secret(`${name} (${door})`, text);
      }
    }
    evidence.secret('private key of push', (await vapidKeys(core)).privateKey);
    return { callers, table: await passwordTable(core, callers) };
  } finally {
    await instance.close();
  }
}

async function passwordTable(core: Core, callers: readonly Caller[]): Promise<Accounts> {
  const owner = callers.find((caller) => caller.sort === 'owner' && caller.door === 'native');
  assert.ok(owner);
  return createTable(core, systemActor, owner.target.app, {
    name: 'Accounts',
    fields: [
      { name: 'Name', type: 'text', unique: true },
      { name: 'Password', type: 'password' },
    ],
  });
}
