/**
 * The parts of a ZIP file, read one by one as streams. What a part is said to be is not believed: its bytes are counted while
 * they are unpacked, and checked at the end. Damaged, protected and boundless files are refused.
 */
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type ImportSource, sourceRefused } from './import-source.ts';

export interface ZipFile {
  readonly names: ReadonlySet<string>;
  /** The content of a part. @throws body_invalid also when it has more than `bytesMax` bytes */
  read(name: string, bytesMax: number): AsyncIterable<Buffer>;
}

interface Entry {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly headerAt: number;
}

const endBytes = 22;
const commentBytesMax = 65_535;
const directoryBytesMax = 16 * 1024 * 1024;
const localHeaderBytes = 30;
const signatures = {
  end: 0x06054b50,
  end64Locator: 0x07064b50,
  end64: 0x06064b50,
  entry: 0x02014b50,
  local: 0x04034b50,
};
const all32 = 0xffffffff;

/** @throws body_invalid */
export async function openZip(source: ImportSource): Promise<ZipFile> {
  const entries = new Map<string, Entry>();
  for (const entry of await directoryOf(source)) entries.set(entry.name, entry);
  return {
    names: new Set(entries.keys()),
    read(name, bytesMax) {
      const entry = entries.get(name);
      if (entry === undefined) throw sourceRefused(source, `is damaged: ${name} is missing`);
      if (entry.isEncrypted) throw sourceRefused(source, 'is protected by a password; save it without one');
      return contentOf(source, entry, bytesMax);
    },
  };
}

async function* contentOf(source: ImportSource, entry: Entry, bytesMax: number): AsyncGenerator<Buffer> {
  const { name, method, headerAt, packedBytes } = entry;
  const header = await bytesAt(source, headerAt, localHeaderBytes);
  if (header.readUInt32LE(0) !== signatures.local) throw damaged(source);
  const dataAt = headerAt + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = bytesFrom(source, dataAt, packedBytes);
  if (method !== 0 && method !== 8) throw sourceRefused(source, `packs ${name} in a way that is not read (${method})`);
  let bytes = 0;
  let crc = 0;
  for await (const chunk of method === 8 ? unpacked(source, packed) : packed) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw sourceRefused(source, `is too large: ${name} has more than ${bytesMax} bytes unpacked`);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (crc !== entry.crc) throw damaged(source);
}

async function* unpacked(source: ImportSource, packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = Readable.from(packed, { objectMode: false });
  const inflate = createInflateRaw({ chunkSize: 1 << 16 });
  let failure: unknown;
  input.on('error', (error) => {
    failure = error;
    inflate.destroy(error);
  });
  input.pipe(inflate);
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw failure ?? (isZlib(error) ? damaged(source) : error);
  } finally {
    input.destroy();
    inflate.destroy();
  }
}

function isZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function directoryOf(source: ImportSource): Promise<Entry[]> {
  const tailBytes = Math.min(source.bytes, endBytes + commentBytesMax + 20);
  const tailAt = source.bytes - tailBytes;
  const tail = await bytesAt(source, tailAt, tailBytes);
  const end = findEnd(tail);
  if (end === -1) throw sourceRefused(source, 'is damaged: its end is missing');
  let bytes = tail.readUInt32LE(end + 12);
  let at = tail.readUInt32LE(end + 16);
  const locator = end - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === signatures.end64Locator) {
    const end64 = await bytesAt(source, numberAt(source, tail, locator + 8), 56);
    if (end64.readUInt32LE(0) !== signatures.end64) throw damaged(source);
    bytes = numberAt(source, end64, 40);
    at = numberAt(source, end64, 48);
  }
  if (bytes > directoryBytesMax) throw sourceRefused(source, 'has too many parts');
  return entriesOf(source, await bytesAt(source, at, bytes));
}

function findEnd(tail: Buffer): number {
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    // A comment could hold the mark of an end: the right one ends with the file.
    if (tail.readUInt32LE(at) === signatures.end && at + endBytes + tail.readUInt16LE(at + 20) === tail.length)
      return at;
  }
  return -1;
}

function entriesOf(source: ImportSource, directory: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== signatures.entry) throw damaged(source);
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const extra = directory.subarray(nameEnd, extraEnd);
    const large = largeFieldOf(extra);
    let largeAt = 0;
    // In this order, and only those that do not fit.
    const sizeOf = (field: number): number => {
      const small = directory.readUInt32LE(at + field);
      if (small !== all32 || large === null || largeAt + 8 > large.length) return small;
      largeAt += 8;
      return numberAt(source, large, largeAt - 8);
    };
    sizeOf(24);
    const packedBytes = sizeOf(20);
    const headerAt = sizeOf(42);
    entries.push({
      name: directory.toString('utf8', at + 46, nameEnd),
      isEncrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes,
      headerAt,
    });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  return entries;
}

function largeFieldOf(extra: Buffer): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, end);
    at = end;
  }
  return null;
}

function numberAt(source: ImportSource, bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(source.bytes)) throw damaged(source);
  return Number(value);
}

async function bytesAt(source: ImportSource, start: number, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytesFrom(source, start, length)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Exactly so many bytes. */
async function* bytesFrom(source: ImportSource, start: number, length: number): AsyncGenerator<Buffer> {
  if (start + length > source.bytes) throw damaged(source);
  let left = length;
  if (left === 0) return;
  for await (const chunk of source.open(start)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, left));
    left -= bytes.length;
    yield bytes;
    if (left === 0) return;
  }
  throw damaged(source);
}

function damaged(source: ImportSource) {
  return sourceRefused(source, 'is damaged and cannot be unpacked');
}
