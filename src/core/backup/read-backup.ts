import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createZstdDecompress } from 'node:zlib';
import { AppError } from '../errors.ts';
import type { ListedStorage } from '../files/storage.ts';
import type { StoredFile } from '../store.ts';
import { readList } from './backup-files.ts';
import { type Checked, checkedBytes } from './checked-bytes.ts';
import { listBackups } from './list-backups.ts';
import { type Manifest, manifestKey, parseManifest } from './manifest.ts';

export interface OpenBackup {
  readonly manifest: Manifest;
  /** The database, byte for byte; throws at its end when that is not what the manifest promises. */
  read(onBytes?: (bytes: number) => void): AsyncIterable<Uint8Array>;
  /** The files that are in it; throws at the end when the list is not what the manifest promises. */
  files(): AsyncIterable<StoredFile>;
}

/** The last backup that was made at `at` or before (default: the last). @throws file_not_found */
export async function findBackup(place: ListedStorage, at = Number.POSITIVE_INFINITY): Promise<string> {
  const backups = await listBackups(place);
  const found = backups.findLast((one) => one.at <= at);
  if (found !== undefined) return found.name;
  const [first] = backups;
  throw new AppError(
    'file_not_found',
    first === undefined
      ? 'There is no backup in this place.'
      : `The first backup in this place is of ${new Date(first.at).toISOString()}, after the time that is asked for.`,
  );
}

/** @throws file_not_found, body_invalid */
export async function openBackup(place: ListedStorage, name: string): Promise<OpenBackup> {
  const text = await place.get(manifestKey(name));
  if (text === null) {
    throw new AppError('file_not_found', `${manifestKey(name)}: is missing; without it, a backup is not whole.`);
  }
  const manifest = parseManifest((await buffer(text)).toString(), manifestKey(name));
  return {
    manifest,
    read: (onBytes) => contentOf(place, manifest, onBytes),
    files: () => filesOf(place, manifest),
  };
}

async function* contentOf(
  place: ListedStorage,
  { content, compressed, database }: Manifest,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  const packed = checkedBytes(await required(place, content));
  const plain = checkedBytes(unpacked(packed.content), onBytes);
  try {
    yield* plain.content;
  } catch (error) {
    throw damaged(content, error);
  }
  requireSame(content, 'file', packed.result(), compressed);
  requireSame(content, 'database', plain.result(), database);
}

async function* filesOf(place: ListedStorage, { files }: Manifest): AsyncGenerator<StoredFile> {
  if (files.kept === 'elsewhere') return;
  const packed = checkedBytes(await required(place, files.list));
  let count = 0;
  try {
    for await (const file of readList(unpacked(packed.content))) {
      count += 1;
      yield file;
    }
  } catch (error) {
    throw error instanceof AppError ? error : damaged(files.list, error);
  }
  requireSame(files.list, 'file', packed.result(), files.listCompressed);
  if (count !== files.count) throw damaged(files.list, new Error(`${count} files instead of ${files.count}`));
}

/** A list of files by itself, where no manifest says what it should be. */
export async function* readFileList(place: ListedStorage, key: string): AsyncGenerator<StoredFile> {
  yield* readList(unpacked(await required(place, key)));
}

async function required(place: ListedStorage, key: string): Promise<AsyncIterable<Uint8Array>> {
  const stored = await place.get(key);
  if (stored === null) throw new AppError('file_not_found', `${key}: is missing beside its manifest.`);
  return stored;
}

function unpacked(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const unpacker = createZstdDecompress();
  pipeline(Readable.from(content, { objectMode: false }), unpacker, () => undefined);
  return unpacker;
}

function requireSame(key: string, what: string, found: Checked, promised: Checked): void {
  if (found.sha256 === promised.sha256 && found.bytes === promised.bytes) return;
  throw new AppError('body_invalid', `${key}: is damaged; its ${what} is not the one that the manifest names.`);
}

function damaged(key: string, cause: unknown): AppError {
  const internal = cause instanceof Error ? cause.message : String(cause);
  return new AppError('body_invalid', `${key}: is damaged and does not unpack.`, { internal, cause });
}
