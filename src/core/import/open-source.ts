/** Finds out what kind of file it is, by its content, and opens it as a table. */

import type { CsvRow } from './cut-csv.ts';
import { createCommaGuess, mayHaveDecimalCommas } from './decimal-comma.ts';
import { createTypeGuess } from './guess-type.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { headOf, readCsv, sniffCsv } from './read-csv.ts';
import { openJsonl } from './read-jsonl.ts';
import { openXlsx } from './read-xlsx.ts';
import type { Delimiter } from './sniff-csv.ts';
import { type ColumnGuess, isNothing, type SourceTable } from './source-table.ts';
import { inUtf8 } from './utf16-source.ts';

/** @throws body_invalid when it cannot be read as a table */
export async function openSourceTable(stored: ImportSource, sheet?: string): Promise<SourceTable> {
  const storedHead = await headOf(stored);
  const source = inUtf8(stored, storedHead);
  const head = source === stored ? storedHead : await headOf(source);
  if (head.length === 0) throw sourceRefused(source, 'is empty');
  const text = new TextDecoder().decode(head.subarray(0, 256));
  if (isZip(head)) return openXlsx(source, sheet);
  if (sheet !== undefined) throw sourceRefused(source, 'is no spreadsheet, so it has no sheets');
  return /^\s*\{\s*["}]/.test(text) ? openJsonl(source) : openCsv(source, await sniffCsv(source));
}

/** Other ZIP files are refused when their parts are looked for. */
function isZip(head: Buffer): boolean {
  return head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'));
}

const delimiterNames: Readonly<Record<Delimiter, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

async function openCsv(source: ImportSource, delimiter: Delimiter): Promise<SourceTable> {
  const header = await headerOf(source, delimiter);
  async function* rows() {
    let isHeader = true;
    for await (const chunk of readCsv(source, delimiter)) {
      const data = isHeader ? chunk.slice(1) : chunk;
      isHeader = false;
      yield data.filter(isFilled).map((row) => withProblem(row, header.length));
    }
  }
  return {
    format: 'csv',
    how: `${delimiterNames[delimiter]}-separated`,
    columns: header,
    isText: true,
    rows,
    guess: () => guessOf(delimiter),
  };
}

function guessOf(delimiter: Delimiter): ColumnGuess {
  const guess = createTypeGuess();
  if (!mayHaveDecimalCommas(delimiter)) return { see: (cell) => guess.see(String(cell)), result: guess.result };
  const commas = createCommaGuess(delimiter);
  return {
    see(cell) {
      guess.see(String(cell));
      commas.see(String(cell));
    },
    result: () => (commas.isNumber() ? { type: 'number', options: {} } : guess.result()),
    marks: commas.marks,
  };
}

async function headerOf(source: ImportSource, delimiter: Delimiter): Promise<readonly string[]> {
  for await (const [first] of readCsv(source, delimiter)) if (first !== undefined) return first.cells;
  throw sourceRefused(source, 'is empty');
}

function isFilled(row: CsvRow): boolean {
  return row.cells.some((cell) => !isNothing(cell));
}

function withProblem(row: CsvRow, width: number) {
  if (row.cells.length === width) return row;
  return { ...row, problem: `has ${row.cells.length} cells, the header has ${width}` };
}
