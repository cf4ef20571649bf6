/** Passes bytes through that are UTF-8, cut between characters; refuses others, naming their line. */
import { isUtf8 } from 'node:buffer';
import type { AppError } from '../errors.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';

/** @throws body_invalid */
export async function* checkedUtf8(
  source: ImportSource,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let bytes = 0;
  for await (const chunk of source.open()) {
    bytes += chunk.length;
    const joined = Buffer.concat([rest, chunk]);
    const whole = joined.subarray(0, joined.length - incompleteTail(joined));
    rest = joined.subarray(whole.length);
    if (!isUtf8(whole)) throw notUtf8(source, line + newlinesBeforeFault(whole));
    line += newlinesBefore(whole, whole.length);
    onBytes?.(bytes);
    if (whole.length > 0) yield whole;
  }
  if (rest.length > 0) throw notUtf8(source, line);
}

function notUtf8(source: ImportSource, line: number): AppError {
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

/** Newlines before the first byte that is not UTF-8, which is found by halving. */
function newlinesBeforeFault(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - incompleteTail(part)))) good = middle;
    else bad = middle;
  }
  return newlinesBefore(bytes, good);
}

function newlinesBefore(bytes: Buffer, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
