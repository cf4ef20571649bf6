import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createZstdDecompress } from 'node:zlib';
import { AppError } from '../errors.ts';
import type { ListedStorage } from '../files/storage.ts';
import { checkedBytes } from './checked-bytes.ts';
import { listBackups } from './list-backups.ts';
import { type Manifest, manifestKey, parseManifest } from './manifest.ts';

export interface OpenBackup {
  readonly manifest: Manifest;
  /** The database, byte for byte; throws at its end when that is not what the manifest promises. */
  read(onBytes?: (bytes: number) => void): AsyncIterable<Uint8Array>;
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
  return { manifest, read: (onBytes) => contentOf(place, manifest, onBytes) };
}

async function* contentOf(
  place: ListedStorage,
  { content, compressed, database }: Manifest,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  const stored = await place.get(content);
  if (stored === null) throw new AppError('file_not_found', `${content}: is missing beside its manifest.`);
  const packed = checkedBytes(stored);
  const unpacker = createZstdDecompress();
  pipeline(Readable.from(packed.content, { objectMode: false }), unpacker, () => undefined);
  const plain = checkedBytes(unpacker, onBytes);
  try {
    yield* plain.content;
  } catch (error) {
    const internal = error instanceof Error ? error.message : String(error);
    throw new AppError('body_invalid', `${content}: is damaged and does not unpack.`, { internal, cause: error });
  }
  for (const [what, found, promised] of [
    ['file', packed.result(), compressed],
    ['database', plain.result(), database],
  ] as const) {
    if (found.sha256 === promised.sha256 && found.bytes === promised.bytes) continue;
    throw new AppError('body_invalid', `${content}: is damaged; its ${what} is not the one that the manifest names.`);
  }
}
