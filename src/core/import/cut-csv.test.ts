import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvFault, createCsvCutter } from './cut-csv.ts';

function cut(text: string, pieceLength: number, rowLengthMax = 1e6): string[][] {
  const cutter = createCsvCutter(',', rowLengthMax);
  const rows: (readonly string[])[] = [];
  for (let at = 0; at < text.length; at += pieceLength) {
    for (const { cells } of cutter.push(text.slice(at, at + pieceLength))) rows.push(cells);
  }
  for (const { cells } of cutter.end()) rows.push(cells);
  return rows.map((cells) => [...cells]);
}

test('reads what csv-parse reads, well-formed or not, however it is cut into pieces', () => {
  const token = fc.constantFrom('a', 'ö', ' ', ',', ',', '"', '"', '""', '\n', '\n', '1', '日', ';');
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (tokens, pieceLength) => {
      const text = `x\n${tokens.join('')}`;
      const options = { relax_quotes: true, relax_column_count: true, skip_empty_lines: true, record_delimiter: '\n' };
      let expected: string[][] | null = null;
      try {
        expected = parse(text, options) as string[][];
      } catch {
        // A quote that is never closed.
      }
      if (expected === null) assert.throws(() => cut(text, pieceLength), CsvFault);
      else assert.deepEqual(cut(text, pieceLength), expected);
    }),
    { numRuns: 3000 },
  );
});

test('takes LF and CR LF in one file as ends of rows', () => {
  for (const pieceLength of [1, 2, 100]) {
    assert.deepEqual(cut('a,b\r\n1,"x"\n"2",y\r\n\r\n3,"z"\r', pieceLength), [
      ['a', 'b'],
      ['1', 'x'],
      ['2', 'y'],
      ['3', 'z'],
    ]);
  }
});

test('a row of any length up to the limit is read, a longer one is refused with its line', () => {
  const cell = 'x'.repeat(5_000);
  assert.deepEqual(cut(`a\n"${cell}"\n`, 10, 6_000), [['a'], [cell]]);
  assert.throws(
    () => cut(`a\n\n"${cell}`, 10, 1_000),
    (error: unknown) => error instanceof CsvFault && error.kind === 'row_too_long' && error.line === 3,
  );
});

test('of a row with more cells than any table has fields, only so many are kept that it is noticed', () => {
  const commas = ','.repeat(1_000_000);
  const lengths = cut(`a,b\n1${commas}\n"1"${commas}\n2,3\n`, 100_000, 2e6).map((cells) => cells.length);
  assert.deepEqual(lengths, [2, 2001, 2001, 2]);
});
