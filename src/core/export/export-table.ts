/** What a writer of an export makes bytes of. */
import type { Field } from '../fields/field-type.ts';
import type { RecordPiece } from './record-pages.ts';

export interface ExportTable {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly pieces: AsyncIterable<RecordPiece>;
}
