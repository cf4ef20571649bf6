/**
 * CSV by RFC 4180, in UTF-8: names in the first line, lines ending in CR LF, cells in the form that an import reads back.
 *
 * Cells are written as they are. A spreadsheet takes one that begins with `=`, `+`, `-` or `@` for a formula and may run it;
 * putting something before it would change the data for every other reader.
 */
import { cellText } from '../fields/cell-text.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { StoredRow } from '../records/query.ts';
import type { Links } from '../records/record-view.ts';
import type { ExportTable } from './export-table.ts';
import { readCellOf } from './read-cells.ts';

const needsQuotes = /[",\r\n]/;
/** In names also the other delimiters, so that a reader that guesses guesses right. */
const nameNeedsQuotes = /[",\r\n;\t|]|^\s|\s$/;

export async function* writeCsv({ columns, pieces }: ExportTable, hasBom: boolean): AsyncGenerator<Uint8Array> {
  const header = columns.map(({ title }) => (nameNeedsQuotes.test(title) ? quoted(title) : title)).join(',');
  yield Buffer.from(`${hasBom ? '\ufeff' : ''}${header}\r\n`);
  const cells = columns.map(({ field }) => cellOf(field));
  const line: string[] = new Array(cells.length).fill('');
  for await (const { rows, links } of pieces) {
    let text = '';
    for (const row of rows) {
      // Joined at once: adding cell by cell leaves four times the garbage.
      for (let at = 0; at < cells.length; at += 1) line[at] = (cells[at] as CellOf)(row, links);
      text += `${line.join(',')}\r\n`;
    }
    yield Buffer.from(text);
  }
}

/** The cell as it stands in a line. */
export function quotedCell(text: string): string {
  return needsQuotes.test(text) ? quoted(text) : text;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

type CellOf = (row: StoredRow, links: Links) => string;

function cellOf(field: Field): CellOf {
  const read = readCellOf(field);
  const { storage } = fieldTypes[field.type];
  // Neither numbers nor true and false hold anything to quote.
  if (storage === 'number' || storage === 'integer' || storage === 'boolean') {
    return (row, links) => {
      const value = read(row, links);
      return value === null ? '' : String(value);
    };
  }
  return (row, links) => {
    return quotedCell(cellText(field, read(row, links)));
  };
}
