/** The command line beside the database, and what it leaves on the disk. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, runCommand } from './command.ts';
import type { Evidence } from './evidence.ts';
import { unzipped } from './faults.ts';
import type { Accounts } from './requests.ts';

/** What `tessera init --json` answers, as far as it is needed here. */
export interface Initial {
  readonly workspace: { readonly id: string };
  readonly app: { readonly id: string };
  readonly keys: { readonly native: string };
}

/** Runs a command that must end with this code; answers its standard output. */
type Run = (
  args: readonly string[],
  expected?: { readonly mayShow?: boolean; readonly code?: number; readonly env?: Environment },
) => Promise<string>;

/** The command line beside the database, after the server has ended. */
export async function runCommands(
  env: Environment,
  folder: string,
  evidence: Evidence,
  { app, workspace }: Initial,
  table: Accounts,
): Promise<void> {
  const run: Run = async (args, { mayShow = false, code: expected = 0, env: more = {} } = {}) => {
    const { code, stdout, stderr } = await runCommand(args, { ...env, ...more });
    assert.equal(code, expected, `tessera ${args.join(' ')}: ${stderr}`);
    if (mayShow) evidence.shown(args.slice(0, 2).join(' '), JSON.parse(stdout));
    else evidence.add(`tessera ${args.join(' ')}`, stdout);
    evidence.add(`tessera ${args.join(' ')}, standard error`, stderr);
    return stdout;
  };
  const create = async (kind: string, scope: readonly string[]): Promise<string> => {
    const args = ['key', 'create', '--name', 'New', '--kind', kind, '--app', app.id, ...scope, '--json'];
    return JSON.parse(await run(args, { mayShow: true })).id;
  };
  const native = await create('native', ['--scope', '*:read']);
  const pair = await create('pair', []);
  await run(['key', 'reveal', pair, '--json'], { mayShow: true });
  await run(['key', 'reveal', native], { code: 4 });
  await run(['key', 'rotate', native, '--json'], { mayShow: true });
  for (const verb of ['disable', 'enable', 'delete']) await run(['key', verb, native, '--json']);
  await run(['key', 'list', '--app', app.id]);
  await run(['key', 'list', '--app', app.id, '--json']);
  await run(['doctor']);
  await run(['doctor', '--json']);
  await run(['doctor'], { code: 1, env: { TESSERA_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') } });
  await run(['table', 'list', '--app', app.id]);
  await run(['user', 'list', '--workspace', workspace.id]);
  await run(['plan', 'list']);
  for (const format of ['jsonl', 'csv']) {
    await run(['export', '--table', table.id, '--app', table.appId, '--format', format]);
  }
  const sheet = join(folder, 'accounts.xlsx');
  await run(['export', '--table', table.id, '--app', table.appId, '--format', 'xlsx', '--out', sheet]);
  evidence.add('exported spreadsheet', unzipped(await readFile(sheet)));
  await importPasswords(run, folder, table, evidence);
  await run(['--version']);
  await run(['nonsense'], { code: 2 });
  const backups = join(folder, 'backups');
  await mkdir(backups);
  await run(['backup', '--to', backups]);
  await run(['backup', '--to', backups, '--list', '--json']);
  await addFiles(backups, evidence);
  const restored = join(folder, 'restored');
  await run(['restore', backups, '--to', `sqlite:${join(restored, 'tessera.db')}`]);
  await addFiles(restored, evidence);
}

async function importPasswords(run: Run, folder: string, table: Accounts, evidence: Evidence): Promise<void> {
  const file = join(folder, 'accounts.csv');
  const rows = [
    ['d', 'imported-password-one'],
    ['a', 'imported-password-two'],
    ['e', 'imported-password-three'.repeat(100)],
  ];
  for (const [, password] of rows) evidence.secret('password of an imported row', String(password).slice(0, 23));
  await writeFile(file, ['Name,Password', ...rows.map((row) => row.join())].join('\n'));
  await run(['import', file, '--app', table.appId, '--table', 'Accounts', '--yes', '--json'], { code: 4 });
}

/** Every file but the master key's own, as it is on the disk. */
export async function addFiles(folder: string, evidence: Evidence): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || entry.name === 'master.key') continue;
    const path = join(entry.parentPath, entry.name);
    evidence.add(`file ${entry.name}`, await readFile(path, 'latin1'));
  }
}
