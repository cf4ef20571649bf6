/**
 * The checkpoint thread: moves the log into the database file when told, with a connection of its own. Only PASSIVE
 * checkpoints, which wait for nobody and take no lock that a reader or the writer wants.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const db = new Database(workerData as string, { fileMustExist: true, timeout: 0 });
db.pragma('cache_size = 0');
// The checkpoint syncs the log before, and the database after, it copies pages.
db.pragma('synchronous = NORMAL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').raw(true);

parentPort?.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'close') {
    db.close();
    parentPort?.close();
    return;
  }
  try {
    const [, frames, moved] = checkpoint.get() as [number, number, number];
    parentPort?.postMessage({ frames, moved, error: null });
  } catch (error) {
    parentPort?.postMessage({ frames: -1, moved: -1, error });
  }
});
