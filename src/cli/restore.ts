/** `tessera restore`: a backup into an empty place, checked before it counts; and from there on to a chosen time. */
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { type FilesConfig, masterKeyFile, readBackupPlace, readConfig } from '../config.ts';
import type { Manifest } from '../core/backup/manifest.ts';
import type { Replayed } from '../core/backup/replay-changes.ts';
import { toIso } from '../core/clock.ts';
import { createLateProgress, keyNotice, textOf } from './backup.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { note, say, sayJson } from './output.ts';
import { readInstant } from './read-options.ts';

interface RestoreOptions {
  readonly to: string;
  readonly at?: number;
  readonly changesFrom?: string;
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
    .description('Restore a backup into an empty place. It counts only when it is whole, undamaged and complete.')
    .argument('<backup>', 'file of a backup, or a place of backups (folder, s3://…): there, the last one')
    .requiredOption('--to <database>', 'where it goes, as in sqlite:./data/tessera.db; nothing may be there yet')
    .option('--at <time>', 'the last backup before this time, as in 2026-03-05T09:00:00Z', readInstant)
    .option(
      '--changes-from <database>',
      'a newer database or backup: its changes of records up to --at are applied to the backup',
    )
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

async function restore(text: string, options: RestoreOptions): Promise<number> {
  const config = readConfig({ DATABASE_URL: /^\w+:/.test(options.to) ? options.to : `sqlite:${options.to}` });
  const target = config.databaseFile;
  if (target === null)
    throw new CliError(exitCodes.usage, '--to: must be an SQLite database, as in sqlite:./data/tessera.db');
  const app = await import('../app.ts');
  const { openBackup } = await import('../core/backup/read-backup.ts');
  const { place, name } = await find(text, options.at);
  const { manifest, read } = await openBackup(app.openFileStorage(place), name);
  await refuseOtherKey(manifest, target);
  const progress = createLateProgress(options.json !== true);
  const content = read((bytes) => progress.update(bytes, manifest.database.bytes));
  await app.restoreSqlite(target, content, manifest.facts).finally(progress.stop);
  const replayed = options.changesFrom === undefined ? null : await replay(manifest, target, options);
  tell({ place, name }, manifest, target, replayed, options);
  return exitCodes.ok;
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

async function replay(manifest: Manifest, target: string, options: RestoreOptions): Promise<Replayed> {
  const app = await import('../app.ts');
  const { replayChanges } = await import('../core/backup/replay-changes.ts');
  const { systemClock } = await import('../core/clock.ts');
  const { rm } = await import('node:fs/promises');
  const newer = await openNewer(options.changesFrom ?? '', target);
  try {
    const { facts, problems } = await app.readDatabase(newer.file);
    if (facts === null) throw new CliError(exitCodes.refused, `--changes-from: ${problems[0]}`);
    if (facts.masterKeyFingerprint !== manifest.facts.masterKeyFingerprint) {
      throw new CliError(exitCodes.refused, '--changes-from: is not a later state of the database in the backup');
    }
    const progress = createLateProgress(options.json !== true);
    const store = await app.openStore({ databaseUrl: `sqlite:${target}`, clock: systemClock });
    try {
      return await replayChanges(store, app.readChanges(newer.file, manifest.facts.lastChange), {
        facts: manifest.facts,
        until: options.at ?? Number.POSITIVE_INFINITY,
        fields: app.readFieldRows(newer.file),
        onProgress: (done) => progress.update(done, facts.lastChange - manifest.facts.lastChange),
      });
    } finally {
      progress.stop();
      await store.close();
    }
  } catch (error) {
    // Half of the changes are neither the backup nor the time that was asked for.
    for (const end of ['', '-wal', '-shm']) await rm(target + end, { force: true });
    throw error;
  } finally {
    await newer.remove();
  }
}

/** The newer database: itself, or unpacked from a backup beside the target. */
async function openNewer(text: string, target: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const { nameOfKey } = await import('../core/backup/manifest.ts');
  const { openBackup } = await import('../core/backup/read-backup.ts');
  const { rm } = await import('node:fs/promises');
  const app = await import('../app.ts');
  const path = text.replace(/^sqlite:(?:\/\/(?=\/))?/, '');
  if (!existsSync(path)) throw new CliError(exitCodes.notFound, `--changes-from: there is no ${path}`);
  const name = nameOfKey(basename(path));
  if (name === null) return { file: path, remove: async () => undefined };
  const { manifest, read } = await openBackup(app.openFileStorage(readBackupPlace(dirname(path))), name);
  const file = `${target}.newer`;
  await rm(file, { force: true });
  await app.restoreSqlite(file, read(), manifest.facts);
  return { file, remove: () => rm(file, { force: true }) };
}

function tell(
  { place, name }: Found,
  manifest: Manifest,
  target: string,
  replayed: Replayed | null,
  options: RestoreOptions,
): void {
  const { facts, madeAt } = manifest;
  const leftOut = replayed === null ? 0 : [...replayed.unknownTables.values()].reduce((all, one) => all + one, 0);
  if (options.json === true) {
    return sayJson({
      database: target,
      name,
      made_at: madeAt,
      changes: replayed === null ? null : { applied: replayed.applied, left_out: leftOut },
      master_key_fingerprint: facts.masterKeyFingerprint,
    });
  }
  say(`Restored ${name} from ${textOf(place)} to ${target}: as it was at ${madeAt}.`);
  if (replayed !== null) {
    const until = replayed.until === null ? '' : `, the last of ${toIso(replayed.until)}`;
    say(`Applied ${replayed.applied.toLocaleString('en-US')} changes of records${until}.`);
    if (leftOut > 0) note(`${leftOut} changes of tables that were made after the backup could not be applied.`);
  }
  if (!existsSync(masterKeyFile(target))) {
    note(
      `Before it is served, put its master.key to ${masterKeyFile(target)} (or set TESSERA_MASTER_KEY). ${keyNotice(facts.masterKeyFingerprint)}`,
    );
  }
  note('Keys that were revoked after the backup work again: look through "tessera key list".');
}
