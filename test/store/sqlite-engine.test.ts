import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { Engine } from '../../src/store/engine.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { skipUnless } from '../skip-reason.ts';
import { engineContract } from './engine-contract.ts';
import { temporaryDirectory } from './temporary-directory.ts';

engineContract('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  const engine = await openSqlite({ file: join(directory, 'contract.db') });
  return { engine, remove: async () => rmSync(directory, { recursive: true, force: true }) };
});

const child = fileURLToPath(new URL('./sqlite-child.ts', import.meta.url));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function withTable(engine: Engine): Promise<Engine> {
  await engine.write((tx) => tx.run('create table t (id integer primary key autoincrement, v text)', []));
  return engine;
}

const insert = (engine: Engine, value: string): Promise<number> =>
  engine.write((tx) => tx.insert('insert into t (v) values (?)', [value]));

test('works run one after the other in the order of submission', async (context) => {
  const engine = await withTable(await openSqlite({ file: join(temporaryDirectory(context), 'a.db') }));
  const order: string[] = [];
  await Promise.all(
    Array.from({ length: 1_200 }, (_, i) =>
      engine.write(async (tx) => {
        order.push(`${i} begins`);
        await tx.arrays('select 1', []);
        order.push(`${i} ends`);
      }),
    ),
  );
  const expected = Array.from({ length: 1_200 }, (_, i) => [`${i} begins`, `${i} ends`]).flat();
  assert.deepEqual(order, expected);
  await engine.close();
});

test('a work that waits for anything but its transaction is refused, rolled back, and delays nobody', async (context) => {
  const engine = await withTable(await openSqlite({ file: join(temporaryDirectory(context), 'a.db') }));
  const waitFor: Record<string, () => Promise<unknown>> = {
    'a timer': () => new Promise((resolve) => setTimeout(resolve, 5)),
    'a write inside a write': () => insert(engine, 'nested'),
    'something that never comes': () => new Promise(() => {}),
  };
  for (const [what, wait] of Object.entries(waitFor)) {
    const stuck = engine.write(async (tx) => {
      await tx.insert('insert into t (v) values (?)', [`stuck on ${what}`]);
      await wait();
      await tx.insert('insert into t (v) values (?)', [`stuck on ${what}, later`]);
    });
    const [outcome, other] = await Promise.allSettled([stuck, insert(engine, `beside ${what}`)]);
    assert.equal(outcome.status, 'rejected');
    assert.equal(outcome.reason.code, 'internal_error');
    assert.match(outcome.reason.internal, /awaited something other than its transaction/);
    assert.equal(other.status, 'fulfilled', what);
  }
  for (let i = 0; i < 10; i++) await turn();
  const values = (await engine.arrays('select v from t order by id', [])).flat();
  assert.deepEqual(
    values.filter((value) => value !== 'nested'),
    Object.keys(waitFor).map((what) => `beside ${what}`),
  );
  await engine.close();
});

test('reads are answered between the groups of a long queue of writes', async (context) => {
  const engine = await withTable(await openSqlite({ file: join(temporaryDirectory(context), 'a.db') }));
  const writes = Array.from({ length: 5_000 }, (_, i) => insert(engine, `${i}`));
  const seen = new Set<number>();
  let isDone = false;
  const all = Promise.all(writes).then(() => {
    isDone = true;
  });
  while (!isDone) {
    seen.add(Number((await engine.arrays('select count(*) from t', []))[0]?.[0]));
    await turn();
  }
  await all;
  assert.ok(seen.size > 5, `counts seen: ${[...seen].join()}`);
  await engine.close();
});

test('a full database refuses what does not fit and takes writes again when there is room', async (context) => {
  const engine = await withTable(await openSqlite({ file: join(temporaryDirectory(context), 'a.db') }));
  await engine.write((tx) => tx.rows('pragma max_page_count = 20', []));
  const outcomes = await Promise.allSettled([
    insert(engine, 'small'),
    insert(engine, 'x'.repeat(200_000)),
    insert(engine, 'small too'),
  ]);
  const kept = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
  assert.equal(outcomes[1]?.status, 'rejected');
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'store_unavailable');
  assert.deepEqual(await engine.arrays('select count(*) from t', []), [[kept]]);
  await engine.write((tx) => tx.rows('pragma max_page_count = 1000000', []));
  await insert(engine, 'x'.repeat(200_000));
  assert.equal(engine.health().isHealthy, true);
  await engine.close();
});

test('while another program holds the write lock, writes wait and reads are answered', async (context) => {
  const file = join(temporaryDirectory(context), 'a.db');
  const engine = await withTable(await openSqlite({ file }));
  const shell = new Database(file);
  shell.exec("begin immediate; insert into t (v) values ('by hand')");
  let isWritten = false;
  const write = insert(engine, 'by the server').then(() => {
    isWritten = true;
  });
  for (let i = 0; i < 50; i++) await turn();
  assert.equal(isWritten, false);
  assert.deepEqual(await engine.arrays('select count(*) from t', []), [[0]]);
  shell.exec('commit');
  shell.close();
  await write;
  assert.deepEqual(await engine.arrays('select v from t order by id', []), [['by hand'], ['by the server']]);
  await engine.close();
});

test('the reader cannot write', async (context) => {
  const engine = await withTable(await openSqlite({ file: join(temporaryDirectory(context), 'a.db') }));
  await assert.rejects(engine.rows("insert into t (v) values ('x') returning id", []));
  assert.deepEqual(await engine.arrays('select count(*) from t', []), [[0]]);
  await engine.close();
});

test('missing directories are made, and only the owner can read what is in them', {
  skip: skipUnless(process.platform !== 'win32', 'Windows has no file modes', 'run on Linux or macOS'),
}, async (context) => {
  const directory = join(temporaryDirectory(context), 'x', 'y');
  const file = join(directory, 'a.db');
  const engine = await withTable(await openSqlite({ file }));
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  for (const suffix of ['', '-wal', '-shm', '.lock', '.lock.pid']) {
    assert.equal(statSync(file + suffix).mode & 0o777, 0o600, suffix);
  }
  await engine.close();
});

test('a file that is no database is refused by name and left alone', async (context) => {
  const file = join(temporaryDirectory(context), 'letter.txt');
  writeFileSync(file, 'Dear Sir or Madam, '.repeat(500));
  await assert.rejects(openSqlite({ file }), /letter\.txt is not an SQLite database/);
  assert.match(readFileSync(file, 'utf8'), /^Dear Sir/);
});

test('a second server on the same file is refused with the file and the process that holds it', async (context) => {
  const directory = temporaryDirectory(context);
  const file = join(directory, 'a.db');
  const engine = await withTable(await openSqlite({ file }));
  const refusal = (pid: unknown) => (error: Error & { code?: string }) => {
    assert.equal(error.code, 'DATABASE_IN_USE');
    assert.ok(error.message.includes(file) && error.message.includes(`process ${pid}`), error.message);
    return true;
  };
  await assert.rejects(openSqlite({ file }), refusal(process.pid));
  symlinkSync(file, join(directory, 'alias.db'));
  await assert.rejects(openSqlite({ file: join(directory, 'alias.db') }), refusal(process.pid));
  await insert(engine, 'still works');
  await engine.close();

  const other = startChild(file);
  await once(other.stdout ?? other, 'data');
  await assert.rejects(openSqlite({ file }), refusal(other.pid));
  // However the holder ends, the lock ends with it.
  other.kill('SIGKILL');
  await once(other, 'exit');
  const next = await openSqlite({ file });
  assert.deepEqual(await next.arrays('select v from t where id = 1', []), [['still works']]);
  await next.close();
});

test('closing leaves one file that holds everything, and the lock free', async (context) => {
  const file = join(temporaryDirectory(context), 'a.db');
  const engine = await withTable(await openSqlite({ file }));
  await insert(engine, 'kept');
  await engine.close();
  assert.throws(() => statSync(`${file}-wal`), { code: 'ENOENT' });
  const again = await openSqlite({ file });
  assert.deepEqual(await again.arrays('select v from t', []), [['kept']]);
  await again.close();
});

test('checkpoints keep the log short while writes and reads go on', async (context) => {
  const file = join(temporaryDirectory(context), 'a.db');
  const errors: Error[] = [];
  const onCheckpointError = (error: Error): void => void errors.push(error);
  const mib = 1024 * 1024;
  const checkpoint = { growthBytes: mib / 4, holdBytes: mib, intervalMs: 1_000_000 };
  const engine = await withTable(await openSqlite({ file, checkpoint, onCheckpointError }));
  const inode = statSync(`${file}-wal`).ino;
  const value = 'x'.repeat(2_000);
  let written = 0;
  let longest = 0;
  const client = async (): Promise<void> => {
    while (written < 20_000) {
      written += 1;
      const id = await insert(engine, value);
      assert.deepEqual(await engine.arrays('select length(v) from t where id = ?', [id]), [[value.length]]);
      if (id % 100 === 0) longest = Math.max(longest, statSync(`${file}-wal`).size);
    }
  };
  await Promise.all(Array.from({ length: 64 }, client));
  // 20,000 rows of half a page each need more than 40 MiB of log if it never begins anew.
  assert.ok(longest < 20 * mib, `the log grew to ${longest} bytes`);
  assert.ok(statSync(file).size > 30 * mib, 'the rows are in the database file');
  assert.equal(statSync(`${file}-wal`).ino, inode, 'the log is still the file that is synced');
  assert.deepEqual(errors, []);
  assert.deepEqual(await engine.arrays('pragma integrity_check', []), [['ok']]);
  await engine.close();
});

test('an idle database gets its checkpoint by time', async (context) => {
  const file = join(temporaryDirectory(context), 'a.db');
  const engine = await withTable(await openSqlite({ file, checkpoint: { intervalMs: 20 } }));
  await insert(engine, 'x'.repeat(100_000));
  // Ends only when the row has reached the database file.
  while (statSync(file).size < 100_000) await new Promise((resolve) => setTimeout(resolve, 10));
  await engine.close();
});

function startChild(file: string): ChildProcess {
  return spawn(process.execPath, [child, file], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('while reads keep coming, the next group of writes waits its while; without them it begins at once', async (context) => {
  let at = 0;
  const clock = { now: () => Date.now(), monotonic: () => at };
  const engine = await withTable(await openSqlite({ file: join(temporaryDirectory(context), 'a.db'), clock }));
  /** A group that takes a millisecond, and one after it. */
  const twoGroups = async () => {
    await engine.write(async (tx) => {
      await tx.insert('insert into t (v) values (?)', ['first']);
      at += 1;
    });
    let hasBegun = false;
    const second = engine.write(async () => {
      hasBegun = true;
    });
    return { hasBegun: () => hasBegun, second };
  };

  const beside = await twoGroups();
  for (let turns = 0; turns < 20; turns += 1) {
    await engine.arrays('select count(*) from t', []);
    await turn();
    at += 0.1;
  }
  assert.equal(beside.hasBegun(), false);
  at += 10;
  await beside.second;

  const alone = await twoGroups();
  at += 1;
  await alone.second;
  await engine.close();
});
