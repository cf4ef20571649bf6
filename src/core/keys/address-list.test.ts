import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkAddressList, createAddressList, plainAddress } from './address-list.ts';

test('an empty list allows any address', () => {
  assert.equal(createAddressList([]), null);
});

const cases = [
  {
    entries: ['192.0.2.7'],
    allowed: ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:C000:207'],
    refused: ['192.0.2.8', '::1', ''],
  },
  {
    entries: ['10.0.0.0/8'],
    allowed: ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
    refused: ['11.0.0.0', '9.255.255.255'],
  },
  { entries: ['::ffff:10.0.0.0/104'], allowed: ['10.9.9.9'], refused: ['11.0.0.0', '::1'] },
  { entries: ['::ffff:192.0.2.7'], allowed: ['192.0.2.7'], refused: ['192.0.2.8'] },
  {
    entries: ['2001:db8::/32', '::1'],
    allowed: ['2001:db8:5::1', '::1', '2001:db8::1%eth0'],
    refused: ['2001:db9::1', '127.0.0.1'],
  },
  { entries: ['0.0.0.0/0'], allowed: ['1.2.3.4'], refused: ['2001:db8::1', 'unix', 'localhost'] },
];
for (const { entries, allowed, refused } of cases) {
  test(`${entries.join(' ')} allows what lies in it and nothing else`, () => {
    const list = createAddressList(entries);
    for (const address of allowed) assert.ok(list?.includes(address), address);
    for (const address of refused) assert.equal(list?.includes(address), false, address);
    for (const address of allowed) assert.ok(list?.includes(address), `${address} again`);
  });
}

test('an IPv4 address is the same plain or mapped into IPv6', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(plainAddress(`::ffff:${address}`), address);
      assert.ok(createAddressList([address])?.includes(`::ffff:${address}`));
    }),
  );
});

test('any IPv6 address is allowed by itself', () => {
  fc.assert(fc.property(fc.ipV6(), (address) => assert.ok(createAddressList([address])?.includes(address))));
});

test('every entry that is no address and no block is refused by its place', () => {
  assert.deepEqual(checkAddressList([' 192.0.2.1 ', '10.0.0.0/8', '2001:db8::/32'], 'allow_list'), [
    '192.0.2.1',
    '10.0.0.0/8',
    '2001:db8::/32',
  ]);
  for (const entry of [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '::1/129',
    '*',
    'fe80::1%eth0',
  ]) {
    assert.throws(
      () => checkAddressList(['192.0.2.1', entry], 'allow_list'),
      (error: { code: string; issues: { field: string }[] }) => {
        assert.equal(error.code, 'body_invalid');
        assert.equal(error.issues[0]?.field, 'allow_list[1]');
        return true;
      },
    );
  }
});
