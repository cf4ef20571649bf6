/** `tessera backup`: a copy of the database as it is now, also beside a running server. */
import type { Command } from 'commander';
import { type FilesConfig, readBackupPlace, readConfig } from '../config.ts';
import { toIso } from '../core/clock.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { requireDatabase } from './open-database.ts';
import { alignColumns, note, say, sayJson } from './output.ts';
import { createProgress } from './progress.ts';
import { readWhole } from './read-options.ts';

interface BackupOptions {
  readonly to?: string;
  readonly keep?: number;
  readonly list?: boolean;
  readonly json?: boolean;
}

export function addBackup(program: Command, done: Done): void {
  program
    .command('backup')
    .description(
      'Copy the database as it is now, compressed, with a manifest. A server that is running goes on meanwhile. ' +
        'The master key and the uploaded files are not in it.',
    )
    .option('--to <place>', 'folder or s3://bucket/prefix?endpoint=… (default: $TESSERA_BACKUP)')
    .option('--keep <number>', 'remove all backups there but the newest so many', readWhole)
    .option('--list', 'list the backups there instead of making one')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['tessera backup --to /var/backups/tessera --keep 14', 'Every night, from cron:'],
        ['TESSERA_BACKUP=disk:/var/backups/tessera TESSERA_BACKUP_EVERY=6h tessera serve', 'By the server itself:'],
        ['tessera backup --to /var/backups/tessera --list', 'What there is:'],
      ),
    )
    .action(async (options: BackupOptions) => done(await backup(options)));
}

async function backup(options: BackupOptions): Promise<number> {
  const config = readConfig();
  const place = placeOf(options.to, config.backup?.place);
  if (options.list === true) return list(place, options);
  if (options.keep === 0) throw new CliError(exitCodes.usage, '--keep: must be 1 or more');
  if (config.databaseFile === null) {
    throw new CliError(exitCodes.usage, 'only SQLite databases are backed up here; use pg_dump for PostgreSQL');
  }
  requireDatabase(config);
  const { databaseOf, openFileStorage } = await import('../app.ts');
  const { createBackup } = await import('../core/backup/create-backup.ts');
  const { rotateBackups } = await import('../core/backup/list-backups.ts');
  const { systemClock } = await import('../core/clock.ts');
  const storage = openFileStorage(place);
  const progress = createLateProgress(options.json !== true);
  const { name, manifest } = await createBackup(databaseOf(config), storage, progress.update).finally(progress.stop);
  const removed = options.keep === undefined ? [] : await rotateBackups(storage, options.keep, systemClock.now());
  const { compressed, database, facts } = manifest;
  if (options.json === true) {
    sayJson({ name, place: textOf(place), made_at: manifest.madeAt, compressed, database, removed });
  } else {
    say(`${name} in ${textOf(place)}: ${megabytes(compressed.bytes)}, unpacked ${megabytes(database.bytes)}`);
    if (removed.length > 0) say(`Removed ${removed.join(', ')}`);
    note(keyNotice(facts.masterKeyFingerprint));
  }
  return exitCodes.ok;
}

/** A progress bar whose total is known with its first step. */
export function createLateProgress(isWanted: boolean) {
  let bar: Awaited<ReturnType<typeof createProgress>> | null = null;
  let isStarted = false;
  let isStopped = false;
  const toKilobytes = (bytes: number) => Math.ceil(bytes / 1024);
  return {
    update(done: number, total: number): void {
      bar?.update(toKilobytes(done));
      if (isStarted) return;
      isStarted = true;
      void createProgress(toKilobytes(total), isWanted, 'KiB').then((made) => {
        if (isStopped) made.stop();
        else bar = made;
      });
    },
    stop(): void {
      isStopped = true;
      bar?.stop();
      bar = null;
    },
  };
}

function placeOf(text: string | undefined, configured: FilesConfig | undefined): FilesConfig {
  if (text !== undefined) return readBackupPlace(text);
  if (configured !== undefined) return configured;
  throw new CliError(exitCodes.usage, 'where to? Name a folder with --to, or set TESSERA_BACKUP');
}

export function textOf(place: FilesConfig): string {
  return place.kind === 'disk' ? place.folder : `s3://${place.bucket}/${place.prefix}`;
}

export function keyNotice(fingerprint: string | null): string {
  const which = fingerprint === null ? '' : ` (fingerprint ${fingerprint})`;
  return (
    `The master key${which} is not in the backup: keep a copy of master.key elsewhere. Without it, keys that are shown ` +
    'again, webhook secrets and record slugs are lost.'
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function list(place: FilesConfig, { json }: BackupOptions): Promise<number> {
  const { openFileStorage } = await import('../app.ts');
  const { listBackups } = await import('../core/backup/list-backups.ts');
  const { openBackup } = await import('../core/backup/read-backup.ts');
  const storage = openFileStorage(place);
  const backups = await Promise.all(
    (await listBackups(storage)).map(async ({ name, at }) => {
      const { compressed } = (await openBackup(storage, name)).manifest;
      return { name, made_at: toIso(at), bytes: compressed.bytes };
    }),
  );
  if (json === true) sayJson({ place: textOf(place), backups });
  else if (backups.length === 0) say(`There is no backup in ${textOf(place)}.`);
  else
    say(
      alignColumns([
        ['NAME', 'MADE AT', 'SIZE'],
        ...backups.map((one) => [one.name, one.made_at, megabytes(one.bytes)]),
      ]),
    );
  return exitCodes.ok;
}
