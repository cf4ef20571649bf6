/**
 * The snapshot thread: copies the database as it is at one moment into a new file (`into`) and compresses it beside that,
 * looks for damage (`isChecked`), and says what is in it. One read transaction of a connection of its own, so writers and other readers go on. Plain
 * JavaScript, as the checkpoint thread.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { constants as zlib, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';

/** Most of what there is to gain, at the speed of the disk. */
const level = 3;
/** Large enough that cutting costs nothing. */
const pieceBytes = 4 << 20;

const { file, into, packedInto, isChecked } = workerData;

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
  const sha256 = into === null ? '' : pack(into, packedInto);
  parentPort?.postMessage({ facts, problems, sha256, error: null });
} catch (error) {
  parentPort?.postMessage({
    facts: null,
    problems: [],
    sha256: '',
    error: { code: error.code ?? '', message: error.message },
  });
}

/**
 * Compresses the copy, piece by piece, and answers the hash of what it was. Here, because it would cost the main thread its
 * time, and the pieces its garbage collection. Each piece is a frame of its own: together they are one Zstandard file.
 */
function pack(path, packedPath) {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(pieceBytes);
  const from = openSync(path, 'r');
  // It is there already, empty, readable by its owner only.
  const to = openSync(packedPath, 'r+');
  try {
    const total = fstatSync(from).size;
    let done = 0;
    for (let bytes = readSync(from, chunk); bytes > 0; bytes = readSync(from, chunk)) {
      const piece = chunk.subarray(0, bytes);
      hash.update(piece);
      const packed = zstdCompressSync(piece, { params: { [zlib.ZSTD_c_compressionLevel]: level } });
      for (let at = 0; at < packed.length; ) at += writeSync(to, packed, at);
      done += bytes;
      parentPort?.postMessage({ progress: { done, total } });
    }
  } finally {
    closeSync(from);
    closeSync(to);
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
