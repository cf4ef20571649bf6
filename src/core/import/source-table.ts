/** What every kind of file is read as: named columns, and rows of cells with their place in the file. */
import type { Json } from '../fields/field-type.ts';
import type { NumberMarks } from './decimal-comma.ts';
import type { ColumnType } from './guess-type.ts';

export const sourceFormats = ['csv', 'jsonl', 'xlsx'] as const;
export type SourceFormat = (typeof sourceFormats)[number];

/** Columns that a file may have: more than a table can have fields. One more cell of a row is kept, to tell that it is there. */
export const columnsMax = 2_000;

/** Undefined where the row does not name the column. */
export type Cell = Json | undefined;

export interface SourceRow {
  readonly cells: readonly Cell[];
  /** Where the row begins in the file, from 1. */
  readonly line: number;
  /** Why the row as a whole cannot be taken; completes the sentence "line 5 …". */
  readonly problem?: string;
}

/** Finds out the type of a column from all of its cells. */
export interface ColumnGuess {
  /** Told every cell that holds something. */
  see(cell: Json): void;
  result(): ColumnType;
  /** How its numbers are written, where that is not told by the format of the file. */
  marks?(): NumberMarks | null;
}

export interface SourceTable {
  readonly format: SourceFormat;
  /** How it is told from others of its kind, for people: `comma-separated`. */
  readonly how: string;
  /** Names as they stand in the file. */
  readonly columns: readonly string[];
  /** Cells are texts, which a field may read as something else; otherwise they are values. */
  readonly isText: boolean;
  /** In file order, at most 1000 at a time, blank ones left out. @throws body_invalid */
  rows(): AsyncGenerator<SourceRow[]>;
  guess(): ColumnGuess;
  /** What the rows read last leave out, for people. */
  warnings?(): readonly string[];
}

/** The cell as people write it. */
export function textOfCell(cell: Cell): string {
  if (cell === undefined || cell === null) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

export function isNothing(cell: Cell): boolean {
  if (typeof cell === 'string') {
    const first = cell.charCodeAt(0);
    // Neither space nor the beginning of any other white space: almost every cell.
    if (first > 32 && first < 128) return false;
  }
  return cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '');
}
