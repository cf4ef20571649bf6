/** Opens a source: small ones are read here, large ones on a thread of their own, so that this one writes meanwhile. */
import { cutPieces } from './cut-pieces.ts';
import type { ImportSource } from './import-source.ts';
import { openSourceTable } from './open-source.ts';
import { openOnThread } from './reading-thread.ts';
import type { Piece, PieceOrder, SourceReader } from './source-reader.ts';
import { surveySource } from './survey-source.ts';

/** Below this, starting a thread takes longer than reading. */
const threadBytesMin = 2_000_000;

/** @throws body_invalid when it cannot be read as a table */
export async function openReader(
  source: ImportSource,
  sheet: string | undefined,
  threadFrom = threadBytesMin,
): Promise<SourceReader> {
  return source.bytes < threadFrom ? openHere(source, sheet) : openOnThread(source, sheet);
}

async function openHere(source: ImportSource, sheet: string | undefined): Promise<SourceReader> {
  const content = await openSourceTable(source, sheet);
  const { format, how, columns, isText } = content;
  return {
    format,
    how,
    columns,
    isText,
    survey: () => surveySource(content, source.name),
    rows: () => content.rows(),
    pieces: (order) => piecesHere(content.rows(), order),
    close: () => undefined,
  };
}

async function* piecesHere(rows: ReturnType<SourceReader['rows']>, order: PieceOrder): AsyncGenerator<Piece> {
  for await (const { source, ...piece } of cutPieces(rows, order)) {
    yield { ...piece, rows: async () => source, release: () => undefined };
  }
}
