/**
 * Reads that share one snapshot per turn of the event loop: taking and leaving a snapshot costs more than reading a record. A
 * snapshot ends with its turn, and at once when a group begins or commits, so that no read is older than a write it could
 * know of, and no snapshot keeps the log from beginning anew.
 */
import type { Stored } from '../core/fields/field-type.ts';
import type { Param } from './engine.ts';
import type { Handle } from './sqlite-handle.ts';

export interface Reader {
  rows(sql: string, params: readonly Param[]): unknown[];
  arrays(sql: string, params: readonly Param[]): Stored[][];
  /** The next read takes a new snapshot. */
  endSnapshot(): void;
  close(): void;
}

export function createReader(handle: Handle): Reader {
  const { db } = handle;
  const begin = db.prepare('BEGIN');
  const end = db.prepare('COMMIT');
  let hasSnapshot = false;

  function endSnapshot(): void {
    if (!hasSnapshot) return;
    hasSnapshot = false;
    // Some failures of a statement end its transaction by themselves.
    if (db.inTransaction) end.run();
  }

  function useSnapshot(): void {
    if (hasSnapshot) return;
    begin.run();
    hasSnapshot = true;
    setImmediate(endSnapshot);
  }

  return {
    rows(sql, params) {
      useSnapshot();
      return handle.rows(sql, params);
    },
    arrays(sql, params) {
      useSnapshot();
      return handle.arrays(sql, params);
    },
    endSnapshot,
    close() {
      endSnapshot();
      db.close();
    },
  };
}
