/**
 * Writes down what happens to the log of a running database, in order: what was written, when a sync began and ended, when
 * the log began anew. From that, `cut-images.ts` makes what a disk can hold after a power cut at any of these moments.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { frameBytes, pageSizeOf, readFrames, startOf, type WalPosition, walHeaderBytes } from './wal-format.ts';

export type DiskEvent =
  /** Bytes of whole commits, not yet synced. */
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'sync-begin' }
  | { readonly kind: 'sync-end' }
  /**
   * Everything in the log has been moved into the database and synced there, and the log begins with a new header, which is
   * synced before any frame follows it: both by SQLite itself, in its checkpoint and at the restart of the log.
   */
  | { readonly kind: 'restart'; readonly header: Buffer; readonly database: Buffer };

export interface DiskRecorder {
  readonly events: readonly DiskEvent[];
  /** For the store: the sync of the log, which takes as long as `wait` does, and the look after each commit. */
  readonly sync: () => Promise<void>;
  readonly onCommit: () => void;
  close(): void;
}

const readBytes = 1024 * 1024;

/** `isLying`: of ten syncs that say they are done nine do nothing, so that a proof can show that it notices. */
export function createDiskRecorder(file: string, wait: () => Promise<void>, isLying = false): DiskRecorder {
  const events: DiskEvent[] = [];
  let fd: number | null = null;
  let header: Buffer = Buffer.alloc(0);
  let position: WalPosition | null = null;
  let syncs = 0;

  function onCommit(): void {
    fd ??= openSync(`${file}-wal`, 'r');
    const current = read(fd, 0, walHeaderBytes);
    if (position === null || !current.equals(header)) {
      header = current;
      position = startOf(header);
      if (position === null) throw new Error('the log has no valid header after a commit');
      // No checkpoint can run at this moment: they are started after commits, and the one before has ended.
      events.push({ kind: 'restart', header, database: readFileSync(file) });
    }
    const size = frameBytes(pageSizeOf(header));
    for (;;) {
      const offset = walHeaderBytes + position.frames * size;
      const { end, frames } = readFrames(header, position, read(fd, offset, readBytes - (readBytes % size)));
      if (frames.length === 0) {
        // A commit longer than one piece: read it whole.
        const rest = fstatSync(fd).size - offset;
        if (rest <= readBytes) return;
        const whole = readFrames(header, position, read(fd, offset, rest - (rest % size)));
        if (whole.frames.length === 0) return;
        record(offset, whole.end, size);
      } else {
        record(offset, end, size);
      }
    }
  }

  function record(offset: number, end: WalPosition, size: number): void {
    const from = position?.frames ?? 0;
    events.push({ kind: 'write', offset, bytes: read(fd ?? -1, offset, (end.frames - from) * size) });
    position = end;
  }

  return {
    events,
    onCommit,
    async sync() {
      // The commit that it is for may not have been looked at yet.
      onCommit();
      syncs += 1;
      if (isLying && syncs % 10 !== 0) return;
      events.push({ kind: 'sync-begin' });
      await wait();
      events.push({ kind: 'sync-end' });
    },
    close() {
      if (fd !== null) closeSync(fd);
    },
  };
}

function read(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
}
