import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { readColumnType, readDuration, readExpiry, readScope, readWhole } from './read-options.ts';

test('durations are seconds, minutes, hours or days', () => {
  assert.deepEqual(['0', '45s', '90m', '12h', '30d'].map(readDuration), [0, 45, 5400, 43_200, 2_592_000]);
});

test('an expiry is a day, an instant or a duration from now', () => {
  assert.equal(readExpiry('2027-01-31'), Date.UTC(2027, 0, 31));
  assert.equal(readExpiry('2027-01-31T12:00:00+02:00'), Date.UTC(2027, 0, 31, 10));
  assert.ok(readExpiry('2d') - readExpiry('1d') >= 86_400_000 - 1);
});

test('a scope is a table and verbs; names of tables may hold colons', () => {
  assert.deepEqual(readScope('Orders:read, create'), [{ table: 'Orders', verbs: ['read', 'create'] }]);
  assert.deepEqual(readScope('a:b:*', [{ table: '*', verbs: ['read'] }]), [
    { table: '*', verbs: ['read'] },
    { table: 'a:b', verbs: ['*'] },
  ]);
});

test('a column type is a column and one of the field types', () => {
  assert.deepEqual([...readColumnType('a=b=number')], [['a=b', 'number']]);
});

const wrong: readonly (readonly [(text: string) => unknown, readonly string[]])[] = [
  [readDuration, ['', '5', '5x', '-5d', '1.5h', '1e3s']],
  [readExpiry, ['', 'soon', '2027', '2027-13-45', '2027-01-31T12:00']],
  [readWhole, ['', '-1', '1.5', 'many', '99999999999']],
  [(text) => readScope(text), ['', 'Orders', ':read', 'Orders:', 'Orders:fly', 'Orders:read,']],
  [(text) => readColumnType(text), ['', 'a', '=number', 'a=', 'a=integer']],
];
for (const [read, texts] of wrong) {
  for (const text of texts) {
    test(`refuses ${JSON.stringify(text)} (${read.name || 'option'})`, () => {
      assert.throws(() => read(text), InvalidArgumentError);
    });
  }
}
