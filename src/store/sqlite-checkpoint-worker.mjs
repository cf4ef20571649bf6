/**
 * The checkpoint thread: moves the log into the database file when told, with a connection of its own. Only PASSIVE
 * checkpoints, which wait for nobody and take no lock that a reader or the writer wants. Plain JavaScript, because a
 * thread that starts from TypeScript loads a compiler of its own: 11 MB for these few lines.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const db = new Database(workerData, { fileMustExist: true, timeout: 0 });
// A checkpoint copies pages without caching them.
db.pragma('cache_size = 0');
// It syncs the log before the copying and the database after it.
db.pragma('synchronous = NORMAL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').raw(true);

parentPort?.on('message', (message) => {
  if (message === 'close') {
    db.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(attempt());
});

/** `moved` of the log's `frames` are in the database file; or an error, in parts because its class does not travel. */
function attempt() {
  try {
    const [, frames, moved] = checkpoint.get();
    return { frames, moved, error: null };
  } catch (error) {
    return { frames: -1, moved: -1, error: { code: error.code ?? '', message: error.message } };
  }
}
