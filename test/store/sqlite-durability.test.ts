import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, fdatasync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../../src/store/engine.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A sync that ends when the test says so. */
function heldSync() {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    sync: () => new Promise<void>((resolve, reject) => waiting.push({ resolve, reject })),
    running: () => waiting.length,
    finish: () => waiting.shift()?.resolve(),
    break: (error: Error) => waiting.shift()?.reject(error),
  };
}

async function turnsUntil(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !isTrue(); i++) await turn();
  assert.ok(isTrue());
}

/** Opens with a table `t` already on the disk. */
async function openWithTable(file: string, options: Partial<Parameters<typeof openSqlite>[0]> = {}): Promise<Engine> {
  const first = await openSqlite({ file });
  await first.write((tx) => tx.run('create table if not exists t (id integer primary key autoincrement, v text)', []));
  await first.close();
  return openSqlite({ file, ...options });
}

const insert = (engine: Engine, value: string): Promise<number> =>
  engine.write((tx) => tx.insert('insert into t (v) values (?)', [value]));

async function idsIn(engine: Engine): Promise<Set<number>> {
  return new Set((await engine.arrays('select id from t', [])).map(([id]) => Number(id)));
}

test('no write resolves or rejects before the sync that covers it has ended', async (context) => {
  const held = heldSync();
  const engine = await openWithTable(join(temporaryDirectory(context), 'a.db'), { sync: held.sync });
  const settled: string[] = [];
  const watch = (name: string, promise: Promise<unknown>) =>
    promise.then(
      () => settled.push(name),
      () => settled.push(`${name} rejected`),
    );
  const first = watch('first', insert(engine, 'a'));
  await turnsUntil(() => held.running() === 1);
  // Committed while the first sync runs: these wait for the next one, also the one that fails and the one that only reads.
  const second = watch('second', insert(engine, 'b'));
  const failing = watch(
    'failing',
    engine.write(async (tx) => {
      await tx.arrays('select * from t', []);
      throw new Error('saw b');
    }),
  );
  await turn();
  await turn();
  const reading = watch(
    'reading',
    engine.write((tx) => tx.arrays('select * from t', [])),
  );
  for (let i = 0; i < 20; i++) await turn();
  assert.deepEqual(settled, []);
  assert.equal(held.running(), 1, 'one sync at a time');
  assert.deepEqual(await engine.arrays('select v from t', []), [['a'], ['b']], 'readers wait for no disk');

  held.finish();
  await first;
  for (let i = 0; i < 20; i++) await turn();
  assert.deepEqual(settled, ['first']);
  assert.equal(held.running(), 1);
  held.finish();
  await Promise.all([second, failing, reading]);
  assert.deepEqual(settled, ['first', 'second', 'failing rejected', 'reading']);
  await engine.close();
});

test('a work that only reads needs no sync when everything is on the disk', async (context) => {
  const held = heldSync();
  const engine = await openWithTable(join(temporaryDirectory(context), 'a.db'), { sync: held.sync });
  assert.deepEqual(await engine.write((tx) => tx.arrays('select count(*) from t', [])), [[0]]);
  assert.equal(held.running(), 0);
  await engine.close();
});

test('closing waits for the sync', async (context) => {
  const held = heldSync();
  const engine = await openWithTable(join(temporaryDirectory(context), 'a.db'), { sync: held.sync });
  let isClosed = false;
  const write = insert(engine, 'a');
  const closing = engine.close().then(() => {
    isClosed = true;
  });
  await turnsUntil(() => held.running() === 1);
  for (let i = 0; i < 20; i++) await turn();
  assert.equal(isClosed, false);
  held.finish();
  await write;
  await closing;
});

test('a failed sync is the end: the waiting and the later are refused, health says why, the process is told once', async (context) => {
  const held = heldSync();
  const fatal: Error[] = [];
  const engine = await openWithTable(join(temporaryDirectory(context), 'a.db'), {
    sync: held.sync,
    onFatal: (error) => fatal.push(error),
  });
  const waiting = [insert(engine, 'a')];
  await turnsUntil(() => held.running() === 1);
  waiting.push(insert(engine, 'committed meanwhile'));
  await turn();
  await turn();
  waiting.push(insert(engine, 'queued'));
  const error = new Error('EIO: i/o error, fdatasync');
  held.break(error);
  for (const outcome of await Promise.allSettled(waiting)) {
    assert.equal(outcome.status, 'rejected');
    assert.equal(outcome.reason.code, 'store_unavailable');
    assert.doesNotMatch(outcome.reason.message, /EIO|fdatasync/, 'the public text names no internals');
  }
  await assert.rejects(insert(engine, 'later'), { code: 'store_unavailable' });
  assert.deepEqual(fatal, [error]);
  const health = engine.health();
  assert.equal(health.isHealthy, false);
  assert.match(health.reason ?? '', /fdatasync/);
  await engine.close();
  assert.deepEqual(fatal, [error]);
});

test('every acknowledged row is there after a kill -9, whatever checkpoints were doing', async (context) => {
  const child = fileURLToPath(new URL('./sqlite-child.ts', import.meta.url));
  for (const mode of ['small-log', 'small-log', 'large-log']) {
    const file = join(temporaryDirectory(context), 'a.db');
    const server = spawn(process.execPath, [child, file, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.length > 30_000) server.kill('SIGKILL');
    });
    await once(server, 'close');
    const acknowledged = text.slice(0, text.lastIndexOf('\n')).split('\n').map(Number);
    assert.ok(acknowledged.length > 1_000);
    const engine = await openSqlite({ file });
    const ids = await idsIn(engine);
    assert.deepEqual(
      acknowledged.filter((id) => !ids.has(id)),
      [],
    );
    assert.deepEqual(await engine.arrays('pragma integrity_check', []), [['ok']]);
    await engine.close();
  }
});

test('every acknowledged row is there after a power cut that tears all that was not synced', async (context) => {
  const directory = temporaryDirectory(context);
  const file = join(directory, 'a.db');
  let durableBytes = 0;
  const acknowledged = new Set<number>();
  const engine = await openWithTable(file, {
    // Without checkpoints the log only grows: what was in it when a sync began is what the disk is sure to hold.
    checkpoint: { growthBytes: Number.POSITIVE_INFINITY, intervalMs: 1_000_000 },
    sync: (fd) => {
      const { size } = fstatSync(fd);
      return new Promise((resolve, reject) => {
        fdatasync(fd, (error) => {
          if (error !== null) return reject(error);
          durableBytes = size;
          resolve();
        });
      });
    },
  });
  let isDone = false;
  const client = async (): Promise<void> => {
    while (!isDone) {
      const id = await insert(engine, 'x'.repeat(500));
      acknowledged.add(id);
      // Out of step with the others, so that some always commit while a sync runs.
      for (let i = id % 7; i > 0; i--) await turn();
    }
  };
  const clients = Promise.all(Array.from({ length: 64 }, client));
  const cuts: { copy: string; expected: Set<number> }[] = [];
  for (let cut = 0; cut < 6; cut++) {
    const enough = acknowledged.size + 300;
    while (acknowledged.size < enough) await turn();
    const copy = join(directory, `cut-${cut}`, 'a.db');
    mkdirSync(join(copy, '..'));
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    tear(`${copy}-wal`, durableBytes, cut);
    cuts.push({ copy, expected: new Set(acknowledged) });
  }
  isDone = true;
  await clients;
  await engine.close();

  for (const { copy, expected } of cuts) {
    const restored = await openSqlite({ file: copy });
    const ids = await idsIn(restored);
    assert.deepEqual(
      [...expected].filter((id) => !ids.has(id)),
      [],
    );
    assert.deepEqual(await restored.arrays('pragma integrity_check', []), [['ok']]);
    assert.ok((await insert(restored, 'goes on')) > Math.max(...expected));
    await restored.close();
  }
});

/** What a disk may leave of the unsynced end of a file: nothing, zeros, noise, or its later pages without the earlier. */
function tear(file: string, durableBytes: number, kind: number): void {
  const fd = openSync(file, 'r+');
  const torn = Math.max(fstatSync(fd).size - durableBytes, 10_000);
  if (kind % 3 === 0) ftruncateSync(fd, durableBytes);
  if (kind % 3 === 1) writeSync(fd, Buffer.alloc(torn, 0xa5), 0, torn, durableBytes);
  if (kind % 3 === 2) writeSync(fd, Buffer.alloc(torn >> 1), 0, torn >> 1, durableBytes);
  closeSync(fd);
}
