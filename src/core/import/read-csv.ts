/**
 * CSV as rows with their line numbers, streamed: memory does not grow with the file. A file that is not UTF-8, or in which
 * a quote is never closed, is refused. Quotes where RFC 4180 has none are kept as text.
 */
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { AppError } from '../errors.ts';
import { checkedUtf8 } from './checked-utf8.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { type Delimiter, detectDelimiter, problemOfBytes } from './sniff-csv.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** Where the row begins in the file, from 1. */
  readonly line: number;
}

/** Characters that one row may have: a quote that is never closed would otherwise swallow the file into memory. */
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

/**
 * Rows in file order, the header first, at most 1000 at a time; empty lines are left out. `onBytes` is told how much of
 * the source has been read.
 * @throws body_invalid
 */
export async function* readCsv(
  source: ImportSource,
  delimiter: Delimiter,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<CsvRow[]> {
  const lineOf = createLineCount();
  let lastLine = 0;
  const parser = parse({
    bom: true,
    delimiter,
    // How many cells a row must have is the reader's business: it can say more about it.
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: rowLengthMax,
    on_record: ((cells: string[], { lines }: { lines: number }): CsvRow => {
      lastLine = lineOf(cells, lines);
      return { cells, line: lastLine };
    }) as never,
  });
  const bytes = Readable.from(checkedUtf8(source, onBytes), { objectMode: false, highWaterMark: 1 << 18 });
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let rows: CsvRow[] = [];
  try {
    for await (const row of parser as AsyncIterable<unknown> as AsyncIterable<CsvRow>) {
      rows.push(row);
      if (rows.length < rowsPerChunk) continue;
      yield rows;
      rows = [];
    }
  } catch (error) {
    throw error instanceof AppError ? error : sourceRefused(source, reasonOf(error as CsvError, lastLine));
  } finally {
    bytes.destroy();
    parser.destroy();
  }
  if (rows.length > 0) yield rows;
}

const lineBreak = /\r\n|\r|\n/g;

/** The line on which a row begins, from the parser's count at the row's end. Call it for every row, in order. */
function createLineCount(): (cells: readonly string[], linesAtEnd: number) => number {
  // The parser counts "\r\n" inside a cell as two lines.
  let countedTwice = 0;
  return (cells, linesAtEnd) => {
    let breaks = 0;
    for (const cell of cells) {
      if (!cell.includes('\n') && !cell.includes('\r')) continue;
      const found = cell.match(lineBreak) ?? [];
      breaks += found.length;
      countedTwice += found.filter((text) => text.length === 2).length;
    }
    return linesAtEnd - countedTwice - breaks;
  };
}

/** The parser's complaint as a person would put it. */
function reasonOf(error: CsvError, lastLine: number): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `a quote in the row after line ${lastLine} is never closed`;
    case 'CSV_MAX_RECORD_SIZE':
      return `the row after line ${lastLine} is longer than ${rowLengthMax} characters; is a quote never closed?`;
    default:
      return error.message;
  }
}
