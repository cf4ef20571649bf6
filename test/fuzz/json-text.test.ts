import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editJson } from './json-text.ts';

const spaces = fc.constantFrom('', ' ', '\r\n', '\t', '  ');

/** JSON with space wherever JSON allows it. */
const spacedJson = fc
  .tuple(fc.jsonValue({ stringUnit: fc.constantFrom(...'ab"\\:') }), spaces)
  .map(([value, space]) => {
    const text = JSON.stringify(value, null, 1).replaceAll('\n', `\n${space}`).replaceAll('": ', `"${space}:${space}`);
    return `${space}${text}${space}`.replaceAll('{}', `{${space}}`).replaceAll('[]', `[${space}]`);
  })
  .filter(isJson);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('replacing a value of any JSON, spaced as it may be, leaves JSON', () => {
  fc.assert(
    fc.property(spacedJson, fc.nat(200), (text, at) => {
      JSON.parse(editJson(text, { edit: 'replace', at, token: '"new"' }));
    }),
  );
});

test('a member is added, doubled and removed between spaces', () => {
  const text = '{\r\n "a" : [ 1 , { } ] }';
  assert.equal(editJson(text, { edit: 'replace', at: 3, token: '2' }), '2');
  assert.equal(editJson(text, { edit: 'replace', at: 0, token: '2' }), '{\r\n "a" : [ 2 , { } ] }');
  assert.deepEqual(JSON.parse(editJson('{ }', { edit: 'add', at: 0, name: 'b', token: '1' })), { b: 1 });
  assert.deepEqual(JSON.parse(editJson(text, { edit: 'remove', at: 0 })), {});
  assert.deepEqual(JSON.parse(editJson(text, { edit: 'double', at: 0, token: '2' })), { a: 2 });
});
