/** Bytes that are measured while they pass: their number and their SHA-256. */
import { createHash } from 'node:crypto';

export interface Checked {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface CheckedBytes {
  readonly content: AsyncIterable<Uint8Array>;
  /** Once all of them have passed. */
  result(): Checked;
}

export function checkedBytes(source: AsyncIterable<Uint8Array>, onBytes?: (bytes: number) => void): CheckedBytes {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes?.(bytes);
      yield chunk;
    }
  }
  return { content: pass(), result: () => ({ bytes, sha256: hash.digest('hex') }) };
}
