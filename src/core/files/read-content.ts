/** Passes the content of a file on as it arrives, and learns on the way what there is to know about it. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { detectMediaType, readImageSize } from './media-type.ts';

/** Enough to find the size of a picture behind what cameras write before it. */
const headBytesMax = 512 * 1024;

export interface ContentFacts {
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly media_type: string;
  readonly width: number | null;
  readonly height: number | null;
}

export interface MeasuredContent {
  /** The same bytes; throws body_too_large as soon as there are more than `bytesMax`. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Whether the content itself failed (its sender went away, it was too large), not the place where it was going. */
  hasFailed(): boolean;
  /** Once the content has been read to its end. */
  facts(): Promise<ContentFacts>;
}

export function measureContent(
  content: AsyncIterable<Uint8Array>,
  bytesMax: number,
  filename: string,
  claimedType: string | null,
): MeasuredContent {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let headBytes = 0;
  let size = 0;
  let hasFailed = false;

  async function* measured(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of content) {
        size += chunk.length;
        if (size > bytesMax) throw tooLarge(bytesMax);
        hash.update(chunk);
        if (headBytes < headBytesMax) {
          // A copy: the head outlives the chunk, which may be a view into a larger buffer.
          const piece = Uint8Array.from(chunk.subarray(0, headBytesMax - headBytes));
          head.push(piece);
          headBytes += piece.length;
        }
        yield chunk;
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  }

  return {
    content: measured(),
    hasFailed: () => hasFailed,
    async facts() {
      const bytes = Buffer.concat(head);
      const media_type = await detectMediaType(bytes, filename, claimedType);
      const pixels = await readImageSize(bytes, media_type);
      const { width, height } = pixels ?? { width: null, height: null };
      return { size, sha256: hash.digest('hex'), media_type, width, height };
    },
  };
}

export function tooLarge(bytesMax: number): AppError {
  const message = `must not be larger than ${bytesMax} bytes`;
  return new AppError('body_too_large', `file: ${message}`, {
    issues: [{ field: 'file', code: 'body_too_large', message }],
  });
}
