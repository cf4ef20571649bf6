/** One import or export in a process of its own, ours or the bare one that it is held against; tells what it took. */
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { openInstance } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createApp } from '../src/core/apps/create-app.ts';
import { systemActor } from '../src/core/context.ts';
import type { ExportFormat } from '../src/core/export/export-format.ts';
import { exportRecords } from '../src/core/export/export-records.ts';
import { newId } from '../src/core/ids.ts';
import { createCoreTarget } from '../src/core/import/core-target.ts';
import { forgetImport } from '../src/core/import/import-run.ts';
import { contentHash } from '../src/core/import/import-source.ts';
import { planImport } from '../src/core/import/plan-import.ts';
import { runImport } from '../src/core/import/run-import.ts';
import { findOrCreateUser } from '../src/core/users/create-user.ts';
import { createWorkspace } from '../src/core/workspaces/create-workspace.ts';
import { type Cell, columns, rowsOf } from './data.ts';

export interface Transfer {
  readonly seconds: number;
  /** Of the processor, all threads together: on a busy machine it says more than the clock. */
  readonly cpuSeconds: number;
  /** Of that, the main thread, which answers requests. */
  readonly mainSeconds: number;
  /** Highest resident memory over that before, in MB. */
  readonly extraMb: number;
  readonly bytes: number;
}

const [action = '', file = '', database = '', rowsText = '0'] = process.argv.slice(2);
const rows = Number(rowsText);

function memoryMb(what: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}

async function measured(work: () => Promise<unknown>): Promise<void> {
  const before = memoryMb('VmRSS');
  const cpuBefore = process.cpuUsage();
  const mainBefore = process.threadCpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1000;
  const all = process.cpuUsage(cpuBefore);
  const main = process.threadCpuUsage(mainBefore);
  process.send?.({
    seconds,
    cpuSeconds: (all.user + all.system) / 1e6,
    mainSeconds: (main.user + main.system) / 1e6,
    extraMb: memoryMb('VmHWM') - before,
    bytes: statSync(file).size,
  });
}

/** Rows into two tables, as a change of each is logged: what any store of ours would have to write at least. */
async function bareImport(): Promise<void> {
  const db = new Database(database);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  const names = columns.map(({ column }) => column);
  db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT, updated_at TEXT, ${names.join(', ')});
    CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, record INTEGER, at INTEGER, fields TEXT)`);
  const insert = db.prepare(`INSERT INTO t (created_at, updated_at, ${names.join(', ')})
    VALUES (${Array.from({ length: names.length + 2 }, () => '?').join(', ')})`);
  const log = db.prepare('INSERT INTO log (record, at, fields) VALUES (?, ?, ?)');
  const at = '2026-01-01T00:00:00.000Z';
  await measured(async () => {
    db.exec('BEGIN');
    let count = 0;
    for (const row of rowsOf(rows)) {
      const { lastInsertRowid } = insert.run(at, at, ...row);
      log.run(lastInsertRowid, 0, JSON.stringify(row));
      count += 1;
      if (count % 1000 === 0) db.exec('COMMIT; BEGIN');
    }
    db.exec('COMMIT');
  });
  db.close();
}

async function bareExport(): Promise<void> {
  const db = new Database(database, { readonly: true });
  const select = db.prepare('SELECT * FROM t');
  await measured(() =>
    pipeline(function* lines() {
      let text = '';
      for (const row of select.iterate()) {
        text += `${JSON.stringify(row)}\n`;
        if (text.length < 65_536) continue;
        yield text;
        text = '';
      }
      yield text;
    }, createWriteStream(file)),
  );
  db.close();
}

async function open() {
  return openInstance(readConfig({ DATABASE_URL: `sqlite:${database}`, TESSERA_LOG_LEVEL: 'error' }));
}

async function ourImport(): Promise<void> {
  const instance = await open();
  const { core } = instance;
  const owner = await core.store.write((tx) =>
    findOrCreateUser(tx, core, { email: 'bench@example.test', name: 'Bench' }),
  );
  const workspace = await createWorkspace(core, systemActor, { name: 'Bench' }, owner.id);
  const app = await createApp(core, systemActor, workspace.id, { name: 'Bench' });
  const source = {
    name: 'bench',
    bytes: statSync(file).size,
    open: (start = 0) => createReadStream(file, { start, highWaterMark: 1 << 18 }),
  };
  await measured(async () => {
    // As the command line does, with nobody beside it.
    const run = { id: newId(), content: await contentHash(source) };
    const target = createCoreTarget(core, systemActor, app.id, run);
    const { created } = await runImport(target, await planImport(target, { source, table: 'Items' }));
    if (created !== rows) throw new Error(`${created} rows were imported`);
    await forgetImport(core, run);
  });
  await instance.close();
}

async function ourExport(format: ExportFormat): Promise<void> {
  const instance = await open();
  const { core } = instance;
  const [row] = await core.store.list('tables', { name: 'Items' });
  const table = await core.catalog.table(row?.id ?? '');
  if (table === undefined) throw new Error('there is no table');
  await measured(() => pipeline(exportRecords(core, systemActor, table, { format }), createWriteStream(file)));
  await instance.close();
}

/** The file that is imported. */
async function make(): Promise<void> {
  const quoted = (cell: Cell) => (typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : String(cell));
  await measured(() =>
    pipeline(function* lines() {
      let text = `${columns.map(({ name }) => name).join(',')}\n`;
      for (const row of rowsOf(rows)) {
        text += `${row.map((cell, at) => (columns[at]?.field === 'checkbox' ? cell === 1 : quoted(cell))).join(',')}\n`;
        if (text.length < 65_536) continue;
        yield text;
        text = '';
      }
      yield text;
    }, createWriteStream(file)),
  );
}

if (action === 'make') await make();
else if (action === 'import') await ourImport();
else if (action === 'bare import') await bareImport();
else if (action === 'bare export') await bareExport();
else await ourExport(action as ExportFormat);
process.disconnect?.();
