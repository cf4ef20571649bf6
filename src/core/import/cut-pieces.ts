/** Cuts the rows of a source into pieces of one size and packs them, on whichever thread it runs. */
import { createRowPacker } from '../records/pack-rows.ts';
import { readyValues } from './row-values.ts';
import type { Piece, PieceOrder, RefusedCell } from './source-reader.ts';
import { type SourceRow, textOfCell } from './source-table.ts';

export type CutPiece = Omit<Piece, 'rows' | 'release'> & { readonly source: readonly SourceRow[] };

/** Sizes do not depend on how the rows come: the same source is cut in the same places again. */
export async function* cutPieces(
  blocks: AsyncIterable<readonly SourceRow[]>,
  order: PieceOrder,
): AsyncGenerator<CutPiece> {
  const { rowsPerPiece } = order;
  let { skip } = order;
  let at = skip;
  let rows: SourceRow[] = [];
  for await (const block of blocks) {
    let from = Math.min(skip, block.length);
    skip -= from;
    while (from < block.length) {
      const some = block.slice(from, from + rowsPerPiece - rows.length);
      from += some.length;
      rows = rows.length === 0 ? some : rows.concat(some);
      if (rows.length < rowsPerPiece) break;
      yield pieceOf(rows, at, order);
      at += rows.length;
      rows = [];
    }
  }
  if (rows.length > 0) yield pieceOf(rows, at, order);
}

function pieceOf(source: readonly SourceRow[], at: number, { shape, reading }: PieceOrder): CutPiece {
  const plain = { at, count: source.length, line: source.at(-1)?.line ?? 0, source };
  if (reading === null) return { ...plain, packed: null, refused: [] };
  const packer = createRowPacker(reading);
  const refused: RefusedCell[] = [];
  for (const [index, row] of source.entries()) {
    const refuse = (field: string, reason: string) =>
      refused.push({ index, line: row.line, field, reason, cells: row.cells.map(textOfCell) });
    const values = readyValues(shape, row);
    if ('reason' in values) refuse(values.field, values.reason);
    else packer.add(values, ({ name }, message) => refuse(name, message));
  }
  const packed = packer.pack();
  return { ...plain, packed, refused: packed === null ? [] : refused };
}
