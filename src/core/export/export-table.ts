/** What a writer of an export makes bytes of. */
import type { Field } from '../fields/field-type.ts';
import type { RecordPiece } from './record-pages.ts';

export interface ExportColumn {
  readonly field: Field;
  readonly title: string;
}

export interface ExportTable {
  readonly title: string;
  readonly columns: readonly ExportColumn[];
  readonly pieces: AsyncIterable<RecordPiece>;
}
