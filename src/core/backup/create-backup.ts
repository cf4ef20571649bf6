import { pipeline, Readable } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import { type Clock, toIso } from '../clock.ts';
import type { ListedStorage } from '../files/storage.ts';
import type { Snapshot, Store, StoredFile } from '../store.ts';
import { type CopyFiles, copyFiles, type FilesSource, lineOf } from './backup-files.ts';
import { checkedBytes } from './checked-bytes.ts';
import { backupName, contentKey, filesKey, type Manifest, type ManifestFiles, manifestKey } from './manifest.ts';

export interface BackupSource {
  readonly clock: Clock;
  readonly snapshot: Store['snapshot'];
  readonly files: FilesSource;
}

export interface Backup {
  readonly name: string;
  readonly manifest: Manifest;
}

export interface BackupProgress {
  /** How much of how much of the database has been compressed. */
  onBytes?(done: number, total: number): void;
  /** How many bytes of how many are in the place: copied, or there already. */
  onFileBytes?(done: number, total: number): void;
}

/** Most of what there is to gain, at the speed of the disk. */
const level = 3;
const missingIdsMax = 100;

/**
 * Copies everything into the place of backups: files, the database, and then the manifest that makes it a backup; what
 * has no manifest was interrupted and counts for nothing. Nobody waits for it.
 *
 * Files are copied twice: as the database names them now, which may take long, and as the copy of the database names
 * them. What the copy shows was therefore there a moment ago, and what records let go meanwhile stays for a day.
 */
export async function createBackup(
  source: BackupSource,
  place: ListedStorage,
  progress: BackupProgress = {},
): Promise<Backup> {
  const startedAt = toIso(source.clock.now());
  const { files } = source;
  const copy: CopyFiles | null = files.kept === 'here' ? { from: files.storage, place, known: new Set() } : null;
  if (files.kept === 'here' && copy !== null) {
    await copyAll(files.list(), copy, backupName(startedAt), progress.onFileBytes);
  }
  const snapshot = await source.snapshot(progress.onBytes);
  // After it, so that nothing is in a backup that happened after its time: restoring to a time counts on that.
  const madeAt = toIso(source.clock.now());
  const name = backupName(madeAt);
  try {
    const kept = copy === null ? await countFiles(files, snapshot) : await keepFiles(copy, snapshot, name);
    const packed = checkedBytes(snapshot.readCompressed());
    await place.put(contentKey(name), packed.content);
    const manifest: Manifest = {
      format: 2,
      madeAt,
      content: contentKey(name),
      compression: 'zstd',
      compressed: packed.result(),
      database: { bytes: snapshot.bytes, sha256: snapshot.sha256 },
      facts: snapshot.facts,
      files: kept,
    };
    await place.put(manifestKey(name), one(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)));
    if (copy !== null && startedAt !== madeAt) await place.remove(filesKey(backupName(startedAt)));
    return { name, manifest };
  } catch (error) {
    for (const key of [contentKey(name), filesKey(name)]) await place.remove(key).catch(() => undefined);
    throw error;
  } finally {
    await snapshot.remove();
  }
}

/**
 * The first time, under a list of what will be there, written before anything else: by it, rotation leaves the contents
 * alone while this goes on, and finds them when it was interrupted.
 */
async function copyAll(
  list: AsyncIterable<readonly StoredFile[]>,
  copy: CopyFiles,
  name: string,
  onBytes: BackupProgress['onFileBytes'],
): Promise<void> {
  const { place } = copy;
  const files: StoredFile[] = [];
  for await (const piece of list) files.push(...piece);
  await place.remove(filesKey(name));
  await place.put(filesKey(name), compressed(textOf(files)));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for await (const { file } of copyFiles(one(files), copy)) {
    done += file.bytes;
    onBytes?.(done, total);
  }
}

async function* textOf(files: readonly StoredFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) yield Buffer.from(lineOf(file));
}

/** The second time: with few left to copy, and the list that counts. */
async function keepFiles(copy: CopyFiles, snapshot: Snapshot, name: string): Promise<ManifestFiles> {
  const { place } = copy;
  let count = 0;
  let bytes = 0;
  const missing: string[] = [];
  let missingCount = 0;
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const { file, isThere } of copyFiles(snapshot.files(), copy)) {
      if (isThere) {
        count += 1;
        bytes += file.bytes;
        yield Buffer.from(lineOf(file));
      } else {
        missingCount += 1;
        if (missing.length < missingIdsMax) missing.push(file.id);
      }
    }
  }
  const packed = checkedBytes(compressed(lines()));
  await place.remove(filesKey(name));
  await place.put(filesKey(name), packed.content);
  const listCompressed = packed.result();
  return {
    kept: 'here',
    count,
    bytes,
    list: filesKey(name),
    listCompressed,
    missing: missingCount,
    missingIds: missing,
  };
}

async function countFiles(files: FilesSource, snapshot: Snapshot): Promise<ManifestFiles> {
  let count = 0;
  let bytes = 0;
  for await (const piece of snapshot.files()) {
    count += piece.length;
    for (const file of piece) bytes += file.bytes;
  }
  return { kept: 'elsewhere', place: files.kept === 'elsewhere' ? files.place : null, count, bytes };
}

function compressed(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const packer = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } });
  // A failure of the source destroys the packer with it, and its reader sees the same error.
  pipeline(Readable.from(content, { objectMode: false }), packer, () => undefined);
  return packer;
}

async function* one<T>(content: T): AsyncGenerator<T> {
  yield content;
}
