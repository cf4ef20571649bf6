/** Passes bytes through that are UTF-8, cut between characters; refuses others, naming their line. */
import { isUtf8 } from 'node:buffer';
import type { AppError } from '../errors.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';

const feedCode = 10;
/** The text of a larger piece would be an object that only a full garbage collection frees. */
const pieceBytes = 32_768;

/** @throws body_invalid */
export async function* checkedUtf8(source: ImportSource): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let passedBytes = 0;
  for await (const bytes of smallPieces(source)) {
    const joined = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const whole = joined.subarray(0, joined.length - incompleteTail(joined));
    rest = joined.subarray(whole.length);
    if (!isUtf8(whole)) throw await notUtf8(source, passedBytes + validBytes(whole));
    passedBytes += whole.length;
    if (whole.length > 0) yield whole;
  }
  if (rest.length > 0) throw await notUtf8(source, passedBytes);
}

async function* smallPieces(source: ImportSource): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, length } of source.open()) {
    for (let at = 0; at < length; at += pieceBytes) {
      yield Buffer.from(buffer, byteOffset + at, Math.min(pieceBytes, length - at));
    }
  }
}

/** The line is counted only now: good files are not slowed by it. */
async function notUtf8(source: ImportSource, faultAt: number): Promise<AppError> {
  let line = 1;
  let left = faultAt;
  for await (const chunk of source.open()) {
    const before = chunk.subarray(0, left);
    for (let at = before.indexOf(feedCode); at !== -1; at = before.indexOf(feedCode, at + 1)) line += 1;
    left -= before.length;
    if (left === 0) break;
  }
  const how = 'save the file as UTF-8, for example with: iconv -f WINDOWS-1252 -t UTF-8';
  return sourceRefused(source, `line ${line} is not UTF-8 text; ${how}`);
}

/** Bytes at the end that begin a character whose rest is still to come: 0 to 3. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Bytes before the first that is not UTF-8, found by halving. */
function validBytes(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - incompleteTail(part)))) good = middle;
    else bad = middle;
  }
  return good;
}
