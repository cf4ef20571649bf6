/**
 * Reads that share a snapshot for some milliseconds: taking and leaving one costs more than reading a record. A snapshot ends
 * at once when a group begins or commits, and nobody else writes to the file, so that no read is older than a write it could
 * know of; and it ends soon, so that it does not keep the log from beginning anew.
 */
import type { Stored } from '../core/fields/field-type.ts';
import type { Param } from './engine.ts';
import type { Handle } from './sqlite-handle.ts';

export interface Reader {
  rows(sql: string, params: readonly Param[]): unknown[];
  arrays(sql: string, params: readonly Param[]): Stored[][];
  /** How many reads there have been. */
  count(): number;
  /** The next read takes a new snapshot. */
  endSnapshot(): void;
  close(): void;
}

/** How long nothing but a write ends a snapshot. */
const snapshotMs = 5;

export function createReader(handle: Handle): Reader {
  const { db } = handle;
  const begin = db.prepare('BEGIN');
  const end = db.prepare('COMMIT');
  const expiry = setTimeout(endSnapshot, snapshotMs).unref();
  let hasSnapshot = false;
  let reads = 0;

  function endSnapshot(): void {
    if (!hasSnapshot) return;
    hasSnapshot = false;
    // Some failures of a statement end its transaction by themselves.
    if (db.inTransaction) end.run();
  }

  function useSnapshot(): void {
    reads += 1;
    if (hasSnapshot) return;
    begin.run();
    hasSnapshot = true;
    expiry.refresh();
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
    count: () => reads,
    endSnapshot,
    close() {
      clearTimeout(expiry);
      endSnapshot();
      db.close();
    },
  };
}
