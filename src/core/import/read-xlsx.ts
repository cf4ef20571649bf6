/**
 * A sheet of a spreadsheet as rows: names in its first row, values as they were last worked out. Rows are streamed; in memory
 * are the texts that cells share, within bounds.
 */
import { createTypeGuess } from './guess-type.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { readWorkbook, scannedPart, unescaped, type Workbook } from './read-workbook.ts';
import { attributeOf, type XmlEvents, XmlFault } from './scan-xml.ts';
import { columnsMax, isNothing, type SourceRow, type SourceTable } from './source-table.ts';
import { textOfSerial } from './spreadsheet-date.ts';
import { openZip, type ZipFile } from './zip-file.ts';

const rowsPerChunk = 1000;
/** Unpacked: the largest sheet that Excel can hold takes less, and a file made to never end has an end here. */
const sheetBytesMax = 4_000_000_000;
/** Excel's own. */
const lastColumn = 16_384;
/** Excel's own limit is 32,767. */
const cellLengthMax = 1_000_000;

interface SheetRow {
  readonly cells: readonly string[];
  /** As the spreadsheet numbers it, from 1. */
  readonly line: number;
}

/** `sheet`: its name; without, the first. @throws body_invalid */
export async function openXlsx(source: ImportSource, sheet?: string): Promise<SourceTable> {
  const zip = await openZip(source);
  const book = await readWorkbook(source, zip, sheet);
  const header = await headerOf(source, zip, book);
  /** Of the cells that were read last. */
  let formulas = 0;
  async function* rows(): AsyncGenerator<SourceRow[]> {
    let chunk: SourceRow[] = [];
    formulas = 0;
    const seeFormula = () => {
      formulas += 1;
    };
    for await (const some of sheetRows(source, zip, book, seeFormula)) {
      for (const { cells, line } of some) {
        if (line === header.line) continue;
        chunk.push(rowOf(cells, line, header.cells.length));
        if (chunk.length < rowsPerChunk) continue;
        yield chunk;
        chunk = [];
      }
    }
    if (chunk.length > 0) yield chunk;
  }
  const others = book.sheets.length === 1 ? '' : ` of ${book.sheets.length}`;
  return {
    format: 'xlsx',
    how: `spreadsheet, sheet "${book.sheet}"${others}`,
    columns: header.cells,
    isText: true,
    rows,
    guess() {
      const guess = createTypeGuess();
      return { see: (cell) => guess.see(String(cell)), result: guess.result };
    },
    warnings: () => (formulas === 0 ? [] : [formulaWarning(formulas)]),
  };
}

function formulaWarning(count: number): string {
  const cells =
    count === 1
      ? '1 formula was saved without its value and is'
      : `${count} formulas were saved without their values and are`;
  return `${cells} read as empty; open and save the file in a spreadsheet program to have them worked out.`;
}

async function headerOf(source: ImportSource, zip: ZipFile, book: Workbook): Promise<SheetRow> {
  for await (const [row] of sheetRows(source, zip, book)) {
    if (row === undefined) continue;
    const last = row.cells.findLastIndex((cell) => !isNothing(cell));
    return { cells: row.cells.slice(0, last + 1), line: row.line };
  }
  throw sourceRefused(source, `is empty (sheet "${book.sheet}")`);
}

/** Sheets leave empty cells at the end of a row out; more than the header has are a mistake only where they hold something. */
function rowOf(cells: readonly string[], line: number, width: number): SourceRow {
  if (cells.length === width) return { cells, line };
  if (cells.length < width) return { cells: [...cells, ...new Array<string>(width - cells.length).fill('')], line };
  if (cells.slice(width).every(isNothing)) return { cells: cells.slice(0, width), line };
  return { cells, line, problem: `has ${cells.length} cells, the header has ${width}` };
}

/** Rows that hold something, as many at a time as come. */
async function* sheetRows(
  source: ImportSource,
  zip: ZipFile,
  book: Workbook,
  seeEmptyFormula?: () => void,
): AsyncGenerator<SheetRow[]> {
  let rows: SheetRow[] = [];
  const events = createRowReader(book, (row) => rows.push(row), seeEmptyFormula);
  for await (const _ of scannedPart(source, zip, book.path, sheetBytesMax, events)) {
    if (rows.length === 0) continue;
    yield rows;
    rows = [];
  }
}

function createRowReader(
  { shared, meanings, is1904 }: Workbook,
  tell: (row: SheetRow) => void,
  seeEmptyFormula?: () => void,
): XmlEvents {
  let line = 0;
  let cells: string[] = [];
  let isFilled = false;
  let column = 0;
  let type = '';
  let style = -1;
  let content = '';
  let isContent = false;
  let isHint = false;
  let isFormula = false;
  let hasValue = false;
  let isInData = false;

  function cellText(): string {
    switch (type) {
      case 's':
        return shared[Number(content)] ?? '';
      case 'b':
        return content === '1' || content === 'true' ? 'true' : 'false';
      case 'inlineStr':
      case 'str':
        return unescaped(content);
      // What went wrong in a formula, and ISO dates, stand there as they are.
      case 'e':
      case 'd':
        return content;
      default: {
        const value = Number(content);
        if (content.trim() === '' || Number.isNaN(value)) return content;
        return textOfSerial(value, meanings[style] ?? 'number', is1904);
      }
    }
  }

  return {
    open(name, attributes) {
      if (name === 'sheetData') isInData = true;
      else if (!isInData) return;
      else if (name === 'row') {
        const given = attributeOf(attributes, 'r');
        line = given === null ? line + 1 : Number(given);
        cells = [];
        isFilled = false;
        column = 0;
      } else if (name === 'c') {
        const place = attributeOf(attributes, 'r');
        if (place !== null) column = columnOf(place);
        if (column >= lastColumn) throw new XmlFault(`has a cell beyond column ${lastColumn}`);
        type = attributeOf(attributes, 't') ?? '';
        style = Number(attributeOf(attributes, 's') ?? -1);
        content = '';
        isFormula = false;
        hasValue = false;
      } else if (name === 'v' || name === 't') {
        isContent = true;
        hasValue = true;
      } else if (name === 'f') isFormula = true;
      else if (name === 'rPh') isHint = true;
    },
    text(text) {
      if (!isContent || isHint) return;
      content += text;
      if (content.length > cellLengthMax) throw new XmlFault(`has a cell of more than ${cellLengthMax} characters`);
    },
    close(name) {
      if (name === 'sheetData') isInData = false;
      else if (!isInData) return;
      else if (name === 'v' || name === 't') isContent = false;
      else if (name === 'rPh') isHint = false;
      else if (name === 'c') {
        if (isFormula && !hasValue) seeEmptyFormula?.();
        // An empty text is no value, nor is a cell that is only coloured.
        const text = content === '' ? '' : cellText();
        const at = Math.min(column, columnsMax);
        while (cells.length < at) cells.push('');
        if (text !== '' || cells[at] === undefined) cells[at] = text;
        isFilled ||= !isNothing(text);
        column += 1;
      } else if (name === 'row' && isFilled) tell({ cells, line });
    },
  };
}

/** `AB12` → 27. */
function columnOf(place: string): number {
  let column = 0;
  for (let at = 0; at < place.length; at += 1) {
    const letter = place.charCodeAt(at) & 0xdf;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
    if (column > lastColumn) break;
  }
  return column - 1;
}
