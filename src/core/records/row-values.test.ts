import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field } from '../fields/field-type.ts';
import { noLinks } from './record-view.ts';
import { rowReader } from './row-values.ts';

const fieldAt = (slot: number, id = `f${slot}`) => ({ id, slot }) as Field;

test('a row becomes an object with its keys in order, nothing read where nothing is stored', () => {
  const read = rowReader([
    { key: 'id', slot: 0 },
    { field: fieldAt(5), key: 'Name', read: null },
    { field: fieldAt(6), key: 'Paid', read: (stored) => stored === 1 },
  ]);
  assert.equal(JSON.stringify(read([7, '', '', null, null, 'Ann', 1], noLinks)), '{"id":7,"Name":"Ann","Paid":true}');
  assert.equal(JSON.stringify(read([8, '', '', null, null, null, null], noLinks)), '{"id":8,"Name":null,"Paid":null}');
});

test('names of fields are names, whatever they look like', () => {
  const names = [
    '__proto__',
    'constructor',
    'a"b',
    "it's",
    'back\\slash',
    '${x}',
    '`',
    'line\nend\u2028',
    '*/',
    '7',
    '',
  ];
  const read = rowReader(names.map((key, at) => ({ field: fieldAt(at), key, read: null })));
  const record = read(
    names.map((_, at) => at),
    noLinks,
  );
  assert.deepEqual(new Map(Object.entries(record)), new Map(names.map((name, at) => [name, at])));
  assert.equal(Object.getPrototypeOf(record), Object.prototype);
});

test('relations are the ids of this row, or none', () => {
  const links = new Map([['friends', new Map([[7, [1, 2]]])]]);
  const read = rowReader([{ field: fieldAt(-1, 'friends'), key: 'Friends', read: null }]);
  assert.deepEqual([read([7], links), read([8], links)], [{ Friends: [1, 2] }, { Friends: [] }]);
});
