import { pipeline, Readable } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import { type Clock, toIso } from '../clock.ts';
import type { ListedStorage } from '../files/storage.ts';
import type { Snapshot } from '../store.ts';
import { checkedBytes } from './checked-bytes.ts';
import { backupName, contentKey, type Manifest, manifestKey } from './manifest.ts';

export interface BackupSource {
  readonly clock: Clock;
  snapshot(): Promise<Snapshot>;
}

export interface Backup {
  readonly name: string;
  readonly manifest: Manifest;
}

/** Most of what there is to gain, at the speed of the disk. */
const level = 3;

/**
 * Copies the database, compressed, into the place of backups, and then the manifest that makes it one: what has no manifest
 * was interrupted and counts for nothing. Nobody waits for it. `onBytes` is told how much of how much has been compressed.
 */
export async function createBackup(
  source: BackupSource,
  place: ListedStorage,
  onBytes?: (done: number, total: number) => void,
): Promise<Backup> {
  const madeAt = toIso(source.clock.now());
  const name = backupName(madeAt);
  const snapshot = await source.snapshot();
  try {
    const packed = checkedBytes(compressed(watched(snapshot, onBytes)));
    await place.put(contentKey(name), packed.content);
    const manifest: Manifest = {
      format: 1,
      madeAt,
      content: contentKey(name),
      compression: 'zstd',
      compressed: packed.result(),
      database: { bytes: snapshot.bytes, sha256: snapshot.sha256 },
      facts: snapshot.facts,
    };
    await place.put(manifestKey(name), one(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)));
    return { name, manifest };
  } catch (error) {
    await place.remove(contentKey(name)).catch(() => undefined);
    throw error;
  } finally {
    await snapshot.remove();
  }
}

function compressed(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const packer = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } });
  // A failure of the source destroys the packer with it, and its reader sees the same error.
  pipeline(Readable.from(content, { objectMode: false }), packer, () => undefined);
  return packer;
}

async function* watched(
  { read, bytes }: Snapshot,
  onBytes: ((done: number, total: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of read()) {
    yield chunk;
    done += chunk.length;
    onBytes?.(done, bytes);
  }
}

async function* one(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
