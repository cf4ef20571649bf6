/** What is imported: bytes that can be read more than once, so that types are known before the first row is written. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';

export interface ImportSource {
  /** As people know it, for messages: a file's name. */
  readonly name: string;
  /** Size, for progress. */
  readonly bytes: number;
  /** From a byte on, without one from the beginning; anew each time it is called. */
  open(start?: number): AsyncIterable<Uint8Array>;
}

/** So that nothing is done with all of it at once. */
const pieceBytes = 65_536;

/** Bytes that are in memory. */
export function sourceOfBytes(name: string, content: Uint8Array): ImportSource {
  return {
    name,
    bytes: content.length,
    async *open(start = 0) {
      for (let at = start; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
    },
  };
}

/** Tells the content from any other. */
export async function contentHash(source: ImportSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of source.open()) hash.update(part);
  return hash.digest('base64url');
}

/** Why a source cannot be read at all. */
export function sourceRefused(source: ImportSource, problem: string): AppError {
  return new AppError('body_invalid', `${source.name}: ${problem}`, {
    issues: [{ field: source.name, code: 'body_invalid', message: problem }],
  });
}
