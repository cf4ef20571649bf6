/** A source as what an import needs of it: surveyed once, then read in pieces of rows that are ready to be written. */

import type { RowReading } from '../records/row-reading.ts';
import type { PackedRows } from '../store.ts';
import type { RowShape } from './row-values.ts';
import type { SourceFormat, SourceRow } from './source-table.ts';
import type { Survey } from './survey-source.ts';

export interface SourceReader {
  readonly format: SourceFormat;
  /** How it is told from others of its kind, for people. */
  readonly how: string;
  /** Names as they stand in the file. */
  readonly columns: readonly string[];
  /** Cells are texts, which a field may read as something else. */
  readonly isText: boolean;
  /** @throws body_invalid, name_invalid, name_taken */
  survey(): Promise<Survey>;
  /** In file order, at most 1000 at a time, blank ones left out. @throws body_invalid */
  rows(): AsyncGenerator<readonly SourceRow[]>;
  /** In file order. @throws body_invalid */
  pieces(order: PieceOrder): AsyncGenerator<Piece>;
  /** It is read no more. */
  close(): void;
}

export interface PieceOrder {
  readonly rowsPerPiece: number;
  /** Rows at the beginning to leave out. */
  readonly skip: number;
  readonly shape: RowShape;
  /** By which rows are packed; null: pieces are their rows alone. */
  readonly reading: RowReading | null;
  /** The rows of packed pieces will often be asked for; otherwise the source is read again for them. */
  readonly keepsRows: boolean;
}

/** One problem of one row of the source. */
export interface RefusedCell {
  /** Place of the row in the piece. */
  readonly index: number;
  readonly line: number;
  /** Empty when it is about the row as a whole. */
  readonly field: string;
  readonly reason: string;
  /** As in the file. */
  readonly cells: readonly string[];
}

export interface Piece {
  /** Rows of the source before it. */
  readonly at: number;
  readonly count: number;
  /** Of its last row. */
  readonly line: number;
  /** What can be written; null: by their values. */
  readonly packed: PackedRows | null;
  /** Where it is packed: what was refused, in order. */
  readonly refused: readonly RefusedCell[];
  rows(): Promise<readonly SourceRow[]>;
  /** Its rows are needed no more. */
  release(): void;
}
