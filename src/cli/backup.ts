/** `tessera backup`: a copy of everything as it is now, also beside a running server. */
import type { Command } from 'commander';
import { type FilesConfig, nameOfPlace, readBackupPlace, readConfig } from '../config.ts';
import type { ManifestFiles } from '../core/backup/manifest.ts';
import { toIso } from '../core/clock.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { onInterrupt } from './interrupt.ts';
import { requireDatabase } from './open-database.ts';
import { alignColumns, note, say, sayJson } from './output.ts';
import { createProgress } from './progress.ts';
import { readWhole } from './read-options.ts';

interface BackupOptions {
  readonly to?: string;
  readonly keep?: number;
  /** False: `--without-files`. */
  readonly withoutFiles?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
}

export function addBackup(program: Command, done: Done): void {
  program
    .command('backup')
    .description(
      'Copy the database and the uploaded files as they are now, with a manifest. A server that is running goes on ' +
        'meanwhile. Files that are in the place already are not copied again. The master key is not in it.',
    )
    .option('--to <place>', 'folder or s3://bucket/prefix?endpoint=… (default: $TESSERA_BACKUP)')
    .option('--keep <number>', 'remove all backups there but the newest so many', readWhole)
    .option('--without-files', 'leave out the uploaded files, where a copy of them is kept in another way')
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
  const { databaseOf, openFileStorage, removeSnapshots } = await import('../app.ts');
  const { createBackup } = await import('../core/backup/create-backup.ts');
  const { rotateBackups } = await import('../core/backup/rotate-backups.ts');
  const { systemClock } = await import('../core/clock.ts');
  const storage = openFileStorage(place);
  const areFilesBackedUp = config.areFilesBackedUp && options.withoutFiles !== true;
  // A copy of the database lies beside it while it is packed.
  const release = onInterrupt(removeSnapshots);
  const ofDatabase = createLateProgress(options.json !== true);
  const ofFiles = createLateProgress(options.json !== true);
  const { name, manifest } = await createBackup(databaseOf({ ...config, areFilesBackedUp }), storage, {
    onFileBytes: ofFiles.update,
    onBytes(done, total) {
      ofFiles.stop();
      ofDatabase.update(done, total);
    },
  }).finally(() => {
    release();
    ofFiles.stop();
    ofDatabase.stop();
  });
  const removed = options.keep === undefined ? [] : await rotateBackups(storage, options.keep, systemClock.now());
  const { compressed, database, facts, files } = manifest;
  if (options.json === true) {
    sayJson({
      name,
      place: nameOfPlace(place),
      made_at: manifest.madeAt,
      compressed,
      database,
      files: filesJson(files),
      removed,
    });
  } else {
    say(`${name} in ${nameOfPlace(place)}: ${megabytes(compressed.bytes)}, unpacked ${megabytes(database.bytes)}`);
    say(filesSentence(files));
    if (removed.length > 0) say(`Removed ${removed.join(', ')}`);
    note(keyNotice(facts.masterKeyFingerprint));
  }
  return exitCodes.ok;
}

function filesJson(files: ManifestFiles) {
  const { kept, count, bytes } = files;
  return kept === 'here' ? { kept, count, bytes, missing: files.missing } : { kept, count, bytes, place: files.place };
}

function filesSentence(files: ManifestFiles): string {
  const what = `${files.count.toLocaleString('en-US')} files, ${megabytes(files.bytes)}`;
  if (files.kept === 'elsewhere') return `${what}: not in it, kept in ${files.place ?? 'another place'}`;
  if (files.missing === 0) return what;
  const lost = files.missing.toLocaleString('en-US');
  const named = files.missingIds.slice(0, 5).join(', ');
  return `${what}; the content of ${lost} more is lost or damaged (${named}${files.missing > 5 ? ' …' : ''})`;
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
      const { compressed, files } = (await openBackup(storage, name)).manifest;
      return { name, made_at: toIso(at), bytes: compressed.bytes, files: filesJson(files) };
    }),
  );
  if (json === true) sayJson({ place: nameOfPlace(place), backups });
  else if (backups.length === 0) say(`There is no backup in ${nameOfPlace(place)}.`);
  else
    say(
      alignColumns([
        ['NAME', 'MADE AT', 'SIZE', 'FILES'],
        ...backups.map(({ name, made_at, bytes, files }) => [
          name,
          made_at,
          megabytes(bytes),
          files.kept === 'here' ? `${files.count}, ${megabytes(files.bytes)}` : 'elsewhere',
        ]),
      ]),
    );
  return exitCodes.ok;
}
