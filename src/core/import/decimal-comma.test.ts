import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createCommaGuess, withDecimalPoint } from './decimal-comma.ts';
import type { Delimiter } from './sniff-csv.ts';

function guessOf(delimiter: Delimiter, cells: readonly string[]) {
  const guess = createCommaGuess(delimiter);
  for (const cell of cells) guess.see(cell);
  return [guess.marks()?.kind ?? null, guess.isNumber()];
}

describe('a decimal comma', () => {
  const columns: readonly (readonly [string, Delimiter, readonly string[], string | null, boolean])[] = [
    ['is told by one or two decimals', ';', ['1,50', '3', '-0,5'], 'comma', true],
    ['in a file of tabs as well', '\t', ['1,50', ',5'], 'comma', true],
    ['is told where thousands are grouped by points or spaces', '\t', ['1.234,56', '1 234,5'], 'comma', true],
    [
      'is told where no thousands can be: too many or too few digits',
      '\t',
      ['1234,567', '0,123', '1,2345'],
      'comma',
      true,
    ],
    ['decides what 1,234 and 1.234 are in a file of semicolons', ';', ['1,234', '1.234', '1,5'], 'comma', true],
    ['does not decide it in a file of tabs', '\t', ['1,234', '1,5'], 'unclear', false],
    ['is not taken from 1,234 alone', ';', ['1,234', '12,500'], 'unclear', false],
    ['is none beside decimal points', ';', ['1,5', '1.5'], null, false],
    ['is none where commas group thousands', ';', ['1,234', '1,234.56'], null, false],
    ['is none where commas group them twice', ';', ['1,234,567', '12,345'], null, false],
    [
      'makes no number of a column with other texts, but is told for who wants one',
      ';',
      ['1,5', 'n/a'],
      'comma',
      false,
    ],
    ['makes no number of what begins with a zero', ';', ['1,5', '007'], 'comma', false],
    ['makes no number that would lose digits', ';', ['1,5', '1234567890123456,789'], 'comma', false],
    ['makes no number of points between digits alone', ';', ['12.345.678', '1.234.567'], null, false],
    [
      'leaves numbers with points that could group thousands to the rest of the file',
      ';',
      ['1.234', '5'],
      'points',
      false,
    ],
    ['says nothing about whole numbers', ';', ['1', '20'], null, false],
    ['says nothing about texts', ';', ['a, b', 'c'], null, false],
  ];
  for (const [what, delimiter, cells, kind, isNumber] of columns) {
    test(what, () => assert.deepEqual(guessOf(delimiter, cells), [kind, isNumber]));
  }

  test('becomes a point, and what groups thousands is left out', () => {
    const read = ['1,50', ' 1.234,56 ', '1 234 567,8', '1.234', '-,5', '1,5e3', '12', 'n/a', '1.5'];
    const numbers = ['1.50', '1234.56', '1234567.8', '1234', '-.5', '1.5e3', '12', 'n/a', '1.5'];
    assert.deepEqual(read.map(withDecimalPoint), numbers);
  });

  test('gives back every number that is written the European way', () => {
    const number = fc.tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 99 }));
    fc.assert(
      fc.property(number, fc.constantFrom('', '.', ' ', '\u00a0', '\u202f'), ([whole, cents], group) => {
        const digits = String(whole).replace(/\B(?=(?:\d{3})+$)/g, group);
        const text = `${digits},${String(cents).padStart(2, '0')}`;
        assert.equal(withDecimalPoint(text), `${whole}.${String(cents).padStart(2, '0')}`);
        assert.deepEqual(guessOf('\t', [text]), ['comma', true]);
      }),
    );
  });
});
