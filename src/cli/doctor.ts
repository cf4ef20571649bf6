/** `tessera doctor`: is everything as it should be, and if not, what to do. Changes nothing; a server may be running. */
import { existsSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import {
  type Config,
  ConfigError,
  loadMasterKey,
  masterKeyFile,
  nameOfPlace,
  readConfig,
  unknownSettings,
} from '../config.ts';
import { systemClock, toIso } from '../core/clock.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { alignColumns, say, sayJson } from './output.ts';

interface DoctorOptions {
  readonly json?: boolean;
}

export function addDoctor(program: Command, done: Done): void {
  program
    .command('doctor')
    .description(
      'Check settings, database, keys, files, disk, clock and permissions, and say what to do. Changes nothing. ' +
        'Ends with 1 when something is wrong.',
    )
    .option(...jsonOption)
    .addHelpText('after', examples(['tessera doctor', 'Before an upgrade, or when something is odd:']))
    .action(async (options: DoctorOptions) => done(await doctor(options)));
}

async function doctor({ json }: DoctorOptions): Promise<number> {
  const findings = await examine();
  const isWell = findings.every(({ state }) => state !== 'problem');
  if (json === true) sayJson({ ok: isWell, findings });
  else {
    say(alignColumns(findings.map(({ check, state, detail }) => [marks[state], check, detail])));
    for (const { check, advice } of findings) if (advice !== null) say(`\n${check}: ${advice}`);
  }
  return isWell ? exitCodes.ok : exitCodes.failed;
}

const marks: Readonly<Record<Finding['state'], string>> = { ok: 'ok', warning: 'WARNING', problem: 'PROBLEM' };

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [problem('settings', error.message, 'Change the variable as it says; nothing else could be checked.')];
  }
  const settings = [ok('settings', 'can be used'), ...riskySettings(config), ...mistypedSettings()];
  const { databaseFile } = config;
  if (databaseFile === null) {
    return [...settings, warning('database', 'is not a local file', 'Only SQLite databases are checked here.')];
  }
  if (!existsSync(databaseFile)) {
    const advice =
      'Make one with "tessera init", point DATABASE_URL to yours, or restore a backup with "tessera restore".';
    return [...settings, problem('database', `there is none at ${databaseFile}`, advice)];
  }
  return [
    ...settings,
    ...(await permissions(databaseFile)),
    ...(await database(config, databaseFile)),
    ...(await disk(databaseFile)),
    ...(await backups(config)),
  ];
}

function mistypedSettings(): Finding[] {
  const advice =
    'It has no effect. README.md and docs/guides/backup.md list the settings: correct its name, or unset it.';
  return unknownSettings().map((name) => warning('settings', `${name} is no setting of Tessera`, advice));
}

function riskySettings({ host, publicUrl, areLimitsOn, allowPrivateWebhooks }: Config): Finding[] {
  const isLocal = /^(?:127\.|::1$|localhost$)/.test(host);
  const found: Finding[] = [];
  if (!isLocal && publicUrl.startsWith('http://')) {
    const advice = 'Put a proxy with TLS in front, and set TESSERA_PUBLIC_URL to its https address.';
    found.push(warning('settings', `keys travel in clear: ${host} is open to others without TLS`, advice));
  }
  if (!areLimitsOn) {
    const advice = 'Unset TESSERA_RATE_LIMIT, unless this server is for tests or migrations.';
    found.push(warning('settings', 'calls are not limited', advice));
  }
  if (allowPrivateWebhooks && !isLocal) {
    const advice =
      'Unset TESSERA_ALLOW_PRIVATE_WEBHOOKS unless everybody who can make webhooks may reach your network.';
    found.push(warning('settings', 'webhooks may go to private addresses', advice));
  }
  return found;
}

/** Windows has other means. */
const hasModes = process.platform !== 'win32';

/** What clients uploaded is there, in full length. Whether a content is damaged, a backup finds out, which reads it. */
async function files(config: Config, file: string): Promise<Finding[]> {
  const [{ openFileStorage, readFileRows }, { lostFiles }] = await Promise.all([
    import('../app.ts'),
    import('./lost-files.ts'),
  ]);
  const place = nameOfPlace(config.files);
  try {
    const { count, lost } = await lostFiles(openFileStorage(config.files), () => readFileRows(file));
    if (lost.length === 0) return [ok('files', `all ${count} uploaded files are in ${place}`)];
    const named = lost.slice(0, 10).join(', ');
    return [
      problem(
        'files',
        `the content of ${lost.length} of ${count} uploaded files is not in ${place}: ${named}${lost.length > 10 ? ' …' : ''}`,
        'If they are elsewhere, set TESSERA_FILES to it. If not, restore a backup to another place and take them from there.',
      ),
    ];
  } catch (error) {
    const detail = `${place} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return [problem('files', detail, 'Check TESSERA_FILES and the rights to it.')];
  }
}

async function permissions(file: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const path of [file, `${file}-wal`, masterKeyFile(file)]) {
    const { mode } = (await stat(path).catch(() => null)) ?? { mode: 0 };
    if (!hasModes || (mode & 0o077) === 0) continue;
    found.push(problem('permissions', `${path} can be read or written by others`, `Run: chmod 600 '${path}'`));
  }
  for (const path of [file, dirname(file)]) {
    const isWritable = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) {
      found.push(
        problem('permissions', `${path} cannot be written`, 'Run as the user that owns it, or change its owner.'),
      );
    }
  }
  return found.length > 0 ? found : [ok('permissions', 'only the owner reaches database and master key')];
}

const advices = {
  integrity: 'Stop the server, keep the files as they are, and restore the last backup ("tessera restore").',
  version: 'Start the newer version, or restore a backup made before the upgrade.',
  schema: 'This should not happen: keep a copy, restore a backup, and report it.',
  references: 'Nothing is lost by it, but it should not happen: please report it.',
  counts:
    'Lists and counts of this table are wrong. Restore a backup, or export the table and import it into a new one.',
  links: 'This should not happen: keep a copy, restore a backup, and report it.',
} as const;

async function database(config: Config, file: string): Promise<Finding[]> {
  const { checkSqlite } = await import('../app.ts');
  try {
    const result = checkSqlite(file);
    const problems = result.problems.map((one) => problem(one.check, one.problem, advices[one.check]));
    const checked = problems.length > 0 ? problems : [ok('database', 'whole: integrity, schema, counts and links')];
    if (problems.some(({ check }) => check === 'integrity')) return checked;
    return [...checked, ...(await keys(config, result)), clock(result.lastChangeAt), ...(await files(config, file))];
  } catch (error) {
    const detail = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const advice = 'Is it a database of Tessera? If it was, keep it as it is and restore the last backup.';
    return [problem('database', /no such table/.test(detail) ? 'is no database of Tessera' : detail, advice)];
  }
}

type DatabaseCheck = ReturnType<typeof import('../app.ts').checkSqlite>;

async function keys(config: Config, { sealed, masterKeyFingerprint }: DatabaseCheck): Promise<Finding[]> {
  const { createSecrets } = await import('../core/keys/secrets.ts');
  const { ownerOf } = await import('../core/keys/key-secrets.ts');
  const advice = 'Put the right master.key beside the database, or set TESSERA_MASTER_KEY to its content.';
  let secrets: ReturnType<typeof createSecrets>;
  try {
    secrets = createSecrets(await loadMasterKey(config));
  } catch (error) {
    return [problem('master key', error instanceof Error ? error.message : 'cannot be read', advice)];
  }
  if (masterKeyFingerprint !== null && masterKeyFingerprint !== secrets.fingerprint) {
    return [problem('master key', 'is not the one that the database was made with', advice)];
  }
  const closed = sealed.filter((one) => {
    try {
      secrets.open(one.sealed, ownerOf(one.key_id, one.part));
      return false;
    } catch {
      return true;
    }
  });
  if (closed.length === 0) return [ok('master key', `opens all ${sealed.length} sealed secrets`)];
  return [
    problem(
      'master key',
      `does not open ${closed.length} of ${sealed.length} sealed secrets`,
      `Rotate these keys ("tessera key rotate"): ${[...new Set(closed.map((one) => one.key_id))].slice(0, 10).join(', ')}`,
    ),
  ];
}

const aheadMs = 5 * 60_000;
/** Before this version was written. */
const earliest = Date.UTC(2026, 0, 1);

function clock(lastChangeAt: number | null): Finding {
  const now = systemClock.now();
  const advice = 'Set the clock of this machine right (NTP): keys expire and tokens end by it.';
  if (now < earliest) return problem('clock', `says ${toIso(now)}`, advice);
  if (lastChangeAt !== null && lastChangeAt > now + aheadMs) {
    return problem('clock', `says ${toIso(now)}, but a record was changed at ${toIso(lastChangeAt)}`, advice);
  }
  return ok('clock', `says ${toIso(now)}`);
}

const freeBytesMin = 200 * 1024 * 1024;

async function disk(file: string): Promise<Finding[]> {
  const { bavail, bsize } = await statfs(dirname(file));
  const free = bavail * bsize;
  const { size } = await stat(file);
  const log = (await stat(`${file}-wal`).catch(() => null))?.size ?? 0;
  const detail = `${gigabytes(free)} free; database ${gigabytes(size)}, log ${gigabytes(log)}`;
  if (free < freeBytesMin) {
    return [problem('disk', detail, 'Make room: when the disk is full, nothing can be written any more.')];
  }
  if (free < size) return [warning('disk', detail, 'A backup needs as much room beside the database for a while.')];
  return [ok('disk', detail)];
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

async function backups({ backup }: Config): Promise<Finding[]> {
  if (backup === null) {
    const advice = 'Set TESSERA_BACKUP, or run "tessera backup --to FOLDER" from cron, and keep master.key elsewhere.';
    return [warning('backup', 'this server makes none by itself', advice)];
  }
  const { openFileStorage } = await import('../app.ts');
  const { listBackups } = await import('../core/backup/list-backups.ts');
  const { openBackup } = await import('../core/backup/read-backup.ts');
  const place = openFileStorage(backup.place);
  try {
    const last = (await listBackups(place)).at(-1);
    const advice = 'See the log of the server for "job failed" with job "backup".';
    if (last === undefined)
      return [warning('backup', 'there is none yet', 'It is made in the first minute of the server.')];
    if (systemClock.now() - last.at > 2 * backup.everyMs)
      return [problem('backup', `the last is of ${toIso(last.at)}`, advice)];
    const { files } = (await openBackup(place, last.name)).manifest;
    if (files.kept === 'here' && files.missing > 0) {
      const detail = `the last, of ${toIso(last.at)}, is without ${files.missing} files whose content is lost or damaged`;
      return [warning('backup', detail, `Their ids are in ${last.name}.json: put them back, or upload them again.`)];
    }
    return [ok('backup', `the last is of ${toIso(last.at)}`)];
  } catch (error) {
    const detail = `the place cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return [problem('backup', detail, 'Check TESSERA_BACKUP and the rights to it.')];
  }
}
