/** Where the content of files is kept: the contract. The disk and object stores are in `store/files/`. */
import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface FileStorage {
  /**
   * Keeps the content under the key; resolves when it would survive a power cut. When the content throws, or the storage
   * fails, nothing is left under the key and the error is passed on.
   */
  put(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** The content, or a part of it; null when there is nothing under the key. Reads as fast as the stream is read. */
  get(key: string, range?: ByteRange): Promise<Readable | null>;
  /** Removes what is under the key and what an interrupted `put` left of it. Nothing there is no error. */
  remove(key: string): Promise<void>;
}

/** A storage that tells what is in it, for backups. */
export interface ListedStorage extends FileStorage {
  /** Bytes of what is under the key; null when there is nothing. */
  size(key: string): Promise<number | null>;
  /** Keys that begin so and are in no folder, in any order; also of what an interrupted `put` left. */
  list(beginning: string): Promise<string[]>;
}

/** Two levels of folders of 3,844 each keep directories small at any number of files. */
export function storageKey(fileId: string): string {
  return `${fileId.slice(0, 2)}/${fileId.slice(2, 4)}/${fileId}`;
}

function refuse(): never {
  throw new AppError('store_unavailable', 'This server keeps no files.');
}

/** For a core that was given no place for files. */
export const noStorage: FileStorage = {
  put: async () => refuse(),
  get: async () => null,
  remove: async () => undefined,
};
