/** Argon2id hashes of passwords in PHC form (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`), each with the cost it was made with. */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's least for Argon2id (19 MiB, two passes): about 20 ms off the main thread. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltBytes = 16;
const tagBytes = 32;

const derive = promisify((parameters: Argon2Parameters, done: (error: Error | null, key: Buffer) => void) =>
  argon2('argon2id', parameters, done),
);

export async function hashPassword(text: string): Promise<string> {
  const nonce = randomBytes(saltBytes);
  const tag = await derive({ ...cost, message: Buffer.from(text, 'utf8'), nonce, tagLength: tagBytes });
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

const phcForm = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/-]{11,86})\$([\w+/-]{16,172})$/;

/** Whether `text` is the password behind `hash`; false for anything that is not a hash of ours. */
export async function verifyPassword(hash: string, text: string): Promise<boolean> {
  const match = phcForm.exec(hash);
  if (match === null) return false;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const [salt = '', tag = ''] = match.slice(4);
  if (passes < 1 || parallelism < 1 || memory < 8 * parallelism) return false;
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive({
    message: Buffer.from(text, 'utf8'),
    nonce: Buffer.from(salt, 'base64'),
    memory,
    passes,
    parallelism,
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
