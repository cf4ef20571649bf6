/**
 * One SQLite connection with its prepared statements. Synchronous; the engine makes promises of it. Driver errors
 * leave here in the store's own words.
 */
import Database from 'better-sqlite3';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Stored } from '../core/fields/field-type.ts';
import { UniqueViolation } from '../core/store.ts';
import type { Param } from './engine.ts';
import { registerFormulaFunctions } from './formula-functions.ts';

export interface Handle {
  readonly db: Database.Database;
  /** Set by every statement that may have changed something; whoever cares sets it back. */
  hasWritten: boolean;
  rows(sql: string, params: readonly Param[]): unknown[];
  arrays(sql: string, params: readonly Param[]): Stored[][];
  run(sql: string, params: readonly Param[]): Database.RunResult;
}

interface HandleOptions {
  readonly isReadonly: boolean;
  readonly cacheKib: number;
  /** How long a statement may block the thread while another process holds a lock. */
  readonly busyMs: number;
  /** Where sorting and savepoints put what they set aside: a sort of a large table is better off in a file. */
  readonly temporary: 'MEMORY' | 'FILE';
  /** Given where records are read: formulas may ask for the time. */
  readonly clock?: Clock;
}

const statementsMax = 1_000;

export function openHandle(file: string, options: HandleOptions): Handle {
  const db = connect(file, options);
  if (options.clock !== undefined) registerFormulaFunctions(db, options.clock);
  const asObjects = statementCache(db, false);
  const asArrays = statementCache(db, true);
  const handle: Handle = {
    db,
    hasWritten: false,
    rows(sql, params) {
      try {
        const statement = asObjects(sql);
        if (!statement.readonly) handle.hasWritten = true;
        return statement.all(...params);
      } catch (error) {
        throw translated(error);
      }
    },
    arrays(sql, params) {
      try {
        const statement = asArrays(sql);
        if (!statement.readonly) handle.hasWritten = true;
        return statement.all(...params) as Stored[][];
      } catch (error) {
        throw translated(error);
      }
    },
    run(sql, params) {
      handle.hasWritten = true;
      try {
        return asObjects(sql).run(...params);
      } catch (error) {
        throw translated(error);
      }
    },
  };
  return handle;
}

function connect(file: string, options: HandleOptions): Database.Database {
  const db = new Database(file, { readonly: options.isReadonly, timeout: options.busyMs });
  try {
    // No mmap: touched pages would count as memory of the process, and the pages of a database file can vanish under it.
    db.pragma(`cache_size = -${options.cacheKib}`);
    db.pragma(`temp_store = ${options.temporary}`);
    return db;
  } catch (error) {
    db.close();
    if (sqliteCode(error) === 'SQLITE_NOTADB') throw new Error(`The file ${file} is not an SQLite database.`);
    throw error;
  }
}

type Statement = Database.Statement<Param[]>;

/**
 * Statements by text, in two generations: a hit costs one look-up, and when the young generation is half the bound the
 * old one is dropped, so what was not used since then is forgotten.
 */
function statementCache(db: Database.Database, isRaw: boolean): (sql: string) => Statement {
  let young = new Map<string, Statement>();
  let old = new Map<string, Statement>();
  return (sql) => {
    const hit = young.get(sql);
    if (hit !== undefined) return hit;
    let statement = old.get(sql);
    if (statement === undefined) {
      statement = db.prepare<Param[]>(sql);
      if (isRaw && statement.reader) statement.raw(true);
    }
    if (young.size >= statementsMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(sql, statement);
    return statement;
  };
}

const uniqueCodes = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_ROWID']);

/** Result codes that say "not now" about the disk or the locks rather than "wrong" about the statement. */
const unavailable = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|NOMEM|CANTOPEN|CORRUPT|NOTADB|PROTOCOL|INTERRUPT)/;

export function sqliteCode(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : '';
}

/** After a failed sync nothing is known about what is on the disk: the process must end and recover from the log. */
export function isFatalCode(code: string): boolean {
  return code === 'SQLITE_IOERR_FSYNC' || code === 'SQLITE_IOERR_DIR_FSYNC';
}

/** A driver error in the store's words; errors of the statement itself (syntax, unknown table) stay as they are. */
export function translated(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === '') return error;
  if (uniqueCodes.has(code)) return new UniqueViolation(violatedColumn((error as Error).message));
  if (unavailable.test(code)) return storeUnavailable(`${code}: ${(error as Error).message}`, error);
  return error;
}

export function storeUnavailable(internal: string, cause?: unknown): AppError {
  return new AppError('store_unavailable', undefined, { internal, cause });
}

/**
 * `UNIQUE constraint failed: t.f` names table and column; of an index over an expression it names the index, which is
 * called `u_<column>`. Several columns at once are never a record's field: then the name is empty.
 */
function violatedColumn(message: string): string {
  const subject = message.slice(message.indexOf(': ') + 2);
  const index = /^index '(?:u_)?(.*)'$/.exec(subject);
  if (index !== null) return index[1] ?? '';
  return subject.includes(',') ? '' : subject.slice(subject.lastIndexOf('.') + 1);
}
