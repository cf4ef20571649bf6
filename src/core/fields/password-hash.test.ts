import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldTypes } from './index.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { sampleField } from './sample-fields.ts';

const { password } = fieldTypes;
const field = sampleField('password');

describe('password hashes', () => {
  it('open to their own text only, and differ for the same text', async () => {
    const [hash, again] = await Promise.all([hashPassword('pässword'), hashPassword('pässword')]);
    assert.match(hash, /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]{22}\$[\w+/]{43}$/);
    assert.notEqual(hash, again);
    assert.equal(await verifyPassword(hash, 'pässword'), true);
    assert.equal(await verifyPassword(hash, 'password'), false);
    assert.equal(await verifyPassword(hash, ''), false);
  });

  it('made elsewhere in the same form are understood', async () => {
    // Reference value of the argon2 command line tool for password "password", salt "somesalt", -id -t 2 -k 65536 -p 1.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    assert.equal(await verifyPassword(hash, 'password'), true);
  });

  it('that are no hashes open to nothing', async () => {
    for (const text of [
      '',
      'secret',
      '$argon2id$v=19$m=8,t=1,p=1$$',
      '$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y',
    ]) {
      assert.equal(await verifyPassword(text, text), false);
    }
  });
});

describe('password fields', () => {
  it('hash a password that is itself in the form of a hash', async () => {
    const known = await hashPassword('known');
    const value = password.parse(known, field) as string;
    const stored = password.toStored((await password.prepare?.(value, field)) ?? null, field) as string;
    assert.notEqual(stored, known);
    assert.equal(await verifyPassword(stored, 'known'), false);
    assert.equal(await verifyPassword(stored, known), true);
  });

  it('never store a clear text, and never give a hash back', async () => {
    assert.equal(password.toStored('secret', field), null);
    assert.equal(password.toStored(await hashPassword('x'), field), null);
    assert.equal(password.fromStored('$argon2id$v=19$', field), null);
    assert.equal(password.toText('secret', field), '');
    assert.equal(await password.prepare?.(null, field), null);
  });
});
