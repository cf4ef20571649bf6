/**
 * Codes that stand for one record to whom they were given: its submission code (20 lower-case characters, not to be guessed),
 * and a short tracking code for people to quote. Nothing is stored: both come from the record's number under the
 * instance key, and lead back to it within its table.
 */
import { createCipheriv } from 'node:crypto';

export interface SubmissionCodes {
  encode(tableNumber: number, recordId: number): string;
  /** The same for many records at once, which costs a tenth of the encryption. */
  encodeAll(tableNumber: number, recordIds: readonly number[]): string[];
  /** The record's id when the code was made for a record of this table, else null. */
  decodeIn(tableNumber: number, code: string): number | null;
  /** Upper-case; as long as the record's number asks for, and five characters. */
  track(tableNumber: number, recordId: number): string;
  untrackIn(tableNumber: number, code: string): number | null;
}

export const submissionCodeLength = 20;

/** Digits of base 36 that hold 48 bits. */
const halfLength = 10;
const trackingMarkLength = 5;
const codeForm = /^[0-9a-z]{20}$/;
const trackingForm = /^[0-9A-Z]{6,15}$/;
const half = 2 ** 48;

/**
 * A code is a mark (48 bits of AES over table and record) and the record's number hidden under a second block made from that
 * mark: deterministic, and a guess is right once in 2^48.
 */
export function createSubmissionCodes(key: Buffer): SubmissionCodes {
  // Single blocks that are all different: ECB is the bare permutation wanted here, and keeps no state between calls.
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const block = Buffer.alloc(16);

  function write(into: Buffer, at: number, purpose: number, tableNumber: number, value: number): void {
    into.writeUInt8(purpose, at);
    into.writeUInt32BE(tableNumber, at + 1);
    into.writeUIntBE(value, at + 5, 6);
  }

  function prf(purpose: number, tableNumber: number, value: number): Buffer {
    write(block, 0, purpose, tableNumber, value);
    return cipher.update(block);
  }

  function prfAll(purpose: number, tableNumber: number, values: readonly number[]): Buffer {
    const blocks = Buffer.alloc(16 * values.length);
    for (let i = 0; i < values.length; i++) write(blocks, 16 * i, purpose, tableNumber, values[i] ?? 0);
    return cipher.update(blocks);
  }

  /** The number under the mask that belongs to this mark; the same call takes the mask off again. */
  function masked(tableNumber: number, mark: number, value: number): number {
    return underMask(prf(2, tableNumber, mark), 0, value);
  }

  const markOf = (tableNumber: number, recordId: number) => prf(1, tableNumber, recordId).readUIntBE(0, 6);
  const trackingMark = (tableNumber: number, recordId: number) =>
    (prf(3, tableNumber, recordId).readUIntBE(0, 6) % 36 ** trackingMarkLength)
      .toString(36)
      .padStart(trackingMarkLength, '0')
      .toUpperCase();

  return {
    encode(tableNumber, recordId) {
      const mark = markOf(tableNumber, recordId);
      return digits(mark) + digits(masked(tableNumber, mark, recordId));
    },
    encodeAll(tableNumber, recordIds) {
      const encrypted = prfAll(1, tableNumber, recordIds);
      const marks = recordIds.map((_, i) => encrypted.readUIntBE(16 * i, 6));
      const masks = prfAll(2, tableNumber, marks);
      return marks.map((mark, i) => digits(mark) + digits(underMask(masks, 16 * i, recordIds[i] ?? 0)));
    },
    decodeIn(tableNumber, code) {
      if (!codeForm.test(code)) return null;
      const mark = Number.parseInt(code.slice(0, halfLength), 36);
      const hidden = Number.parseInt(code.slice(halfLength), 36);
      if (mark >= half || hidden >= half) return null;
      const recordId = masked(tableNumber, mark, hidden);
      return recordId > 0 && markOf(tableNumber, recordId) === mark ? recordId : null;
    },
    track: (tableNumber, recordId) => recordId.toString(36).toUpperCase() + trackingMark(tableNumber, recordId),
    untrackIn(tableNumber, code) {
      if (!trackingForm.test(code)) return null;
      const number = code.slice(0, -trackingMarkLength);
      const recordId = Number.parseInt(number, 36);
      if (recordId <= 0 || recordId >= half || recordId.toString(36).toUpperCase() !== number) return null;
      return trackingMark(tableNumber, recordId) === code.slice(-trackingMarkLength) ? recordId : null;
    },
  };
}

function underMask(masks: Buffer, at: number, value: number): number {
  const high = Math.floor(value / 2 ** 32) ^ masks.readUInt16BE(at);
  const low = ((value % 2 ** 32) ^ masks.readUInt32BE(at + 2)) >>> 0;
  return high * 2 ** 32 + low;
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';
/** All texts of two digits: twice as fast as single ones, and four times as `toString(36)`. */
const pairs = Array.from({ length: 1296 }, (_, n) => alphabet.charAt(Math.floor(n / 36)) + alphabet.charAt(n % 36));
const halfOfHalf = 36 ** 5;

/** Ten digits of base 36. */
function digits(value: number): string {
  const high = Math.floor(value / halfOfHalf);
  return fiveDigits(high) + fiveDigits(value - high * halfOfHalf);
}

/** Small enough for the integers of the machine. */
function fiveDigits(value: number): string {
  const upper = (value / 1296) | 0;
  const top = (upper / 1296) | 0;
  return alphabet.charAt(top) + (pairs[upper - top * 1296] ?? '') + (pairs[value - upper * 1296] ?? '');
}
