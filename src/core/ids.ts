/**
 * Random names and base62. Ids are 16 characters (95 bits), secrets as long as their kind says; every character is
 * drawn without bias from the system's cryptographic source, which is read in large pieces because one call costs
 * more than a thousand ids.
 */
import { randomFillSync } from 'node:crypto';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const letters = base62.slice(10);
const lowerAlphanumeric = base62.slice(0, 10) + base62.slice(36);

const pool = Buffer.alloc(8192);
let poolAt = pool.length;

function nextByte(): number {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const byte = pool[poolAt] ?? 0;
  // A secret made from the pool must not be found in a later memory dump of it.
  pool[poolAt++] = 0;
  return byte;
}

function randomText(alphabet: string, length: number): string {
  // Bytes from the last, incomplete run of the alphabet are thrown away: with them its first characters would be likelier.
  const bound = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    const byte = nextByte();
    if (byte < bound) text += alphabet.charAt(byte % alphabet.length);
  }
  return text;
}

/** A new id: 16 base62 characters. */
export function newId(): string {
  return randomText(base62, 16);
}

const stampLength = 7;
let stampedAt = -1;
let stamp = '';

/**
 * An id for rows of a log: 7 characters of time, 9 (53 bits) random. Text indexes of a log grow at their end with it,
 * which is several times cheaper than touching a page somewhere for every row. Ordered to the millisecond, until 2081.
 */
export function newLogId(now: number): string {
  if (now !== stampedAt) {
    stampedAt = now;
    stamp = '';
    for (let rest = Math.floor(now), at = 0; at < stampLength; at++) {
      stamp = base62.charAt(rest % 62) + stamp;
      rest = Math.floor(rest / 62);
    }
  }
  return stamp + randomText(base62, 16 - stampLength);
}

export function randomBase62(length: number): string {
  return randomText(base62, length);
}

/** `A-Z a-z`. */
export function randomLetters(length: number): string {
  return randomText(letters, length);
}

/** `0-9 a-z`. */
export function randomLowerAlphanumeric(length: number): string {
  return randomText(lowerAlphanumeric, length);
}

/** Four digits at a time: remainders of this power of 62, shifted by a limb's 24 bits, stay exact in a number. */
const digitsPerStep = 4;
const step = 62 ** digitsPerStep;
const limbBytes = 3;

/** All texts of two digits: half the work of single ones. */
const pairs = Array.from({ length: 62 * 62 }, (_, n) => base62.charAt(Math.floor(n / 62)) + base62.charAt(n % 62));

const digitOf = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 62; digit++) digitOf[base62.charCodeAt(digit)] = digit;

/** Characters that `byteCount` bytes need in base62. */
export function base62Length(byteCount: number): number {
  return Math.ceil((byteCount * 8) / Math.log2(62));
}

/** Bytes as one big-endian number in base62, left-padded to the length that so many bytes always fit in. */
export function encodeBase62(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  const count = Math.ceil((end - start) / limbBytes);
  const limbs: number[] = new Array(count);
  const byteAt = (at: number) => (at < start ? 0 : (bytes[at] ?? 0));
  for (let i = 0, at = end - limbBytes * count; i < count; i++, at += limbBytes)
    limbs[i] = byteAt(at) * 65536 + byteAt(at + 1) * 256 + byteAt(at + 2);
  const length = base62Length(end - start);
  let text = '';
  for (let first = 0; text.length < length; ) {
    let remainder = 0;
    for (let i = first; i < count; i++) {
      const value = remainder * 0x1000000 + (limbs[i] ?? 0);
      const quotient = Math.floor(value / step);
      limbs[i] = quotient;
      remainder = value - quotient * step;
    }
    while (first < count && limbs[first] === 0) first++;
    const high = Math.floor(remainder / 3844);
    text = (pairs[high] ?? '') + (pairs[remainder - high * 3844] ?? '') + text;
  }
  return text.length === length ? text : text.slice(text.length - length);
}

/** The bytes that `encodeBase62` turned into this text; null when no bytes of this count give it. */
export function decodeBase62(text: string, byteCount: number): Uint8Array | null {
  if (text.length !== base62Length(byteCount)) return null;
  const bytes = new Uint8Array(byteCount);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    let carry = code < 128 ? (digitOf[code] ?? -1) : -1;
    if (carry < 0) return null;
    for (let i = byteCount - 1; i >= 0; i--) {
      const value = (bytes[i] ?? 0) * 62 + carry;
      bytes[i] = value & 255;
      carry = value >> 8;
    }
    if (carry > 0) return null;
  }
  return bytes;
}
