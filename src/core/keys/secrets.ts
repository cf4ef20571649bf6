/**
 * Everything done under the instance's master key: sealing what must be shown again, signing tokens, naming records;
 * and the hash under which secrets are kept. Each purpose has its own key, derived by HKDF, so none can stand in for another.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hash as hashOnce,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { AppError } from '../errors.ts';
import { createSubmissionCodes, type SubmissionCodes } from '../forms/submission-code.ts';
import { createRecordSlugs, type RecordSlugs } from '../records/slug.ts';
import { createTokens, type TokenClaims } from './tokens.ts';

export type { TokenClaims } from './tokens.ts';

export interface Secrets {
  /**
   * Base64url of SHA-256. Secrets are long random texts, so one fast hash is enough; and since look-ups go by
   * the hash, their timing tells nothing about a secret.
   */
  hash(secret: string): string;
  /** Encrypts a text that belongs to `owner` (an id): AES-256-GCM, bound to the owner so that sealed texts cannot be swapped. */
  seal(text: string, owner: string): string;
  /** Throws `internal_error` when the text was altered, belongs to another owner, or the master key is another one. */
  open(sealed: string, owner: string): string;
  mintToken(claims: TokenClaims): string;
  /** The claims of a token that this instance signed, or null. Expiry is left to the caller, who has the clock. */
  verifyToken(token: string): TokenClaims | null;
  /** Base64url of HMAC-SHA256: what makes a link to a private file work. */
  signLink(text: string): string;
  /** In constant time. */
  isLinkSignature(text: string, signature: string): boolean;
  /** Base64url of HMAC-SHA256: what makes the facts that a page sends back those that it was given. */
  signPage(text: string): string;
  /** In constant time. */
  isPageSignature(text: string, signature: string): boolean;
  readonly slugs: RecordSlugs;
  readonly submissionCodes: SubmissionCodes;
  /** Tells master keys apart without telling anything about them: kept beside the data to notice a wrong one at start. */
  readonly fingerprint: string;
}

const sealVersion = 'v1.';
const ivLength = 12;
const tagLength = 16;

/** `masterKey`: 32 random bytes. */
export function createSecrets(masterKey: Buffer): Secrets {
  if (masterKey.length !== 32)
    throw new AppError('internal_error', undefined, { internal: 'master key is not 32 bytes' });
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `tessera/${purpose}`, length));

  const sealKey = derive('seal', 32);
  const tokens = createTokens(derive('token', 32));
  const links = createSigner(derive('link', 32));
  const pages = createSigner(derive('page', 32));

  return {
    hash: (secret) => hashOnce('sha256', secret, 'base64url'),
    seal(text, owner) {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return sealVersion + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, owner) {
      try {
        if (!sealed.startsWith(sealVersion)) throw new Error('unknown version of sealing');
        const bytes = Buffer.from(sealed.slice(sealVersion.length), 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, ivLength), {
          authTagLength: tagLength,
        });
        decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
        return decipher.update(bytes.subarray(ivLength + tagLength), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new AppError('internal_error', undefined, { internal: `sealed text of ${owner} does not open`, cause });
      }
    },
    mintToken: tokens.mint,
    verifyToken: tokens.verify,
    signLink: links.sign,
    isLinkSignature: links.isSignature,
    signPage: pages.sign,
    isPageSignature: pages.isSignature,
    slugs: createRecordSlugs(derive('slug', 16)),
    submissionCodes: createSubmissionCodes(derive('submission-code', 16)),
    fingerprint: derive('fingerprint', 12).toString('base64url'),
  };
}

function createSigner(key: Buffer) {
  const mac = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    sign: (text: string) => mac(text).toString('base64url'),
    isSignature(text: string, signature: string) {
      const sent = Buffer.from(signature, 'base64url');
      const own = mac(text);
      return sent.length === own.length && timingSafeEqual(sent, own);
    },
  };
}
