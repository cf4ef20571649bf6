/**
 * How the secrets of each key kind look. Native secrets carry a fixed prefix and a checksum, so that leak scanners find
 * them and typing errors are refused without a look-up; the other kinds keep the look that existing clients demand.
 */
import { crc32 } from 'node:zlib';
import { encodeBase62, randomBase62, randomLetters, randomLowerAlphanumeric } from '../ids.ts';
import type { KeySecretRow } from '../system-rows.ts';
import type { KeyKind } from './scopes.ts';

export type KeyPart = KeySecretRow['part'];

/** The secrets that a key of each kind has. */
export const partsOf: Record<KeyKind, readonly KeyPart[]> = {
  app: ['key'],
  pair: ['key', 'secret', 'write_only'],
  personal: ['key'],
  native: ['key'],
};

/** Kinds whose secrets are shown again on request; they are kept sealed beside their hash. */
export const isRevealable: Record<KeyKind, boolean> = { app: true, pair: true, personal: true, native: false };

const nativePrefix = 'tsr_';
const nativeRandomLength = 32;
const nativeForm = /^tsr_[0-9A-Za-z]{38}$/;

/** Clients of the pair kind expect more than 100 opaque characters; the first ones say which of the three it is. */
const pairPrefix: Record<KeyPart, string> = { key: 'pk_', secret: 'sk_', write_only: 'wk_' };
const pairRandomLength = 105;

const personalPrefix = 'RTBLv1-';

/** No secret of any kind is longer; longer texts are refused unread. */
export const secretLengthMax = 256;

function checksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return encodeBase62(bytes);
}

/** A new secret. Every kind holds at least 129 random bits. */
export function newSecret(kind: KeyKind, part: KeyPart): string {
  switch (kind) {
    case 'native': {
      const body = nativePrefix + randomBase62(nativeRandomLength);
      return body + checksum(body);
    }
    // wire/adalo.md §1: 25 characters [0-9a-z].
    case 'app':
      return randomLowerAlphanumeric(25);
    // wire/formaloo.md §2: opaque, some 100 characters, sent verbatim in headers.
    case 'pair':
      return pairPrefix[part] + randomBase62(pairRandomLength);
    // wire/retable.md §2.2: prefix and 25 letters; a client refuses any other prefix.
    case 'personal':
      return personalPrefix + randomLetters(25);
  }
}

/** Whether the text is a native secret without a typing error. Says nothing about whether it was ever issued. */
export function checkNativeFormat(text: string): boolean {
  if (!nativeForm.test(text)) return false;
  const bodyLength = nativePrefix.length + nativeRandomLength;
  return checksum(text.slice(0, bodyLength)) === text.slice(bodyLength);
}

/** The characters by which people recognise a secret in a list. */
export function hintOf(secret: string): string {
  return secret.slice(-4);
}
