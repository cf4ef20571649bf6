/**
 * A spreadsheet as rows: its first sheet, names in its first row. Streamed where the file is laid out for it; otherwise the
 * file, still compressed, is held in memory, never its cells.
 */
import { Readable } from 'node:stream';
import { createTypeGuess } from './guess-type.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { isNothing, type SourceRow, type SourceTable } from './source-table.ts';

const rowsPerChunk = 1000;

interface SheetRow {
  readonly cells: readonly string[];
  /** As the spreadsheet numbers it, from 1. */
  readonly line: number;
}

/** @throws body_invalid */
export async function openXlsx(source: ImportSource, _sheet?: string): Promise<SourceTable> {
  const header = await headerOf(source);
  async function* rows(): AsyncGenerator<SourceRow[]> {
    let chunk: SourceRow[] = [];
    for await (const { cells, line } of sheetRows(source)) {
      if (line === header.line) continue;
      chunk.push(rowOf(cells, line, header.cells.length));
      if (chunk.length < rowsPerChunk) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  }
  return {
    format: 'xlsx',
    how: 'spreadsheet',
    columns: header.cells,
    isText: true,
    rows,
    guess() {
      const guess = createTypeGuess();
      return { see: (cell) => guess.see(String(cell)), result: guess.result };
    },
  };
}

async function headerOf(source: ImportSource): Promise<SheetRow> {
  for await (const row of sheetRows(source)) {
    const last = row.cells.findLastIndex((cell) => !isNothing(cell));
    return { cells: row.cells.slice(0, last + 1), line: row.line };
  }
  throw sourceRefused(source, 'is empty');
}

/** Sheets leave empty cells at the end of a row out; more than the header has are a mistake only where they hold something. */
function rowOf(cells: readonly string[], line: number, width: number): SourceRow {
  if (cells.slice(width).some((cell) => !isNothing(cell))) {
    return { cells, line, problem: `has ${cells.length} cells, the header has ${width}` };
  }
  return { cells: Array.from({ length: width }, (_, at) => cells[at] ?? ''), line };
}

/** Rows that hold something. */
async function* sheetRows(source: ImportSource): AsyncGenerator<SheetRow> {
  const { streamXlsxRows } = await import('hucre/xlsx');
  const bytes = Readable.toWeb(Readable.from(source.open(), { objectMode: false })) as ReadableStream<Uint8Array>;
  try {
    for await (const { index, values } of streamXlsxRows(bytes)) {
      const cells = values.map(textOf);
      if (cells.some((cell) => !isNothing(cell))) yield { cells, line: index + 1 };
    }
  } catch (error) {
    throw sourceRefused(
      source,
      `cannot be read as a spreadsheet: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (!(value instanceof Date)) return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const iso = value.toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso;
}
