/** Records as a file, streamed: as CSV, JSON Lines or a spreadsheet, with the names of the fields. */
import type { Actor, Core } from '../context.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { requireVerb } from '../permit.ts';
import type { Filter, SortKey } from '../records/query.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { ExportFormat } from './export-format.ts';
import type { ExportTable } from './export-table.ts';
import { type RecordPiece, recordPages } from './record-pages.ts';
import { writeCsv } from './write-csv.ts';
import { writeJsonl } from './write-jsonl.ts';
import { writeXlsx } from './write-xlsx.ts';

export interface ExportRequest {
  readonly format: ExportFormat;
  /** In this order; system columns may be among them. Without: every field that the actor may read. */
  readonly fields?: readonly Field[] | undefined;
  /** What stands over the column (in JSON Lines: the key) of a field. Without: its name. */
  readonly titleOf?: ((field: Field) => string) | undefined;
  /** Of the sheet of a spreadsheet. Without: the table's name. */
  readonly title?: string | undefined;
  readonly filter?: Filter | undefined;
  /** Without: ascending id. */
  readonly sort?: readonly SortKey[] | undefined;
  /** CSV: begins with a byte order mark, by which spreadsheets know UTF-8. */
  readonly hasBom?: boolean | undefined;
  /** Told how many records have been written. */
  readonly onProgress?: ((records: number) => void) | undefined;
}

/**
 * Refuses before the first byte; what fails later breaks the stream off, so that half a file is never taken for a whole one.
 * @throws scope_missing, role_insufficient
 */
export function exportRecords(
  core: Core,
  actor: Actor,
  table: TableSchema,
  request: ExportRequest,
): AsyncIterable<Uint8Array> {
  const { readable } = requireVerb(actor, table, 'read');
  const mayRead = (field: Field) =>
    !fieldTypes[field.type].isHidden && (field.tableId === '' || readable === null || readable.has(field.id));
  const fields = [...new Set(request.fields ?? table.fields)].filter(mayRead);
  const { filter, sort, onProgress } = request;
  const pieces = counted(recordPages(core, actor, table, { fields, filter, sort }), onProgress);
  const columns = fields.map((field) => ({ field, title: request.titleOf?.(field) ?? field.name }));
  const content: ExportTable = { title: request.title ?? table.name, columns, pieces };
  switch (request.format) {
    case 'csv':
      return writeCsv(content, request.hasBom === true);
    case 'jsonl':
      return writeJsonl(content);
    case 'xlsx':
      return writeXlsx(content);
  }
}

async function* counted(
  pieces: AsyncIterable<RecordPiece>,
  onProgress: ((records: number) => void) | undefined,
): AsyncGenerator<RecordPiece> {
  let records = 0;
  for await (const piece of pieces) {
    yield piece;
    records += piece.rows.length;
    onProgress?.(records);
  }
}
