import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Refusal } from './field-type.ts';
import { compilePattern } from './linear-pattern.ts';

function matcher(source: string) {
  const compiled = compilePattern(source);
  assert.ok(!(compiled instanceof Refusal), `${source}: ${compiled instanceof Refusal ? compiled.message : ''}`);
  return compiled;
}

const sources = [
  '',
  'abc',
  'a|b|',
  '(a|b)*c',
  '[a-c]+',
  '[^a-c]{2}',
  'a{2,3}',
  'a{2,}',
  '(?:ab){0,2}c?',
  '(?<year>\\d{2})-\\d',
  '^a+$',
  '(^a|b$)*',
  '.',
  '.*',
  '\\p{Lu}\\p{Ll}*',
  '\\u{1F600}+',
  '\\x61\\u0062',
  '[\\]a]',
  '[\\b\\d-]+',
  'a+?b*?',
  '(a*)*',
  '((a|b)+c?)+',
  '(a?){3}',
  '(|a)+',
  '(){5}',
  '\\.\\*',
  '[]',
  '[^]',
  '\\w+@\\w+',
  '(a{0}b)+',
  '(?:a|(?:b|c)d)?',
  '\\s\\S',
  'a$b',
  '😀?',
];
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'b', 'c', 'd', 'A', '1', '-', '.', '*', ' ', '\n', '@', ']', '😀', 'é'),
    maxLength: 6,
  }),
  fc.constantFrom('', 'a@b', '12-3', '\b1', '\u2028'),
);

describe('compilePattern', () => {
  for (const source of sources) {
    it(`matches whole texts as the engine does: ${source}`, () => {
      const matches = matcher(source);
      const reference = new RegExp(`^(?:${source})$`, 'u');
      fc.assert(
        fc.property(text, (sample) => assert.equal(matches(sample), reference.test(sample), sample)),
        { numRuns: 300 },
      );
    });
  }

  it('agrees with the engine on patterns nobody thought of', () => {
    const pattern = fc.letrec<{ node: string; atom: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        tie('atom'),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
        fc.tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}')).map(([a, q]) => `(${a})${q}`),
      ),
      atom: fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '^', '$', ''),
    })).node;
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 5 }), (source, sample) => {
        const compiled = compilePattern(source);
        if (compiled instanceof Refusal) return;
        assert.equal(compiled(sample), new RegExp(`^(?:${source})$`, 'u').test(sample));
      }),
      { numRuns: 2_000 },
    );
  });

  it('finishes on patterns that would keep a backtracking engine busy for years', () => {
    const long = `${'a'.repeat(10_000)}!`;
    for (const source of [
      '(a+)+',
      '(a|a)*',
      '(a|aa)+b',
      '(.*)*x',
      'a*a*a*a*a*a*b',
      '(a?){50}a{50}',
      '([a-z]+)*\\d',
      '(?:(?:a*)*)*b',
    ]) {
      assert.equal(matcher(source)(long), false, source);
    }
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['(', /valid regular expression/],
    ['a**', /valid/],
    ['(?=a)b', /look-ahead/],
    ['(?<!a)b', /look-behind/],
    ['(?i:a)', /modifiers/],
    ['(a)\\1', /back references/],
    ['(?<n>a)\\k<n>', /back references/],
    ['\\bword\\b', /word boundaries/],
    ['(a{1000}){1000}', /too large/],
    ['(((){1000000}){1000000}){1000000}', /too large/],
    ['a'.repeat(501), /at most 500/],
    ['\ud800(', /valid/],
  ];
  for (const [source, message] of refused) {
    it(`refuses ${source.slice(0, 40)}`, () => {
      const compiled = compilePattern(source);
      assert.ok(compiled instanceof Refusal);
      assert.match(compiled.message, message);
    });
  }
});
