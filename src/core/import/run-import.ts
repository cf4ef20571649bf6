/**
 * Writes a planned import in pieces, each all or nothing; rows that are refused are told with their line and reason and left
 * out. Memory does not grow with the file.
 */
import type { ImportTarget, TargetTable } from './import-target.ts';
import { type ImportPlan, shapeOf } from './plan-import.ts';
import type { Piece } from './source-reader.ts';
import { beginPiece, hasBegun, type Outcome, type PieceWriter, writeValues } from './write-piece.ts';

export interface RefusedRow {
  readonly line: number;
  /** Empty when it is about the row as a whole. */
  readonly field: string;
  readonly reason: string;
  /** As in the file. */
  readonly cells: readonly string[];
}

export interface ImportListeners {
  /** After each piece that is on disk, in the order of the file; it is waited for before another is begun. */
  onProgress?(progress: ImportProgress): void | Promise<void>;
  /** The table is there. */
  onTable?(table: TargetTable): void | Promise<void>;
  /** Once per problem; a row with several comes several times in a row. */
  onRefused?(row: RefusedRow): void;
}

export interface ImportProgress {
  /** Rows dealt with, refused ones too. */
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly refused: number;
  /** Of the last row dealt with. */
  readonly line: number;
}

export interface RunOptions {
  /** Rows written together. The more, the quicker; and the longer others wait. */
  readonly rowsPerWrite?: number;
  /** Goes on behind what was dealt with, with the same `rowsPerWrite`. */
  readonly after?: ImportProgress | undefined;
}

export interface ImportResult {
  readonly table: TargetTable;
  readonly created: number;
  readonly updated: number;
  /** Rows whose record was as it should be: nothing was written for them. */
  readonly unchanged: number;
  readonly refused: number;
}

const nothingDone: ImportProgress = { rows: 0, created: 0, updated: 0, refused: 0, line: 0 };
/** Pieces on their way to the disk: while one is waited for, the next is written. */
const writesAhead = 3;

interface Begun {
  readonly piece: Piece;
  /** Null: its rows have to be written by their values. */
  readonly outcome: Promise<Outcome | null>;
}

/** Makes the table or its missing fields, then writes the rows, and closes the plan's content. What was written stays when a later piece fails. */
export async function runImport(
  target: ImportTarget,
  plan: ImportPlan,
  listeners: ImportListeners = {},
  { rowsPerWrite = 1000, after = nothingDone }: RunOptions = {},
): Promise<ImportResult> {
  const begun: Begun[] = [];
  try {
    const table = await prepareTable(target, plan);
    await listeners.onTable?.(table);
    const shape = shapeOf(plan);
    const names = shape.columns.map(({ name }) => name);
    const packing = plan.key === null ? ((await target.packing?.(table, names)) ?? null) : null;
    const writer: PieceWriter = { target, table, shape, names, packing };
    // A value that is not unique has its piece written again: then the next must not have been written before.
    const mayClash = table.fields.some(({ isUnique }) => isUnique);
    // What was noted of an earlier run names rows, which are to be told.
    const keepsRows = mayClash || (await hasBegun(writer, after.rows));
    let reading = packing?.reading ?? null;
    let progress = after;
    /** Packed rows are not wanted as they are, for a reason that will be that of the next as well. */
    let isOutdated = false;

    async function finishFirst(): Promise<void> {
      const [first] = begun;
      if (first === undefined) return;
      const { piece } = first;
      const packed = await first.outcome;
      if (packed === null && piece.packed !== null) isOutdated = true;
      const outcome = packed ?? (await writeValues(writer, piece));
      begun.shift();
      piece.release();
      progress = progressWith(progress, piece, outcome);
      for (const { line, field, reason, cells } of outcome.problems)
        listeners.onRefused?.({ line, field, reason, cells });
      await listeners.onProgress?.(progress);
    }

    for (;;) {
      const order = { rowsPerPiece: rowsPerWrite, skip: progress.rows, shape, reading, keepsRows };
      const ahead = reading === null || mayClash ? 1 : writesAhead;
      for await (const piece of plan.content.pieces(order)) {
        const { outcome } = await beginPiece(writer, piece);
        // A failure is told when its turn comes.
        outcome.catch(() => undefined);
        begun.push({ piece, outcome });
        if (begun.length >= ahead) await finishFirst();
        if (isOutdated && !mayClash) break;
      }
      while (begun.length > 0) await finishFirst();
      if (reading === null || !isOutdated || mayClash) break;
      // The rest is read as values.
      reading = null;
    }
    const { rows, created, updated, refused } = progress;
    return { table, created, updated, unchanged: rows - created - updated - refused, refused };
  } finally {
    // Nothing is written any more once this has ended.
    await Promise.allSettled(begun.map(({ outcome }) => outcome));
    plan.content.close();
  }
}

function progressWith(before: ImportProgress, { count, line }: Piece, outcome: Outcome): ImportProgress {
  return {
    rows: before.rows + count,
    created: before.created + outcome.created,
    updated: before.updated + outcome.updated,
    refused: before.refused + outcome.refused,
    line,
  };
}

async function prepareTable(target: ImportTarget, plan: ImportPlan): Promise<TargetTable> {
  const missing = plan.columns.flatMap(({ newField }) => newField ?? []);
  if (plan.table === null) return target.createTable(plan.tableName, missing);
  return missing.length === 0 ? plan.table : target.addFields(plan.table, missing);
}
