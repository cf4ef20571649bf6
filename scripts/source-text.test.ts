import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { splitSource } from './source-text.ts';

const cases = [
  { name: 'line comment', source: "a // 'x'\nb", code: 'a       \nb', strings: '' },
  { name: 'block comment over lines', source: 'a /* x\ny */ b', code: 'a     \n     b', strings: '' },
  { name: 'comment signs in a string', source: "a('//x') + b", code: 'a(     ) + b', strings: "'//x'" },
  { name: 'escaped quote', source: "a('it\\'s') // c", code: 'a(       )', strings: "'it\\'s'" },
  {
    name: 'template with an expression',
    source: '`x${a + `y${b}`}z` + c',
    strings: '`x${ `y${ }`}z`',
    code: 'a + b + c',
  },
  { name: 'object in a template expression', source: '`${f({ a })}` // c', code: 'f({ a })', strings: '`${ }`' },
  { name: 'regular expression with quotes', source: 'x = /[\'/"]/g; b // c', code: 'x = g; b', strings: '/[\'/"]/' },
  { name: 'division', source: "a / b / 'c'", code: 'a / b /', strings: "'c'" },
];

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

for (const { name, source, code, strings } of cases) {
  test(`source is split into code and strings: ${name}`, () => {
    const split = splitSource(source);
    assert.equal(squeezed(split.code), squeezed(code));
    assert.equal(squeezed(split.strings), squeezed(strings));
  });
}

test('lines and columns stay where they were', () => {
  const source = readFileSync(new URL('./source-text.ts', import.meta.url), 'utf8');
  const split = splitSource(source);
  assert.equal(split.uncommented.length, source.length);
  assert.equal(split.code.split('\n').length, source.split('\n').length);
  assert.ok(split.code.includes('while (at < source.length)'));
});
