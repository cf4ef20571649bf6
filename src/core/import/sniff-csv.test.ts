import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectDelimiter, problemOfBytes } from './sniff-csv.ts';

const cases: readonly (readonly [string, string, string])[] = [
  ['commas', ',', 'a,b\n1,2\n'],
  ['semicolons, with decimal commas in the cells', ';', 'a;b\n1,5;2,5\n3,5;4\n'],
  ['tabs', '\t', 'a\tb\tc\n1\t2\t3\n'],
  ['bars', '|', 'a|b\n1|2\n'],
  ['commas, with semicolons in a quoted cell', ',', 'a,b\n"x;y;z",2\n"p;q",3\n'],
  ['one column has none: commas', ',', 'name\nBerlin\nRome\n'],
  ['commas that agree, rather than more semicolons that do not', ',', 'a,b\nx;y;z;w,1\nx,2\ny;z,3\n'],
];

for (const [what, expected, text] of cases) {
  test(`finds what separates the cells: ${what}`, () => assert.equal(detectDelimiter(text), expected));
}

test('says what a file is that is no CSV', () => {
  const problem = (bytes: readonly number[]) => problemOfBytes(Uint8Array.from(bytes));
  assert.match(problem([0x50, 0x4b, 0x03, 0x04]) ?? '', /Excel/);
  assert.match(
    problemOfBytes(Buffer.from('a,b\n', 'utf16le')) ?? '',
    /UTF-16LE without a mark.*iconv -f UTF-16LE -t UTF-8/,
  );
  assert.match(problemOfBytes(Buffer.from('a,b\n', 'utf16le').swap16()) ?? '', /iconv -f UTF-16BE/);
  assert.match(problem([0x61, 0x00, 0x00, 0x62, 0x63]) ?? '', /not a text file/);
  assert.match(problem([0x61, 0x00, 0x62]) ?? '', /not a text file/);
  assert.match(problemOfBytes(Buffer.from('[{"a":1}]')) ?? '', /JSON; CSV, JSON Lines .* and XLSX/);
  assert.equal(problemOfBytes(Buffer.from('[id],name\n1,2')), null);
  assert.equal(problemOfBytes(Buffer.from('\uFEFFa,b')), null);
});
