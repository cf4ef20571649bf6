/**
 * The snapshot thread: copies the database as it is at one moment into a new file (`into`), looks for damage (`isChecked`),
 * and says what is in it. One read transaction of a connection of its own, so writers and other readers go on. Plain
 * JavaScript, as the checkpoint thread.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const { file, into, isChecked } = workerData;

// Requests come first. On Linux this is the priority of this thread alone; elsewhere it would be that of the whole process.
if (process.platform === 'linux') {
  try {
    setPriority(0, constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed here: then without.
  }
}

try {
  const db = new Database(file, { fileMustExist: true, readonly: true, timeout: 10_000 });
  try {
    if (into !== null) db.prepare('VACUUM INTO ?').run(into);
  } finally {
    db.close();
  }
  const path = into ?? file;
  const problems = isChecked ? problemsOf(path) : [];
  // What is damaged may not even tell what is in it.
  const facts = problems.length > 0 ? null : factsOf(path);
  const sha256 = into === null ? '' : hashOf(into);
  parentPort?.postMessage({ facts, problems, sha256, error: null });
} catch (error) {
  parentPort?.postMessage({
    facts: null,
    problems: [],
    sha256: '',
    error: { code: error.code ?? '', message: error.message },
  });
}

/** Here, because it would cost the main thread more than all the rest. */
function hashOf(path) {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const fd = openSync(path, 'r');
  try {
    for (let bytes = readSync(fd, chunk); bytes > 0; bytes = readSync(fd, chunk)) hash.update(chunk.subarray(0, bytes));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

function problemsOf(path) {
  const db = new Database(path, { fileMustExist: true, readonly: true, timeout: 10_000 });
  try {
    const found = db.pragma('integrity_check(20)').map((row) => row.integrity_check);
    return found.filter((text) => text !== 'ok');
  } finally {
    db.close();
  }
}

function factsOf(path) {
  const db = new Database(path, { fileMustExist: true, readonly: true, timeout: 10_000 });
  try {
    const one = (sql) => db.prepare(sql).pluck().get();
    const tables = db
      .prepare(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
      )
      .pluck()
      .all();
    const counts = {};
    for (const name of tables) counts[name] = one(`select count(*) from "${name.replaceAll('"', '""')}"`);
    const last = db.prepare('select seq, at from changes order by seq desc limit 1').get();
    const fingerprint = one("select value from settings where name = 'master_key_fingerprint'");
    return {
      counts,
      // Entries may have been cleared since: the number of the last one is what the sequence says.
      lastChange: one("select seq from sqlite_sequence where name = 'changes'") ?? last?.seq ?? 0,
      lastChangeAt: last?.at ?? null,
      migrations: db.prepare('select name from schema_migrations order by name').pluck().all(),
      masterKeyFingerprint: fingerprint === undefined ? null : JSON.parse(fingerprint),
    };
  } finally {
    db.close();
  }
}
