/**
 * One process per database file. The lock is an open exclusive transaction on `<file>.lock`, an SQLite database of no
 * bytes: the operating system drops it with the process, however that ends. The holder's process number stands in
 * `<file>.lock.pid`, for the refusal's text only.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { sqliteCode } from './sqlite-handle.ts';

class DatabaseInUse extends Error {
  readonly code = 'DATABASE_IN_USE';
  constructor(file: string, holder: string) {
    super(`The database ${file} is in use by ${holder}; only one server may open it at a time.`);
    this.name = 'DatabaseInUse';
  }
}

/** Takes the lock or throws `DatabaseInUse`; returns what gives it back. */
export function lockDatabase(file: string): () => void {
  const lockFile = `${file}.lock`;
  const pidFile = `${lockFile}.pid`;
  createPrivateFile(lockFile);
  const db = new Database(lockFile, { timeout: 0 });
  try {
    // The journal stays in memory and nothing is ever written: only the lock on the file matters.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!sqliteCode(error).startsWith('SQLITE_BUSY')) throw error;
    throw new DatabaseInUse(file, holderOf(pidFile));
  }
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    db.close();
    throw error;
  }
  return () => {
    // The lock file itself stays: removing it would let two processes lock two files of the same name.
    rmSync(pidFile, { force: true });
    db.close();
  };
}

/**
 * Creates a file that only its owner reads. An existing one is not opened at all: closing any descriptor of a file gives up
 * every POSIX lock this process holds on it.
 */
export function createPrivateFile(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
  } catch {
    return 'another process';
  }
}
