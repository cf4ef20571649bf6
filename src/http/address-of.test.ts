import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf } from './address-of.ts';

test('a request whose connection is gone has an address all the same, and it is nobody’s', () => {
  assert.equal(addressOf({ ip: '127.0.0.1' }), '127.0.0.1');
  assert.equal(addressOf({ ip: undefined as unknown as string }), '');
});
