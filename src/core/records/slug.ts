/**
 * Public names of records: 22 base62 characters that stand for (table number, record id) and can be neither guessed
 * nor counted up. Nothing is stored: the name is one AES-128 block under the instance key, so it is reversible here only.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { decodeBase62, encodeBase62 } from '../ids.ts';

export interface RecordName {
  readonly tableNumber: number;
  readonly recordId: number;
}

export interface RecordSlugs {
  /** `tableNumber` below 2^32, `recordId` a safe positive integer. */
  encode(tableNumber: number, recordId: number): string;
  /** The same for many records at once, which costs a tenth of the encryption. */
  encodeAll(tableNumber: number, recordIds: readonly number[]): string[];
  /** What the slug stands for; null for any text that `encode` did not make. */
  decode(slug: string): RecordName | null;
  /** The record's id when the slug names a record of this table, else null. */
  decodeIn(tableNumber: number, slug: string): number | null;
}

export const slugLength = 22;

/**
 * Block: table number (4 bytes), record id (7), zeros (5). A forged slug decrypts to noise, and noise has these
 * 40 zero bits, and then a table that exists, with a chance far below one in 10^12.
 */
export function createRecordSlugs(key: Buffer): RecordSlugs {
  // One block, every block a different plaintext: ECB is the bare permutation wanted here, and keeps no state between calls.
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const decipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const block = Buffer.alloc(16);

  function decode(slug: string): RecordName | null {
    const bytes = decodeBase62(slug, 16);
    if (bytes === null) return null;
    const plain = decipher.update(bytes);
    for (let i = 11; i < 16; i++) if (plain[i] !== 0) return null;
    const recordId = plain.readUInt8(4) * 2 ** 48 + plain.readUIntBE(5, 6);
    if (recordId === 0 || !Number.isSafeInteger(recordId)) return null;
    return { tableNumber: plain.readUInt32BE(0), recordId };
  }

  function write(into: Buffer, at: number, tableNumber: number, recordId: number): void {
    into.writeUInt32BE(tableNumber, at);
    into.writeUInt8(Math.floor(recordId / 2 ** 48), at + 4);
    into.writeUIntBE(recordId % 2 ** 48, at + 5, 6);
  }

  return {
    encode(tableNumber, recordId) {
      write(block, 0, tableNumber, recordId);
      return encodeBase62(cipher.update(block));
    },
    encodeAll(tableNumber, recordIds) {
      const blocks = Buffer.alloc(16 * recordIds.length);
      for (let i = 0; i < recordIds.length; i++) write(blocks, 16 * i, tableNumber, recordIds[i] ?? 0);
      const encrypted = cipher.update(blocks);
      return recordIds.map((_, i) => encodeBase62(encrypted, 16 * i, 16 * i + 16));
    },
    decode,
    decodeIn(tableNumber, slug) {
      const name = decode(slug);
      return name?.tableNumber === tableNumber ? name.recordId : null;
    },
  };
}
