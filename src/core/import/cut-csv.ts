/**
 * Cuts CSV text into rows, piece by piece. By RFC 4180, and lenient as people's files need it: rows end in LF, CR LF or CR
 * (whichever ends the first one), and quotes where none belong are text.
 */
import type { Delimiter } from './sniff-csv.ts';
import { columnsMax } from './source-table.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** Where the row begins in the file, from 1. */
  readonly line: number;
}

export interface CsvCutter {
  /** The rows that are whole by now; empty lines are left out. @throws CsvFault */
  push(piece: string): CsvRow[];
  /** The rest: the last line needs no end. @throws CsvFault */
  end(): CsvRow[];
}

/** Where a text stops being CSV. `line` is the one on which the row begins. */
export class CsvFault extends Error {
  readonly kind: 'quote_open' | 'row_too_long';
  readonly line: number;
  constructor(kind: CsvFault['kind'], line: number) {
    super(`${kind} in the row of line ${line}`);
    this.kind = kind;
    this.line = line;
  }
}

const quote = '"';
const quoteCode = 34;
const feedCode = 10;
const returnCode = 13;

/** `rowLengthMax`, in characters: a quote that is never closed would otherwise swallow the file into memory. */
export function createCsvCutter(delimiter: Delimiter, rowLengthMax: number): CsvCutter {
  const delimiterCode = delimiter.charCodeAt(0);
  let text = '';
  /** Of the next row. */
  let line = 1;
  let isBegun = false;
  /** What ends rows; empty until the first end is seen. A carriage return before a feed belongs to the end. */
  let newline = '';
  let isLast = false;
  /** An unfinished row is tried again when the text has doubled: so its length costs only twice. */
  let tryAt = 0;

  /** Counts the times that the text is gone through. */
  let walk = 0;

  /** The next place of something in the text, from a place that only grows: every character is looked at once. */
  function finder(wanted: () => string): (from: number) => number {
    let of = 0;
    let found = 0;
    return (from) => {
      if (of === walk && (found === -1 || found >= from)) return found;
      of = walk;
      found = text.indexOf(wanted(), from);
      return found;
    };
  }
  const nextQuote = finder(() => quote);
  const nextNewline = finder(() => newline);
  const nextDelimiter = finder(() => delimiter);

  /** Where the row that was cut ends and the next begins, and how many lines it has. */
  let rowEnd = 0;
  let rowLines = 1;

  function cutRow(at: number): string[] | null {
    const end = nextNewline(at);
    const quoted = nextQuote(at);
    if (quoted !== -1 && (end === -1 || quoted < end)) return cutQuotedRow(at);
    if (end === -1 && !isLast) return null;
    const last = endOfLine(at, end === -1 ? text.length : end);
    rowEnd = end === -1 ? text.length : end + 1;
    rowLines = 1;
    return last === at ? [] : text.slice(at, last).split(delimiter, columnsMax + 1);
  }

  function cutQuotedRow(from: number): string[] | null {
    const cells: string[] = [];
    const firstEnd = nextNewline(from);
    let at = from;
    for (;;) {
      let cell = '';
      if (text.charCodeAt(at) === quoteCode) {
        const close = closingQuote(at + 1);
        // The character behind it tells whether the quote closes the cell; behind a carriage return there may be a feed.
        if (close === -1 || (close + 2 >= text.length && !isLast)) return null;
        cell = text.slice(at + 1, close);
        if (cell.includes(quote)) cell = cell.replaceAll('""', quote);
        at = close + 1;
        if (!isEndOfCell(at)) {
          const end = endOfPlainCell(at);
          if (end === -1) return null;
          cell = quote + cell + text.slice(close, end);
          at = end;
        }
      } else {
        const end = endOfPlainCell(at);
        if (end === -1) return null;
        cell = text.slice(at, end);
        at = end;
      }
      // A row of nothing but delimiters would take far more memory than its text.
      if (cells.length <= columnsMax) cells.push(cell);
      if (text.charCodeAt(at) !== delimiterCode) break;
      at += 1;
    }
    const end = nextNewline(at);
    rowEnd = end === -1 ? text.length : end + 1;
    // Mostly the first end of a line is that of the row.
    rowLines = firstEnd === end ? 1 : 1 + breaksIn(cells, newline);
    return cells;
  }

  function closingQuote(from: number): number {
    for (let at = from; ; at += 2) {
      at = text.indexOf(quote, at);
      if (at === -1 && isLast) throw new CsvFault('quote_open', line);
      if (at === -1 || text.charCodeAt(at + 1) !== quoteCode) return at;
    }
  }

  function isEndOfCell(at: number): boolean {
    if (at >= text.length || text.charCodeAt(at) === delimiterCode) return true;
    const end = nextNewline(at);
    if (end === -1) return isLast && endOfLine(at, text.length) === at;
    return endOfLine(at, end) === at;
  }

  /** -1: it is not known yet. */
  function endOfPlainCell(at: number): number {
    const end = nextNewline(at);
    const next = nextDelimiter(at);
    if (next !== -1 && (end === -1 || next < end)) return next;
    if (end !== -1) return endOfLine(at, end);
    return isLast ? endOfLine(at, text.length) : -1;
  }

  /** Without the carriage return before a feed. */
  function endOfLine(from: number, end: number): number {
    const isPair = newline === '\n' && end > from && text.charCodeAt(end - 1) === returnCode;
    return isPair ? end - 1 : end;
  }

  function cut(): CsvRow[] {
    if (text.length < tryAt && !isLast) return [];
    newline ||= findNewline(text, isLast);
    const rows: CsvRow[] = [];
    walk += 1;
    let at = 0;
    while (newline !== '' && at < text.length) {
      const cells = cutRow(at);
      if (cells === null) break;
      if (cells.length > 0) rows.push({ cells, line });
      line += rowLines;
      at = rowEnd;
    }
    text = text.slice(at);
    if (text.length > rowLengthMax) throw new CsvFault('row_too_long', line);
    tryAt = 2 * text.length;
    return rows;
  }

  return {
    push(piece) {
      if (piece === '') return [];
      text += isBegun || piece.charCodeAt(0) !== 0xfeff ? piece : piece.slice(1);
      isBegun = true;
      return cut();
    },
    end() {
      isLast = true;
      return cut();
    },
  };
}

/** Lines that a row has beyond its first. */
function breaksIn(cells: readonly string[], newline: string): number {
  let breaks = 0;
  for (const cell of cells) breaks += cell.split(newline).length - 1;
  return breaks;
}

/** What ends the first row; empty when the text does not tell yet. */
function findNewline(text: string, isLast: boolean): string {
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quoteCode) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (code === feedCode) return '\n';
    else if (code === returnCode) {
      if (at + 1 < text.length) return text.charCodeAt(at + 1) === feedCode ? '\n' : '\r';
      return isLast ? '\n' : '';
    }
  }
  return isLast ? '\n' : '';
}
