import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSecrets } from './secrets.ts';

const secrets = createSecrets(Buffer.alloc(32, 1));
const others = createSecrets(Buffer.alloc(32, 2));
const claims = { int: 'abcdefghij123456', gen: 3, exp: 1_900_000_000 };

test('the hash of a secret is base64url SHA-256', () => {
  assert.equal(secrets.hash('tsr_x'), createHash('sha256').update('tsr_x').digest('base64url'));
});

test('a sealed text opens for its owner alone, under the same master key, unaltered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, owner) => {
      const sealed = secrets.seal(text, owner);
      assert.equal(secrets.open(sealed, owner), text);
      assert.notEqual(secrets.seal(text, owner), sealed, 'sealing twice gives two texts');
      assert.throws(() => secrets.open(sealed, `${owner}x`), { code: 'internal_error' });
      assert.throws(() => others.open(sealed, owner), { code: 'internal_error' });
    }),
    { numRuns: 50 },
  );
  const sealed = secrets.seal('RTBLv1-secret', 'k');
  for (let at = 0; at < sealed.length - 1; at++) {
    const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    assert.throws(() => secrets.open(altered, 'k'), { code: 'internal_error' });
  }
  assert.throws(() => secrets.open('', 'k'), { code: 'internal_error' });
});

test('what fails to open is not in the message of the refusal', () => {
  assert.throws(
    () => secrets.open('v1.c2VjcmV0', 'k'),
    (error: Error) => !error.message.includes('c2Vj'),
  );
});

test('a token gives back its claims and nothing else', () => {
  const token = secrets.mintToken(claims);
  assert.deepEqual(secrets.verifyToken(token), claims);
  assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()), {
    alg: 'HS256',
    typ: 'JWT',
  });
});

test('a token of another instance, of another algorithm, without signature, or altered is refused', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = secrets.mintToken(claims);
  const [header = '', body = '', signature = ''] = token.split('.');
  const forged = [
    others.mintToken(claims),
    `${part({ alg: 'none', typ: 'JWT' })}.${body}.`,
    `${part({ alg: 'none', typ: 'JWT' })}.${body}.${signature}`,
    `${part({ alg: 'HS512', typ: 'JWT' })}.${body}.${signature}`,
    `${header}.${part({ ...claims, gen: 4 })}.${signature}`,
    `${header}.${body}`,
    `${header}.${body}.`,
    `${token}x`,
    '',
    '..',
    'x',
  ];
  for (const text of forged) assert.equal(secrets.verifyToken(text), null, text);
});

test('a correctly signed token without the expected claims is refused', () => {
  for (const payload of [{}, { int: 1, gen: 1, exp: 1 }, { ...claims, gen: '3' }, { int: 'x', gen: 1 }]) {
    assert.equal(secrets.verifyToken(secrets.mintToken(payload as never)), null);
  }
});

test('the master key has 32 bytes and its fingerprint tells it apart', () => {
  assert.throws(() => createSecrets(Buffer.alloc(16)), { code: 'internal_error' });
  assert.notEqual(secrets.fingerprint, others.fingerprint);
  assert.equal(secrets.fingerprint, createSecrets(Buffer.alloc(32, 1)).fingerprint);
});

test('what was signed for one purpose is no signature for another, nor under another master key', () => {
  const own = createSecrets(Buffer.alloc(32, 3));
  const other = createSecrets(Buffer.alloc(32, 4));
  const [link, page] = [own.signLink('text'), own.signPage('text')];
  assert.deepEqual(
    [own.isLinkSignature('text', link), own.isPageSignature('text', page), own.isPageSignature('text!', page)],
    [true, true, false],
  );
  assert.deepEqual(
    [own.isPageSignature('text', link), own.isLinkSignature('text', page), other.isPageSignature('text', page)],
    [false, false, false],
  );
  for (const wrong of ['', page.slice(1), `${page}AAAA`]) assert.equal(own.isPageSignature('text', wrong), false);
});
