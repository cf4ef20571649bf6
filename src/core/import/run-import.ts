/**
 * Writes a planned import in chunks, each all or nothing; rows that are refused are told with their line and reason and left
 * out. Memory does not grow with the file.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cellValue } from '../fields/cell-text.ts';
import type { ImportTarget, RowProblem, RowValues, TargetTable } from './import-target.ts';
import type { ImportPlan } from './plan-import.ts';
import { isNothing, type SourceRow, textOfCell } from './source-table.ts';

export interface RefusedRow {
  readonly line: number;
  /** Empty when it is about the row as a whole. */
  readonly field: string;
  readonly reason: string;
  /** As in the file. */
  readonly cells: readonly string[];
}

export interface ImportListeners {
  /** After each piece that is on disk; the next waits for it. */
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
  readonly refused: number;
}

const nothingDone: ImportProgress = { rows: 0, created: 0, updated: 0, refused: 0, line: 0 };

interface Run {
  readonly target: ImportTarget;
  readonly plan: ImportPlan;
  readonly table: TargetTable;
  readonly listeners: ImportListeners;
  created: number;
  updated: number;
  refused: number;
  /** Of the chunk under way; told in the order of their lines when it is over. */
  untold: RefusedRow[];
}

interface ReadyRow {
  readonly source: SourceRow;
  readonly values: RowValues;
}

/** Makes the table or its missing fields, then writes the rows. What was written stays when a later chunk fails. */
export async function runImport(
  target: ImportTarget,
  plan: ImportPlan,
  listeners: ImportListeners = {},
  { rowsPerWrite = 1000, after = nothingDone }: RunOptions = {},
): Promise<ImportResult> {
  const table = await prepareTable(target, plan);
  await listeners.onTable?.(table);
  const { created: createdBefore, updated: updatedBefore, refused: refusedBefore } = after;
  const run: Run = {
    target,
    plan,
    table,
    listeners,
    created: createdBefore,
    updated: updatedBefore,
    refused: refusedBefore,
    untold: [],
  };
  let { rows } = after;
  for await (const piece of readAhead(plan.content.rows())) {
    for (let at = 0; at < piece.length; at += rowsPerWrite) {
      const chunk = piece.slice(at, at + rowsPerWrite);
      const line = chunk.at(-1)?.line ?? 0;
      if (line <= after.line) continue;
      await writeChunk(run, readyRows(run, chunk));
      tellRefused(run);
      rows += chunk.length;
      await listeners.onProgress?.({ rows, created: run.created, updated: run.updated, refused: run.refused, line });
    }
  }
  const { created, updated, refused } = run;
  return { table, created, updated, refused };
}

/** Reads the next piece while the one before it is put on the disk. */
async function* readAhead<T>(pieces: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let next = pieces.next();
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      // By the second turn the write has been committed, and only the disk is waited for.
      next = nextTurn()
        .then(() => nextTurn())
        .then(() => pieces.next());
      // A fault is told when its piece is asked for, not while the piece before it is written.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await pieces.return(undefined);
  }
}

async function prepareTable(target: ImportTarget, plan: ImportPlan): Promise<TargetTable> {
  const missing = plan.columns.flatMap(({ newField }) => newField ?? []);
  if (plan.table === null) return target.createTable(plan.tableName, missing);
  return missing.length === 0 ? plan.table : target.addFields(plan.table, missing);
}

/** Rows that can be tried, as values by field name. */
function readyRows(run: Run, rows: readonly SourceRow[]): ReadyRow[] {
  const { key, columns } = run.plan;
  const keyAt = columns.findIndex(({ name }) => name === key);
  const ready: ReadyRow[] = [];
  for (const source of rows) {
    if (source.problem !== undefined) {
      refuse(run, source, [{ index: 0, field: '', code: 'body_invalid', reason: source.problem }]);
      continue;
    }
    const values = valuesOf(run.plan, source);
    if (key !== null && isNothing(values[keyAt])) {
      const reason = 'is the key and must have a value';
      refuse(run, source, [{ index: 0, field: key, code: 'value_required', reason }]);
      continue;
    }
    ready.push({ source, values });
  }
  return ready;
}

/** In the order of the plan's columns. */
export function valuesOf({ columns, content, key }: ImportPlan, { cells }: SourceRow): RowValues {
  return columns.map(({ index, type }) => {
    const cell = cells[index];
    if (cell === undefined || !content.isText) return cell;
    if (!isNothing(cell)) return cellValue(type, String(cell));
    // A blank cell is no value: a new record gets the default, an existing one is emptied.
    return key === null ? undefined : null;
  });
}

/** Calls for one chunk before its rows are written one by one. */
const attemptsMax = 3;

async function writeChunk(run: Run, rows: readonly ReadyRow[]): Promise<void> {
  let left = rows;
  for (let attempt = 0; attempt < attemptsMax && left.length > 0; attempt += 1) {
    const { problems, created } = await writeTogether(run, left, `${rows[0]?.source.line}/${attempt}`);
    if (problems.length === 0) {
      run.created += created;
      run.updated += left.length - created;
      return;
    }
    // One by one, a value that is used twice is taken by the first row, or changes the record that has it by now.
    if (problems.some(({ code }) => code === 'value_not_unique')) break;
    left = withoutRefused(run, left, problems);
  }
  await writeSingly(run, left);
}

/** Tells and drops the refused rows. */
function withoutRefused(run: Run, rows: readonly ReadyRow[], problems: readonly RowProblem[]): ReadyRow[] {
  const byRow = Map.groupBy(problems, ({ index }) => index);
  return rows.filter((row, at) => {
    const own = byRow.get(at);
    if (own === undefined) return true;
    refuse(run, row.source, own);
    return false;
  });
}

interface Attempt {
  readonly problems: readonly RowProblem[];
  readonly created: number;
}

/** One call for all rows; indexes of problems are those of `rows`. */
async function writeTogether({ target, table, plan }: Run, rows: readonly ReadyRow[], place: string): Promise<Attempt> {
  const { key } = plan;
  const names = plan.columns.map(({ name }) => name);
  if (key === null) {
    const problems = await target.writeAll(
      table,
      names,
      rows.map(({ values }) => values),
      [],
      place,
    );
    return { problems, created: rows.length };
  }
  const keyAt = names.indexOf(key);
  const found = await target.match(
    table,
    key,
    rows.map(({ values }) => String(values[keyAt] ?? '')),
  );
  const create: number[] = [];
  const update: { readonly at: number; readonly id: number }[] = [];
  for (const at of rows.keys()) {
    const id = found.get(at);
    if (id === undefined) create.push(at);
    else update.push({ at, id });
  }
  const valuesAt = (at: number): RowValues => rows[at]?.values ?? [];
  const problems = await target.writeAll(
    table,
    names,
    create.map(valuesAt),
    update.map(({ at, id }) => ({ id, values: valuesAt(at) })),
    place,
  );
  const order = [...create, ...update.map(({ at }) => at)];
  return {
    problems: problems.map((problem) => ({ ...problem, index: order[problem.index] ?? problem.index })),
    created: create.length,
  };
}

async function writeSingly(run: Run, rows: readonly ReadyRow[]): Promise<void> {
  const { target, table, plan } = run;
  const names = plan.columns.map(({ name }) => name);
  // Started together, in order: the store runs them one after the other and syncs them together.
  const outcomes = await Promise.all(
    rows.map(({ values, source }) => target.writeOne(table, names, values, plan.key, String(source.line))),
  );
  for (const [at, outcome] of outcomes.entries()) {
    const row = rows[at];
    if (outcome === 'created') run.created += 1;
    else if (outcome === 'updated') run.updated += 1;
    else if (row !== undefined) refuse(run, row.source, [outcome]);
  }
}

function refuse(run: Run, { line, cells }: SourceRow, problems: readonly RowProblem[]): void {
  run.refused += 1;
  for (const { field, reason } of problems) run.untold.push({ line, field, reason, cells: cells.map(textOfCell) });
}

function tellRefused(run: Run): void {
  for (const row of run.untold.sort((a, b) => a.line - b.line)) run.listeners.onRefused?.(row);
  run.untold = [];
}
