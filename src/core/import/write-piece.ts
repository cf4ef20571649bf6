/**
 * Writes the rows of one piece: together, or, where values get in each other's way, one by one. What came of them is kept with them,
 * so that a piece is dealt with once, however often it is begun.
 */
import type { ImportTarget, LateMark, Packing, RowProblem, RowValues, TargetTable } from './import-target.ts';
import { type RowShape, readyValues } from './row-values.ts';
import type { Piece, RefusedCell } from './source-reader.ts';
import { type SourceRow, textOfCell } from './source-table.ts';

export interface PieceWriter {
  readonly target: ImportTarget;
  readonly table: TargetTable;
  readonly shape: RowShape;
  readonly names: readonly string[];
  readonly packing: Packing | null;
}

/** What came of the rows of a piece. */
export interface Outcome {
  readonly created: number;
  /** Records changed; rows whose record is as it should be are not counted. */
  readonly updated: number;
  /** Rows. */
  readonly refused: number;
  /** In the order of their lines. */
  readonly problems: readonly RefusedCell[];
}

interface ReadyRow {
  readonly index: number;
  readonly source: SourceRow;
  readonly values: RowValues;
}

/** Calls for one piece before its rows are written one by one. */
const attemptsMax = 3;

/**
 * Takes from an earlier run of the import what came of the piece, or writes it as it was packed. `outcome` is null where its rows
 * have to be written by their values.
 */
export async function beginPiece(
  writer: PieceWriter,
  piece: Piece,
): Promise<{ readonly outcome: Promise<Outcome | null> }> {
  const kept = (await writer.target.recall?.(writer.names, placeOf(piece))) ?? null;
  if (kept !== null) return { outcome: keptOutcome(kept, piece) };
  if (await wasBegunSingly(writer, piece)) return { outcome: Promise.resolve(null) };
  return { outcome: writePacked(writer, piece) };
}

async function writePacked({ packing }: PieceWriter, piece: Piece): Promise<Outcome | null> {
  const { packed, refused: problems } = piece;
  if (packing === null || packed === null) return null;
  const outcome = { created: packed.count, updated: 0, refused: piece.count - packed.count, problems };
  if (packed.count === 0) return outcome;
  const isWritten = await packing.write(packed, { place: placeOf(piece), outcome: textOf(outcome) });
  return isWritten ? outcome : null;
}

export async function writeValues(writer: PieceWriter, piece: Piece): Promise<Outcome> {
  const rows = await piece.rows();
  const problems: RefusedCell[] = [];
  const refuse = (index: number, field: string, reason: string): void => {
    const { line, cells } = rows[index] as SourceRow;
    problems.push({ index, line, field, reason, cells: cells.map(textOfCell) });
  };
  const ready: ReadyRow[] = [];
  for (const [index, source] of rows.entries()) {
    const values = readyValues(writer.shape, source);
    if ('reason' in values) refuse(index, values.field, values.reason);
    else ready.push({ index, source, values });
  }
  const outcomeWith = (created: number, updated: number): Outcome => {
    const refused = new Set(problems.map(({ index }) => index)).size;
    return { created, updated, refused, problems: problems.toSorted((a, b) => a.index - b.index) };
  };
  // Rows that were begun one by one are gone on with one by one: each of them knows whether it was written.
  let isSingle = await wasBegunSingly(writer, piece);
  let left = ready;
  for (let attempt = 0; attempt < attemptsMax && left.length > 0 && !isSingle; attempt += 1) {
    const { found, created, updated } = await writeTogether(writer, left, (made) => ({
      place: placeOf(piece),
      outcomeOf: (changed) => textOf(outcomeWith(made, changed)),
    }));
    if (found.length === 0) return outcomeWith(created, updated);
    // One by one, a value that is used twice is taken by the first row, or changes the record that has it by now.
    isSingle = found.some(({ code }) => code === 'value_not_unique');
    if (!isSingle) left = withoutRefused(left, found, refuse);
  }
  const { created, updated } = await writeSingly(writer, piece, left, refuse);
  return outcomeWith(created, updated);
}

/** Tells and drops the refused rows. */
function withoutRefused(
  rows: readonly ReadyRow[],
  problems: readonly RowProblem[],
  refuse: (index: number, field: string, reason: string) => void,
): ReadyRow[] {
  const byRow = Map.groupBy(problems, ({ index }) => index);
  return rows.filter((row, at) => {
    const own = byRow.get(at);
    for (const { field, reason } of own ?? []) refuse(row.index, field, reason);
    return own === undefined;
  });
}

interface Attempt {
  readonly found: readonly RowProblem[];
  readonly created: number;
  readonly updated: number;
}

/** One call for all rows; indexes of problems are those of `rows`. */
async function writeTogether(
  { target, table, shape: { key }, names }: PieceWriter,
  rows: readonly ReadyRow[],
  markOf: (created: number) => LateMark,
): Promise<Attempt> {
  const create: number[] = [];
  const update: { readonly at: number; readonly id: number }[] = [];
  const ids = key === null ? new Map<number, number>() : await match(key);
  for (const at of rows.keys()) {
    const id = ids.get(at);
    if (id === undefined) create.push(at);
    else update.push({ at, id });
  }
  const valuesAt = (at: number): RowValues => rows[at]?.values ?? [];
  const changes = update.map(({ at, id }) => ({ id, values: valuesAt(at) }));
  const mark = markOf(create.length);
  const { problems, outcome } = await target.writeAll(table, names, create.map(valuesAt), changes, mark);
  const order = [...create, ...update.map(({ at }) => at)];
  const found = problems.map((problem) => ({ ...problem, index: order[problem.index] ?? problem.index }));
  if (found.length > 0) return { found, created: 0, updated: 0 };
  const [created, updated] = JSON.parse(outcome) as KeptOutcome;
  return { found, created, updated };

  async function match(field: string): Promise<ReadonlyMap<number, number>> {
    const keyAt = names.indexOf(field);
    return target.match(
      table,
      field,
      rows.map(({ values }) => String(values[keyAt] ?? '')),
    );
  }
}

async function writeSingly(
  { target, table, names, shape }: PieceWriter,
  piece: Piece,
  rows: readonly ReadyRow[],
  refuse: (index: number, field: string, reason: string) => void,
): Promise<{ created: number; updated: number }> {
  const counts = { created: 0, updated: 0, unchanged: 0 };
  if (rows.length === 0) return counts;
  // On the disk before the first row is: were the piece begun anew and written together, rows could come twice.
  await target.keep?.(names, { place: singlyPlaceOf(piece), outcome: '' });
  // Started together, in order: the store runs them one after the other and syncs them together.
  const outcomes = await Promise.all(
    rows.map(({ values, index }) => target.writeOne(table, names, values, shape.key, `row/${piece.at + index}`)),
  );
  for (const [at, outcome] of outcomes.entries()) {
    const row = rows[at] as ReadyRow;
    if (typeof outcome === 'string') counts[outcome] += 1;
    else refuse(row.index, outcome.field, outcome.reason);
  }
  return counts;
}

async function wasBegunSingly({ target, names }: PieceWriter, piece: Piece): Promise<boolean> {
  return ((await target.recall?.(names, singlyPlaceOf(piece))) ?? null) !== null;
}

/** Whether an earlier run of the import has dealt with the piece that begins there. */
export async function hasBegun({ target, names }: PieceWriter, at: number): Promise<boolean> {
  return ((await target.recall?.(names, placeOf({ at }))) ?? null) !== null;
}

/** By the number of rows before it: lines can be numbered as a file likes. */
function placeOf({ at }: Pick<Piece, 'at'>): string {
  return `rows/${at}`;
}

function singlyPlaceOf(piece: Piece): string {
  return `${placeOf(piece)}/singly`;
}

type KeptOutcome = readonly [
  created: number,
  updated: number,
  refused: number,
  problems: readonly (readonly [number, string, string])[],
];

/** What is kept of an outcome; cells are in the file. */
function textOf({ created, updated, refused, problems }: Outcome): string {
  const kept = problems.map(({ index, field, reason }) => [index, field, reason]);
  return JSON.stringify([created, updated, refused, kept]);
}

async function keptOutcome(text: string, piece: Piece): Promise<Outcome> {
  const [created, updated, refused, kept] = JSON.parse(text) as KeptOutcome;
  if (kept.length === 0) return { created, updated, refused, problems: [] };
  const rows = await piece.rows();
  const problems = kept.map(([index, field, reason]) => {
    const { line = 0, cells = [] } = rows[index] ?? {};
    return { index, line, field, reason, cells: cells.map(textOfCell) };
  });
  return { created, updated, refused, problems };
}
