/**
 * Files in a bucket of an S3-compatible service. Small ones go in one request, larger ones in parts, so that a file of any
 * size needs the memory of one part.
 */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { S3mini, S3ServiceError } from 's3mini';
import type { ListedStorage } from '../../core/files/storage.ts';

export interface S3Place {
  readonly bucket: string;
  /** Before every key, without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Origin of the service; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The services take no smaller parts than 5 MiB, and at most 10,000. */
const partBytes = 8 * 1024 * 1024;

export function createS3Storage(place: S3Place): ListedStorage {
  const { accessKeyId, secretAccessKey, region } = place;
  const endpoint = `${place.endpoint.replace(/\/+$/, '')}/${place.bucket}`;
  const client = new S3mini({ accessKeyId, secretAccessKey, endpoint, region });
  const nameOf = (key: string) => (place.prefix === '' ? key : `${place.prefix}/${key}`);

  async function putParts(
    name: string,
    pieces: AsyncIterator<Buffer<ArrayBuffer>>,
    first: Buffer<ArrayBuffer>,
  ): Promise<void> {
    const uploadId = await client.getMultipartUploadId(name);
    try {
      const parts = [await client.uploadPart(name, uploadId, first, 1)];
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        parts.push(await client.uploadPart(name, uploadId, next.value, parts.length + 1));
      }
      await client.completeMultipartUpload(name, uploadId, parts);
    } catch (error) {
      await client.abortMultipartUpload(name, uploadId).catch(() => undefined);
      throw error;
    }
  }

  return {
    async put(key, content) {
      const name = nameOf(key);
      const pieces = inPieces(content, partBytes);
      const first = await pieces.next();
      // Less than a part: there is no second one.
      if (first.done === true || first.value.length < partBytes) {
        await client.putObject(name, first.done === true ? Buffer.alloc(0) : first.value);
      } else {
        await putParts(name, pieces, first.value);
      }
    },
    async get(key, range) {
      try {
        const { body } =
          range === undefined
            ? await client.getObjectRaw(nameOf(key))
            : await client.getObjectRaw(nameOf(key), false, range.start, range.end + 1);
        return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async size(key) {
      try {
        return await client.getContentLength(nameOf(key));
      } catch (error) {
        if (error instanceof Error && isMissing(error.cause)) return null;
        throw error;
      }
    },
    async remove(key) {
      await client.deleteObject(nameOf(key)).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
    async list(beginning) {
      const objects = (await client.listObjects('/', nameOf(beginning))) ?? [];
      return objects.map(({ Key }) => Key.slice(nameOf('').length)).filter((key) => !key.includes('/'));
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceError && error.status === 404;
}

/** The same bytes in pieces of one size, the last one shorter. */
async function* inPieces(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Buffer<ArrayBuffer>> {
  let piece = Buffer.allocUnsafe(bytes);
  let filled = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, bytes - filled);
      piece.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled === bytes) {
        yield piece;
        // A new one: the request that sends the old one may still hold it.
        piece = Buffer.allocUnsafe(bytes);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
