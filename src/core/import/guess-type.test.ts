import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTypeGuess } from './guess-type.ts';

function guess(...cells: string[]): string {
  const guessed = createTypeGuess();
  for (const cell of cells) guessed.see(cell);
  const { type, options } = guessed.result();
  return [type, ...Object.entries(options).map(([name, value]) => `${name}=${value}`)].join(' ');
}

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['whole numbers', 'number precision=0', ['1', '0', '-12', '3040051']],
  ['a flag of noughts and ones stays a number', 'number precision=0', ['0', '1', '1']],
  ['numbers with decimals', 'number', ['1', '2.50', '-0.5', '1e3']],
  ['numbers with leading zeros are text', 'text', ['007', '12']],
  ['numbers beyond 2^53 are text', 'text', ['9007199254740993', '1']],
  ['numbers of more digits than a double keeps are text', 'text', ['3.14159265358979323846']],
  ['numbers with separators are text', 'text', ['1,234', '5']],
  ['telephone numbers are text', 'text', ['+4930123456']],
  ['one cell that is no number makes the column text', 'text', ['1', '2', 'n/a']],
  ['true and false', 'checkbox', ['true', 'FALSE', 'yes', 'No']],
  ['days', 'date', ['2026-03-05', '1999-12-31']],
  ['a day that does not exist makes text', 'text', ['2026-02-30']],
  ['times with and without an offset', 'datetime', ['2019-03-23 20:21:09', '2019-03-23T20:21:09+02:00']],
  ['days and times together', 'datetime', ['2019-03-23 20:21:09', '2019-03-24']],
  ['days written day first', 'date format=eu', ['31/12/2026', '05/03/2026']],
  ['days written month first', 'date format=us', ['12/31/2026', '03/05/2026']],
  ['days that could be either are text', 'text', ['03/04/2026', '05/06/2026']],
  ['addresses', 'email', ['ada@example.com', 'Bob@example.org']],
  ['links', 'url', ['https://example.com/a', 'http://example.org']],
  ['long texts', 'long_text', ['x'.repeat(256)]],
  ['texts of several lines', 'long_text', ['a\nb']],
  ['space around a number does not matter', 'number precision=0', [' 5 ', '6']],
  ['nothing at all', 'text', []],
];

for (const [what, expected, cells] of cases) {
  test(`guesses the type of a column: ${what}`, () => assert.equal(guess(...cells), expected));
}

test('never chooses number for a column with a cell that is none, or none that is kept exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)), { minLength: 1 }),
      (cells) => {
        const filled = cells.filter((cell) => cell.trim() !== '');
        if (filled.length === 0 || !guess(...filled).startsWith('number')) return;
        for (const cell of filled) assert.ok(Math.abs(Number(cell)) <= Number.MAX_SAFE_INTEGER, cell);
      },
    ),
  );
});
