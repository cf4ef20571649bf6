/** From a restored backup on to a chosen time: by the log of changes of a newer state of the same database. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { SchemaChange } from '../app.ts';
import { type FilesConfig, readBackupPlace, readConfigOf } from '../config.ts';
import type { Manifest } from '../core/backup/manifest.ts';
import type { Replayed } from '../core/backup/replay-changes.ts';
import type { NewerFiles, ReplayedFiles } from '../core/backup/replay-files.ts';
import { toIso } from '../core/clock.ts';
import { createLateProgress } from './backup.ts';
import { CliError, exitCodes } from './exit-codes.ts';

export interface ReplayOptions {
  /** Database or backup. */
  readonly changesFrom: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Go on although tables or fields were changed in between. */
  readonly isRecordsOnly: boolean;
  /** Where files go; null: contents are not copied. */
  readonly files: FilesConfig | null;
  readonly isProgressWanted: boolean;
}

/** A newer state, as it is read. */
interface Newer {
  readonly file: string;
  readonly files: NewerFiles;
  remove(): Promise<void>;
}

/** Leaves nothing at `target` when it fails: half of the changes are neither the backup nor the time that was asked for. */
export async function replayNewer(
  manifest: Manifest,
  target: string,
  options: ReplayOptions,
): Promise<Replayed & { readonly files: ReplayedFiles }> {
  const newer = await openNewer(options.changesFrom, target);
  try {
    return await replay(manifest, target, newer, options);
  } catch (error) {
    for (const end of ['', '-wal', '-shm']) await rm(target + end, { force: true });
    throw error;
  } finally {
    await newer.remove();
  }
}

async function replay(manifest: Manifest, target: string, newer: Newer, options: ReplayOptions) {
  const app = await import('../app.ts');
  const { replayChanges } = await import('../core/backup/replay-changes.ts');
  const { replayFiles } = await import('../core/backup/replay-files.ts');
  const { systemClock } = await import('../core/clock.ts');
  const { facts, problems } = await app.readDatabase(newer.file);
  if (facts === null) throw new CliError(exitCodes.refused, `--changes-from: ${problems[0]}`);
  if (facts.masterKeyFingerprint !== manifest.facts.masterKeyFingerprint) {
    throw new CliError(exitCodes.refused, '--changes-from: is not a later state of the database in the backup');
  }
  const progress = createLateProgress(options.isProgressWanted);
  const store = await app.openStore({ databaseUrl: `sqlite:${target}`, clock: systemClock });
  try {
    const [last] = await store.list('audit', {}, { orderBy: [['seq', 'desc']], limit: 1 });
    if (!options.isRecordsOnly) refuseSchemaChanges(app.readSchemaChanges(newer.file, last?.seq ?? 0, options.at));
    const storage = options.files === null ? null : app.openFileStorage(options.files);
    const files = await replayFiles(store, newer.files, options.at, storage);
    const replayed = await replayChanges(store, app.readChanges(newer.file, manifest.facts.lastChange), {
      facts: manifest.facts,
      until: options.at,
      fields: app.readFieldRows(newer.file),
      onProgress: (done) => progress.update(done, facts.lastChange - manifest.facts.lastChange),
    });
    return { ...replayed, files };
  } finally {
    progress.stop();
    await store.close();
  }
}

const instead =
  'Take a backup from after them, restore to a time before the first of them, or add --records-only: then tables and ' +
  'fields stay as they were in the backup, and what these cannot hold is left out.';

/** The log tells of records alone: after a change of tables or fields, what it says is not all there is to know. */
function refuseSchemaChanges(changes: readonly SchemaChange[] | null): void {
  if (changes === null) {
    throw new CliError(
      exitCodes.refused,
      'the audit of the newer database no longer reaches back to the backup (TESSERA_KEEP_AUDIT_DAYS), so nobody knows ' +
        `whether tables or fields were changed in between. ${instead}`,
    );
  }
  const [first] = changes;
  if (first === undefined) return;
  const many = changes.length === 1 ? 'a change' : `${changes.length} changes`;
  throw new CliError(
    exitCodes.refused,
    `between the backup and that time there is ${many} of tables or fields, the first at ${toIso(first.at)} ` +
      `(${first.action} ${first.target}). Only changes of records are in the log. ${instead}`,
  );
}

/** The newer database: itself, or unpacked from a backup beside the target. */
async function openNewer(text: string, target: string): Promise<Newer> {
  const { nameOfKey } = await import('../core/backup/manifest.ts');
  const { openBackup } = await import('../core/backup/read-backup.ts');
  const { contentOfFile } = await import('../core/backup/backup-files.ts');
  const { storageKey } = await import('../core/files/storage.ts');
  const app = await import('../app.ts');
  const path = text.replace(/^sqlite:(?:\/\/(?=\/))?/, '');
  if (!existsSync(path)) throw new CliError(exitCodes.notFound, `--changes-from: there is no ${path}`);
  const name = nameOfKey(basename(path));
  if (name === null) {
    const storage = app.openFileStorage(readConfigOf(`sqlite:${path}`).files);
    const files = {
      rows: () => app.readFileRows(path),
      content: ({ id }: { id: string }) => storage.get(storageKey(id)),
    };
    return { file: path, files, remove: async () => undefined };
  }
  const place = app.openFileStorage(readBackupPlace(dirname(path)));
  const { manifest, read } = await openBackup(place, name);
  const file = `${target}.newer`;
  await rm(file, { force: true });
  await app.restoreSqlite(file, read(), manifest.facts);
  const files: NewerFiles = {
    rows: () => app.readFileRows(file),
    content: ({ sha256 }) => place.get(contentOfFile(sha256)),
  };
  return { file, files, remove: () => rm(file, { force: true }) };
}
