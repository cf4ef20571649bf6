/** Looks at every cell of a source once: what its columns are called, hold and seem to be. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { checkName } from '../names.ts';
import type { NumberMarks } from './decimal-comma.ts';
import type { ColumnType } from './guess-type.ts';
import {
  type ColumnGuess,
  columnsMax,
  isNothing,
  type SourceRow,
  type SourceTable,
  textOfCell,
} from './source-table.ts';

export interface SurveyedColumn {
  /** Place in the row, from 0. */
  readonly index: number;
  readonly name: string;
  readonly found: ColumnType;
  readonly marks: NumberMarks | null;
  /** Rows in which it is not blank. */
  readonly filled: number;
  /** First value that is not blank. */
  readonly sample: string;
}

export interface Survey {
  readonly columns: readonly SurveyedColumn[];
  readonly rows: number;
  /** What the file has that is not read; whole sentences. */
  readonly warnings: readonly string[];
}

interface Look {
  readonly index: number;
  readonly name: string;
  readonly guess: ColumnGuess;
  filled: number;
  sample: string;
}

/** @throws body_invalid, name_invalid, name_taken */
export async function surveySource(content: SourceTable, filename: string): Promise<Survey> {
  const columns = columnsOf(content, filename);
  let rows = 0;
  for await (const chunk of content.rows()) {
    for (const row of chunk) {
      rows += 1;
      // A row that will be refused as a whole says nothing about the columns.
      if (row.problem === undefined) look(columns, row);
    }
    await nextTurn();
  }
  return { columns: withoutUnclearPoints(columns.map(surveyed)), rows, warnings: content.warnings?.() ?? [] };
}

function surveyed({ guess, ...column }: Look): SurveyedColumn {
  return { ...column, found: guess.result(), marks: guess.marks?.() ?? null };
}

/** Beside a column with decimal commas, 1.234 is hardly a decimal; nor is it surely 1234. */
function withoutUnclearPoints(columns: readonly SurveyedColumn[]): readonly SurveyedColumn[] {
  if (!columns.some(({ marks }) => marks?.kind === 'comma')) return columns;
  return columns.map((column) => {
    if (column.marks?.kind !== 'points' || column.found.type !== 'number') return column;
    return { ...column, found: { type: 'text', options: {} }, marks: { ...column.marks, kind: 'unclear' } };
  });
}

function look(columns: readonly Look[], { cells }: SourceRow): void {
  for (const column of columns) {
    const cell = cells[column.index];
    if (cell === undefined || isNothing(cell)) continue;
    if (column.filled === 0) column.sample = textOfCell(cell);
    column.filled += 1;
    column.guess.see(cell);
  }
}

function columnsOf(content: SourceTable, filename: string): Look[] {
  if (content.columns.length > columnsMax) {
    throw refused('name_invalid', filename, `has more than ${columnsMax} columns`);
  }
  const seen = new Map<string, number>();
  return content.columns.map((cell, index) => {
    const name = checkName(cell.trim() === '' ? `Column ${index + 1}` : cell, `column ${index + 1}`);
    const other = seen.get(name);
    if (other !== undefined) {
      throw refused('name_taken', `column ${index + 1}`, `has the name "${name}", and so has column ${other + 1}`);
    }
    seen.set(name, index);
    return { index, name, guess: content.guess(), filled: 0, sample: '' };
  });
}

function refused(code: 'name_invalid' | 'name_taken', field: string, message: string): AppError {
  return new AppError(code, `${field}: ${message}`, { issues: [{ field, code, message }] });
}
