/**
 * Imports after a crash: those that were taken are there, as far at least as was told; their rows are there whole, once, and
 * without a gap; and each goes on by itself to its last row.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from '../../src/core/context.ts';
import { storageKey } from '../../src/core/files/storage.ts';
import { runImports } from '../../src/core/import/run-imports.ts';
import type { ImportRow } from '../../src/core/system-rows.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { hasEnded, importClient, type LoggedImport, rankOf, type SeenImport } from './import-log.ts';
import type { Place } from './place.ts';

/** Records of a table by the names of its fields. */
export type ReadTable = (
  table: TableSchema,
) => Promise<readonly { readonly values: Readonly<Record<string, unknown>> }[]>;

export function isOfImports(table: TableSchema, place: Place): boolean {
  return table.id === place.importedId || table.name.startsWith(`${importClient} `);
}

interface Holder {
  readonly place: number;
  readonly at: number;
}

/** @throws AssertionError */
export async function verifyImports(
  core: Core,
  tables: readonly TableSchema[],
  read: ReadTable,
  place: Place,
  imports: readonly LoggedImport[],
  moment: number,
): Promise<void> {
  const rows = Map.groupBy(await core.store.list('imports', {}), ({ filename }) => filename);
  const byToken = new Map<string, Holder>();
  for (const [index, { rows: own }] of imports.entries())
    for (const [at, { token }] of own.entries()) byToken.set(token, { place: index, at });

  const there = imports.map(() => new Set<number>());
  const byCode = new Map<string, number>();
  const names = new Set<string>();
  for (const table of tables.filter((one) => isOfImports(one, place))) {
    assert.ok(!names.has(table.name), `${table.name} is there twice`);
    names.add(table.name);
    for (const { values } of await read(table)) {
      const { Token, Code, N, Note } = values;
      const holder = byToken.get(String(Token));
      const source = holder && imports[holder.place];
      const row = holder && source?.rows[holder.at];
      assert.ok(holder && source && row, `${table.name}: nobody sent a row ${Token}`);
      const own = there[holder.place];
      assert.ok(own && !own.has(holder.at), `${Token} is there twice`);
      own.add(holder.at);
      assert.equal(table.name, source.kind === 'table' ? source.name : 'Imported', `${Token} is in the wrong table`);
      assert.ok(!row.isWrong, `${Token} is wrong and was written`);
      assert.deepEqual([Code ?? null, N, Note], [row.code, row.n, row.note], `${Token} is not as it was sent`);
      if (source.kind === 'keyed') {
        assert.ok(!byCode.has(String(Code)), `${Code} is there twice`);
        byCode.set(String(Code), holder.place);
      }
    }
  }

  // What was told before an import was sent that was then taken is on the disk as well: the log is synced in order.
  const taken = imports.filter(({ begunAt }) => begunAt !== null && begunAt <= moment);
  const syncedAt = Math.max(-1, ...taken.map(({ sentAt }) => sentAt));
  for (const [index, one] of imports.entries()) {
    const found = rows.get(one.filename) ?? [];
    rows.delete(one.filename);
    assert.ok(found.length <= 1, `${one.filename} was begun twice`);
    const own = there[index] ?? new Set();
    // A row that is there: so are all before it.
    const known = Math.max(readRows(one, found[0], moment), Math.max(-1, ...own) + 1);
    if (one.sentAt > moment || (one.absentAt !== null && one.absentAt <= moment)) {
      assert.equal(found.length + known, 0, `${one.filename} was not taken, and is there`);
      continue;
    }
    verifyRow(one, found[0], moment, lasting(one, syncedAt, moment));
    if (found[0] !== undefined) await verifyCounts(core, one, found[0]);
    for (const [at, row] of one.rows.slice(0, known).entries()) {
      if (row.isWrong || own.has(at)) continue;
      const changedBy = one.kind === 'keyed' ? (byCode.get(row.code ?? '') ?? -1) : -1;
      assert.ok(changedBy > index, `${one.filename}: row ${at} of ${known} is missing`);
    }
  }
  assert.deepEqual([...rows.keys()], [], 'imports that nobody began');
}

/** Rows that are dealt with, as the server told and as it has noted. */
function readRows({ seen }: LoggedImport, row: ImportRow | undefined, moment: number): number {
  const told = seen.findLast(({ at }) => at <= moment)?.rows_read ?? 0;
  return Math.max(told, row?.rows_read ?? 0);
}

/**
 * The last note that was told and is surely on the disk. Reads do not wait for the disk, so the latest note that was told may
 * be lost with the power (the rows that it is about are not); a note is made when the one before it is on the disk.
 */
function lasting({ seen }: LoggedImport, syncedAt: number, moment: number): SeenImport | undefined {
  const told = seen.filter(({ at }) => at <= moment);
  const last = told.at(-1);
  const isOther = ({ state, rows_read }: SeenImport) => state !== last?.state || rows_read !== last.rows_read;
  return told.findLast((one) => one.at <= syncedAt || isOther(one));
}

function verifyRow(one: LoggedImport, row: ImportRow | undefined, moment: number, told: SeenImport | undefined): void {
  const { filename, begunAt, cancelSentAt, cancelledAt } = one;
  const isBegun = begunAt !== null && begunAt <= moment;
  const mayBeCancelled = cancelSentAt !== null && cancelSentAt <= moment;
  if (row === undefined) {
    assert.ok(!isBegun || mayBeCancelled, `${filename} was taken, and is missing`);
    return;
  }
  const { state, rows_read: rowsRead, error } = row;
  assert.notEqual(state, 'failed', `${filename} failed: ${error}`);
  if (told !== undefined) {
    assert.ok(rankOf(state) >= rankOf(told.state), `${filename} was ${told.state}, and is ${state}`);
    if (hasEnded(told.state)) assert.equal(state, told.state, filename);
    assert.ok(rowsRead >= told.rows_read, `${filename} was at row ${told.rows_read}, and is at ${rowsRead}`);
  }
  if (!mayBeCancelled) assert.notEqual(state, 'cancelled', `${filename} was cancelled by nobody`);
  if (cancelledAt !== null && cancelledAt <= moment) assert.ok(hasEnded(state), `${filename}, cancelled, is ${state}`);
  if (state === 'finished') assert.equal(rowsRead, one.rows.length, `${filename} ended before its last row`);
}

/** What is noted of it fits together. */
async function verifyCounts(core: Core, one: LoggedImport, row: ImportRow): Promise<void> {
  const wrong = one.rows.slice(0, row.rows_read).filter(({ isWrong }) => isWrong).length;
  const { created, updated, rejected } = row;
  const written = created + updated;
  const noted = { rows: one.kind === 'keyed' ? Math.max(written, row.rows_read - wrong) : written, rejected };
  // By a key, rows whose record is as it should be are not written.
  assert.deepEqual(noted, { rows: row.rows_read - wrong, rejected: wrong }, `counts of ${one.filename}`);
  if (one.kind !== 'keyed') assert.equal(updated, 0, `${one.filename} changes nothing`);
  assert.equal(await core.store.count('import_rejects', { import_id: row.id }), wrong, `refusals of ${one.filename}`);
}

/**
 * Has the imports that were interrupted go on, as a server that starts does; answers how many there were. The files that
 * they read are those that were sent: a file is on the disk before its import is taken.
 */
export async function goOn(core: Core, imports: readonly LoggedImport[]): Promise<number> {
  const open = await unfinished(core);
  if (open.length === 0) return 0;
  for (const { filename, file_id: fileId } of open) {
    const sent = imports.find((one) => one.filename === filename);
    assert.ok(sent, `${filename} was sent by nobody`);
    await core.files.put(storageKey(fileId), piecesOf(sent.content));
  }
  const faults: unknown[] = [];
  const running = runImports(core, (error) => faults.push(error));
  for (let turns = 0; (await unfinished(core)).length > 0; turns += 1) {
    assert.ok(turns < 100_000, 'an import does not come to its end');
    await sleep(2);
  }
  await running.stop();
  assert.deepEqual(faults, []);
  for (const { id, filename } of open) {
    const row = await core.store.find('imports', { id });
    assert.equal(row?.state, 'finished', `${filename}: ${row?.error}`);
  }
  return open.length;
}

function unfinished(core: Core): Promise<ImportRow[]> {
  return core.store.list('imports', { state: { in: ['waiting', 'planning', 'running'] } });
}

async function* piecesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
