/**
 * The write-ahead log as bytes (https://sqlite.org/fileformat2.html#walformat): which frames of the file are valid, told by
 * salts and running checksums as recovery tells them.
 */
export const walHeaderBytes = 32;
const frameHeaderBytes = 24;

/** The checksum after so many valid frames: where reading goes on. */
export interface WalPosition {
  readonly frames: number;
  readonly sum: readonly [number, number];
}

export interface Frame {
  readonly page: number;
  /** Size of the database in pages after this commit; 0 for frames that end none. */
  readonly databasePages: number;
  readonly data: Buffer;
}

export function pageSizeOf(header: Buffer): number {
  return header.readUInt32BE(8);
}

export function frameBytes(pageSize: number): number {
  return frameHeaderBytes + pageSize;
}

/** Position behind the header; null when it is no header of a log that this machine writes. */
export function startOf(header: Buffer): WalPosition | null {
  // 0x377f0683 says that checksums read their words big-endian; logs written here do as the machine does.
  if (header.length < walHeaderBytes || header.readUInt32BE(0) !== 0x377f0682) return null;
  const sum = checksum(header.subarray(0, 24), [0, 0]);
  if (sum[0] !== header.readUInt32BE(24) || sum[1] !== header.readUInt32BE(28)) return null;
  return { frames: 0, sum };
}

/** The valid frames in `bytes`, which begin at `from`, and the position behind the last that ends a commit. */
export function readFrames(header: Buffer, from: WalPosition, bytes: Buffer): { frames: Frame[]; end: WalPosition } {
  const pageSize = pageSizeOf(header);
  const size = frameBytes(pageSize);
  const frames: Frame[] = [];
  let committed = 0;
  let end = from;
  let sum = from.sum;
  for (let at = 0; at + size <= bytes.length; at += size) {
    const head = bytes.subarray(at, at + frameHeaderBytes);
    if (head.compare(header, 16, 24, 8, 16) !== 0) break;
    const data = bytes.subarray(at + frameHeaderBytes, at + size);
    sum = checksum(data, checksum(head.subarray(0, 8), sum));
    if (sum[0] !== head.readUInt32BE(16) || sum[1] !== head.readUInt32BE(20)) break;
    frames.push({ page: head.readUInt32BE(0), databasePages: head.readUInt32BE(4), data });
    if (head.readUInt32BE(4) !== 0) {
      committed = frames.length;
      end = { frames: from.frames + committed, sum };
    }
  }
  return { frames: frames.slice(0, committed), end };
}

function checksum(bytes: Buffer, [first, second]: readonly [number, number]): [number, number] {
  let s0 = first;
  let s1 = second;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 8) {
    s0 = (s0 + words.getUint32(at, true) + s1) >>> 0;
    s1 = (s1 + words.getUint32(at + 4, true) + s0) >>> 0;
  }
  return [s0, s1];
}
