import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyKinds } from './scopes.ts';
import { checkNativeFormat, newSecret, partsOf } from './secret-format.ts';

test('every kind of secret has the look that its clients demand', () => {
  for (let i = 0; i < 200; i++) {
    assert.match(newSecret('native', 'key'), /^tsr_[0-9A-Za-z]{38}$/);
    assert.match(newSecret('app', 'key'), /^[0-9a-z]{25}$/);
    assert.match(newSecret('personal', 'key'), /^RTBLv1-[A-Za-z]{25}$/);
    for (const part of partsOf.pair) assert.match(newSecret('pair', part), /^[A-Za-z0-9_-]{100,120}$/);
  }
});

test('the three secrets of a pair can be told apart by their beginning', () => {
  const beginnings = partsOf.pair.map((part) => newSecret('pair', part).slice(0, 3));
  assert.equal(new Set(beginnings).size, 3);
});

test('a native secret passes its own check, and one with any character changed or two swapped does not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 41 }), fc.constantFrom(...'0Zz_ '), (at, character) => {
      const secret = newSecret('native', 'key');
      assert.ok(checkNativeFormat(secret));
      const altered = secret.slice(0, at) + character + secret.slice(at + 1);
      if (altered !== secret) assert.equal(checkNativeFormat(altered), false);
      const a = secret[at];
      const b = secret[at + 1];
      if (a !== undefined && b !== undefined && a !== b) {
        assert.equal(checkNativeFormat(secret.slice(0, at) + b + a + secret.slice(at + 2)), false);
      }
    }),
  );
});

test('no secret of another kind passes for a native one', () => {
  for (const kind of keyKinds) {
    if (kind === 'native') continue;
    for (const part of partsOf[kind]) assert.equal(checkNativeFormat(newSecret(kind, part)), false);
  }
});
