/**
 * CSV as rows with their line numbers, streamed: memory does not grow with the file. A file that is not UTF-8, or in which
 * a quote is never closed, is refused. Quotes where RFC 4180 has none are kept as text.
 */
import { checkedUtf8 } from './checked-utf8.ts';
import { CsvFault, type CsvRow, createCsvCutter } from './cut-csv.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { type Delimiter, detectDelimiter, problemOfBytes } from './sniff-csv.ts';

const rowLengthMax = 16_000_000;
const rowsPerChunk = 1000;
const sniffedBytes = 65_536;

/** What separates the cells of the file. @throws body_invalid when it is no CSV */
export async function sniffCsv(source: ImportSource): Promise<Delimiter> {
  const head = await headOf(source);
  if (head.length === 0) throw sourceRefused(source, 'is empty');
  const problem = problemOfBytes(head);
  if (problem !== null) throw sourceRefused(source, problem);
  return detectDelimiter(new TextDecoder().decode(head));
}

/** The first bytes, as much as tells what kind of file it is. */
export async function headOf(source: ImportSource): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source.open()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= sniffedBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, sniffedBytes);
}

/** Rows in file order, the header first, at most 1000 at a time; empty lines are left out. @throws body_invalid */
export async function* readCsv(source: ImportSource, delimiter: Delimiter): AsyncGenerator<CsvRow[]> {
  const cutter = createCsvCutter(delimiter, rowLengthMax);
  let rows: CsvRow[] = [];
  try {
    for await (const bytes of checkedUtf8(source)) {
      const cut = cutter.push(bytes.toString());
      rows = rows.length === 0 ? cut : rows.concat(cut);
      while (rows.length >= rowsPerChunk) yield rows.splice(0, rowsPerChunk);
    }
    rows = rows.concat(cutter.end());
  } catch (error) {
    throw error instanceof CsvFault ? sourceRefused(source, reasonOf(error)) : error;
  }
  while (rows.length > 0) yield rows.splice(0, rowsPerChunk);
}

function reasonOf({ kind, line }: CsvFault): string {
  if (kind === 'quote_open') return `a quote in the row that begins on line ${line} is never closed`;
  return `the row that begins on line ${line} is longer than ${rowLengthMax} characters; is a quote never closed?`;
}
