/**
 * A spreadsheet, streamed: numbers, dates and boxes as what they are, everything else as text, so that nothing in it is ever
 * taken for a formula. Over 1,048,575 records it goes on in another sheet.
 */

import { cellText } from '../fields/cell-text.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { StoredRow } from '../records/query.ts';
import type { Links } from '../records/record-view.ts';
import type { ExportTable } from './export-table.ts';
import { readCellOf } from './read-cells.ts';

type XlsxCell = string | number | boolean | Date | null;

/** Characters that a cell can hold; more make the file unreadable to Excel. */
const cellLengthMax = 32_767;
/** Sheets have short names, without these. */
const sheetNameMax = 31;
const notInSheetNames = /[\p{Cc}[\]:*?/\\]/gu;

export async function* writeXlsx({ title, columns, pieces }: ExportTable): AsyncGenerator<Uint8Array> {
  const { writeXlsxStream } = await import('hucre/xlsx');
  const cells = columns.map(({ field }) => cellOf(field));
  async function* rows(): AsyncGenerator<XlsxCell[]> {
    for await (const { rows: piece, links } of pieces)
      for (const row of piece) yield cells.map((cell) => cell(row, links));
  }
  yield* writeXlsxStream(rows(), {
    name: title.replace(notInSheetNames, ' ').trim().slice(0, sheetNameMax) || 'Records',
    columns: columns.map((column) => ({ header: escaped(column.title), ...styleOf(column.field) })),
    freezePane: { rows: 1 },
  });
}

function styleOf({ type }: Field): { readonly style?: { readonly numFmt: string } } {
  if (type === 'date') return { style: { numFmt: 'yyyy-mm-dd' } };
  return isInstant(type) ? { style: { numFmt: 'yyyy-mm-dd hh:mm:ss.000' } } : {};
}

function isInstant(type: Field['type']): boolean {
  return type === 'datetime' || type === 'created_at' || type === 'updated_at';
}

function cellOf(field: Field): (row: StoredRow, links: Links) => XlsxCell {
  const read = readCellOf(field);
  const { storage } = fieldTypes[field.type];
  if (storage === 'number' || storage === 'integer' || storage === 'boolean') {
    return (row, links) => read(row, links) as number | boolean | null;
  }
  const isDate = field.type === 'date' || isInstant(field.type);
  return (row, links) => {
    const value = read(row, links);
    if (value === null) return null;
    // The result of a formula; an error is a text.
    if (field.type === 'formula' && typeof value !== 'string') return value as number | boolean;
    if (isDate && isInCalendar(String(value))) return new Date(String(value));
    const text = cellText(field, value);
    return text === '' ? null : escaped(text.slice(0, cellLengthMax));
  };
}

/** In a cell, `_x0041_` is a character by its number; a text that looks so is written with its first underscore so. */
function escaped(text: string): string {
  return text.includes('_x') ? text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') : text;
}

/** Spreadsheets count days from 1900, and that year wrongly. */
function isInCalendar(iso: string): boolean {
  return iso >= '1901';
}
