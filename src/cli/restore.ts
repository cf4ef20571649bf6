/** `tessera restore`: a backup into an empty place, checked before it counts; and from there on to a chosen time. */
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { type FilesConfig, masterKeyFile, nameOfPlace, readBackupPlace, readConfig, readConfigOf } from '../config.ts';
import type { Manifest } from '../core/backup/manifest.ts';
import type { OpenBackup } from '../core/backup/read-backup.ts';
import type { RestoredFiles } from '../core/backup/restore-files.ts';
import { toIso } from '../core/clock.ts';
import { createLateProgress, keyNotice } from './backup.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { note, say, sayJson } from './output.ts';
import { readInstant } from './read-options.ts';
import { replayNewer } from './replay-newer.ts';

interface RestoreOptions {
  readonly to: string;
  readonly at?: number;
  readonly changesFrom?: string;
  readonly recordsOnly?: boolean;
  readonly withoutFiles?: boolean;
  readonly json?: boolean;
}

/** A backup that is meant. */
interface Found {
  readonly place: FilesConfig;
  readonly name: string;
}

export function addRestore(program: Command, done: Done): void {
  program
    .command('restore')
    .description(
      'Restore a backup, with its files, into an empty place. It counts only when it is whole, undamaged and complete.',
    )
    .argument('<backup>', 'file of a backup, or a place of backups (folder, s3://…): there, the last one')
    .requiredOption('--to <database>', 'where it goes, as in sqlite:./data/tessera.db; nothing may be there yet')
    .option('--at <time>', 'the last backup before this time, as in 2026-03-05T09:00:00Z', readInstant)
    .option(
      '--changes-from <database>',
      'a newer database or backup: its changes of records up to --at are applied to the backup',
    )
    .option('--records-only', 'with --changes-from: go on although tables or fields were changed in between')
    .option('--without-files', 'leave the uploaded files where they are')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['tessera restore /var/backups/tessera --to sqlite:./data/tessera.db', 'The last backup:'],
        [
          'tessera restore /var/backups/tessera --at 2026-03-05T09:00:00Z --changes-from ./broken.db --to sqlite:./new.db',
          'As it was at nine, from the backup before and the log of changes of the database:',
        ],
      ),
    )
    .action(async (backup: string, options: RestoreOptions) => done(await restore(backup, options)));
}

type Replayed = Awaited<ReturnType<typeof replayNewer>>;

async function restore(text: string, options: RestoreOptions): Promise<number> {
  const config = readConfigOf(/^\w+:/.test(options.to) ? options.to : `sqlite:${options.to}`);
  const target = config.databaseFile;
  if (target === null)
    throw new CliError(exitCodes.usage, '--to: must be an SQLite database, as in sqlite:./data/tessera.db');
  const app = await import('../app.ts');
  const { openBackup } = await import('../core/backup/read-backup.ts');
  const { place, name } = await find(text, options.at);
  const backup = await openBackup(app.openFileStorage(place), name);
  const { manifest, read } = backup;
  await refuseOtherKey(manifest, target);
  const progress = createLateProgress(options.json !== true);
  const content = read((bytes) => progress.update(bytes, manifest.database.bytes));
  await app.restoreSqlite(target, content, manifest.facts).finally(progress.stop);
  const filesTo = options.withoutFiles === true ? null : config.files;
  const files = filesTo === null ? null : await restoreContents(place, backup, target, filesTo, options);
  const replayed =
    options.changesFrom === undefined
      ? null
      : await replayNewer(manifest, target, {
          changesFrom: options.changesFrom,
          at: options.at ?? Number.POSITIVE_INFINITY,
          isRecordsOnly: options.recordsOnly === true,
          files: filesTo,
          isProgressWanted: options.json !== true,
        });
  tell({ place, name }, manifest, target, { files, replayed }, options);
  return exitCodes.ok;
}

/** Without its files, a database is not restored: it goes again. Files that came so far stay, and are taken the next time. */
async function restoreContents(
  place: FilesConfig,
  { manifest, files }: OpenBackup,
  target: string,
  to: FilesConfig,
  options: RestoreOptions,
): Promise<RestoredFiles | null> {
  if (manifest.files.kept === 'elsewhere') return null;
  const { openFileStorage } = await import('../app.ts');
  const { restoreFiles } = await import('../core/backup/restore-files.ts');
  const { rm } = await import('node:fs/promises');
  const progress = createLateProgress(options.json !== true);
  const total = manifest.files.bytes;
  try {
    return await restoreFiles(openFileStorage(place), files(), openFileStorage(to), (done) =>
      progress.update(done, total),
    );
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  } finally {
    progress.stop();
  }
}

async function find(text: string, at: number | undefined): Promise<Found> {
  const { nameOfKey } = await import('../core/backup/manifest.ts');
  const { findBackup } = await import('../core/backup/read-backup.ts');
  const { openFileStorage } = await import('../app.ts');
  const isPlace = text.startsWith('s3://') || (await isFolder(text));
  if (!isPlace) {
    const name = nameOfKey(basename(text));
    if (name === null || !existsSync(text)) {
      throw new CliError(exitCodes.notFound, `${text} is neither a backup (tessera-….db.zst) nor a folder of backups`);
    }
    return { place: readBackupPlace(dirname(text)), name };
  }
  const place = readBackupPlace(text);
  return { place, name: await findBackup(openFileStorage(place), at) };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** A key that is there already must be the right one: with another, the server would not start. @throws CliError */
async function refuseOtherKey({ facts }: Manifest, target: string): Promise<void> {
  const { createSecrets } = await import('../core/keys/secrets.ts');
  const file = masterKeyFile(target);
  const key =
    readConfig().masterKey ?? (existsSync(file) ? Buffer.from(readFileSync(file, 'utf8').trim(), 'base64') : null);
  if (key === null || facts.masterKeyFingerprint === null) return;
  if (key.length === 32 && createSecrets(key).fingerprint === facts.masterKeyFingerprint) return;
  throw new CliError(
    exitCodes.refused,
    `the master key in ${readConfig().masterKey === null ? file : 'TESSERA_MASTER_KEY'} is not the one of this backup ` +
      `(fingerprint ${facts.masterKeyFingerprint}); put the right one there first`,
  );
}

interface Outcome {
  /** Null: none were asked for, or the backup has none. */
  readonly files: RestoredFiles | null;
  readonly replayed: Replayed | null;
}

function tell(
  { place, name }: Found,
  manifest: Manifest,
  target: string,
  { files, replayed }: Outcome,
  options: RestoreOptions,
): void {
  const { facts, madeAt } = manifest;
  const leftOut = replayed === null ? 0 : [...replayed.unknownTables.values()].reduce((all, one) => all + one, 0);
  if (options.json === true) {
    return sayJson({
      database: target,
      name,
      made_at: madeAt,
      files: files === null ? null : { count: files.count, bytes: files.bytes },
      changes:
        replayed === null
          ? null
          : {
              applied: replayed.applied,
              left_out: leftOut,
              files: replayed.files.added,
              files_missing: replayed.files.missing,
            },
      master_key_fingerprint: facts.masterKeyFingerprint,
    });
  }
  say(`Restored ${name} from ${nameOfPlace(place)} to ${target}: as it was at ${madeAt}.`);
  if (files !== null) say(`${files.count.toLocaleString('en-US')} files, each with its checksum.`);
  else if (manifest.files.kept === 'elsewhere' && (manifest.files.count > 0 || manifest.files.place === null)) {
    note(
      `Its files are not in the backup${manifest.files.place === null ? '' : `: they are in ${manifest.files.place}`}.`,
    );
  }
  if (manifest.files.kept === 'here' && manifest.files.missing > 0) {
    note(`The content of ${manifest.files.missing} more files was lost or damaged when the backup was made.`);
  }
  if (replayed !== null) {
    const until = replayed.until === null ? '' : `, the last of ${toIso(replayed.until)}`;
    say(`Applied ${replayed.applied.toLocaleString('en-US')} changes of records${until}.`);
    if (leftOut > 0) note(`${leftOut} changes of tables that were made after the backup could not be applied.`);
    if (replayed.files.missing > 0) note(`The content of ${replayed.files.missing} newer files could not be found.`);
  }
  if (!existsSync(masterKeyFile(target))) {
    note(
      `Before it is served, put its master.key to ${masterKeyFile(target)} (or set TESSERA_MASTER_KEY). ${keyNotice(facts.masterKeyFingerprint)}`,
    );
  }
  note('Keys that were revoked after the backup work again: look through "tessera key list".');
}
