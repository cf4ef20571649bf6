import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { databaseOf, openFileStorage, restoreSqlite } from '../../src/app.ts';
import { createBackup } from '../../src/core/backup/create-backup.ts';
import { listBackups } from '../../src/core/backup/list-backups.ts';
import { findBackup, openBackup } from '../../src/core/backup/read-backup.ts';
import { rotateBackups } from '../../src/core/backup/rotate-backups.ts';
import { createBackupJob } from '../../src/core/backup/schedule-backups.ts';
import type { ListedStorage } from '../../src/core/files/storage.ts';
import { createFakeClock, startTestApp, type TestApp } from '../harness.ts';

describe('a backup', () => {
  let app: TestApp;
  let folder: string;
  let place: ListedStorage;
  before(async () => {
    app = await startTestApp();
    folder = await mkdtemp(join(tmpdir(), 'tessera-backup-'));
    place = openFileStorage({ kind: 'disk', folder });
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const create = Array.from({ length: 500 }, (_, at) => ({ fields: { Name: `Record ${at}` } }));
    await app.request('POST', `/api/v1/tables/${table.id}/records/batch`, { key: app.keys.native, body: { create } });
  });
  after(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  const source = () => ({ ...databaseOf(app.app.config), snapshot: app.core.store.snapshot });
  const restored = async (name: string): Promise<string> => {
    const { manifest, read } = await openBackup(place, name);
    const file = join(folder, 'restored', `${name}.db`);
    await restoreSqlite(file, read(), manifest.facts);
    return file;
  };

  test('holds everything that was acknowledged, counted and checked, and only its owner reads it', async () => {
    const { name, manifest } = await createBackup(source(), place);
    const file = await restored(name);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, `${name}.db.zst`))).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, `${name}.json`))).mode & 0o777, 0o600);
    const [records] = Object.entries(manifest.facts.counts).filter(([table]) => table.startsWith('t_'));
    assert.equal(records?.[1], 500);
    assert.equal(manifest.facts.lastChange, 500);
    assert.equal(manifest.facts.masterKeyFingerprint, app.core.secrets.fingerprint);
  });

  test('comes back byte for byte when it is larger than the pieces in which it is compressed', async () => {
    const table = await app.makeTable([{ name: 'Text', type: 'long_text' }]);
    const create = Array.from({ length: 100 }, () => ({ fields: { Text: randomBytes(40_000).toString('base64') } }));
    for (let at = 0; at < create.length; at += 20) {
      const body = { create: create.slice(at, at + 20) };
      const path = `/api/v1/tables/${table.id}/records/batch`;
      assert.equal((await app.request('POST', path, { key: app.keys.native, body })).status, 200);
    }
    const { name, manifest } = await createBackup(source(), place);
    assert.ok(manifest.database.bytes > 5_000_000, `${manifest.database.bytes}`);
    const bytes = await readFile(await restored(name));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), manifest.database.sha256);
    assert.equal(manifest.facts.counts[table.physicalName], 100);
  });

  test('is consistent while records are written', async () => {
    const table = await app.makeTable([
      { name: 'Left', type: 'number' },
      { name: 'Right', type: 'number' },
    ]);
    const path = `/api/v1/tables/${table.id}/records/batch`;
    let isOver = false;
    let written = 0;
    const writing = (async () => {
      while (!isOver) {
        const create = Array.from({ length: 10 }, () => ({ fields: { Left: written } }));
        await app.request('POST', path, { key: app.keys.native, body: { create } });
        written += 1;
      }
    })();
    const { manifest } = await createBackup(source(), place);
    isOver = true;
    await writing;
    const count = manifest.facts.counts[table.physicalName] ?? -1;
    assert.ok(written > 0);
    assert.equal(count % 10, 0, 'no batch is in it by half');
    assert.equal(manifest.facts.lastChange, 600 + count, 'records and their log are of one moment');
  });

  test('leaves nothing beside the database and nothing half in its place', async () => {
    await createBackup(source(), place);
    assert.deepEqual(
      (await readdir(app.folder)).filter((name) => name.includes('snapshot')),
      [],
    );
    const failing: ListedStorage = {
      ...place,
      put: async (key, content) => {
        for await (const _ of content) throw new Error(`no room for ${key}`);
      },
    };
    const before = await readdir(folder);
    await assert.rejects(createBackup(source(), failing), /no room/);
    assert.deepEqual(await readdir(folder), before);
    assert.deepEqual(
      (await readdir(app.folder)).filter((name) => name.includes('snapshot')),
      [],
    );
  });

  test('does not restore when a byte of it is wrong, when it is cut, or over something else', async () => {
    const { name, manifest } = await createBackup(source(), place);
    const content = join(folder, `${name}.db.zst`);
    const whole = await readFile(content);
    const target = join(folder, 'damaged.db');
    const attempt = async () => {
      const backup = await openBackup(place, name);
      await restoreSqlite(target, backup.read(), backup.manifest.facts);
    };
    for (const damaged of [whole.subarray(0, whole.length - 10), flipped(whole, whole.length >> 1)]) {
      await writeFile(content, damaged);
      await assert.rejects(attempt(), /damaged/);
      await assert.rejects(stat(target), /ENOENT/);
    }
    await writeFile(content, whole);
    const backup = await openBackup(place, name);
    const wrong = { ...manifest.facts, counts: { ...manifest.facts.counts, users: 7 } };
    await assert.rejects(restoreSqlite(target, backup.read(), wrong), /should hold 7 rows of users/);
    await attempt();
    await assert.rejects(attempt(), /exists already/);
  });

  test('counts only with its manifest; the last one before a time is found by its name', async () => {
    const [first, ...rest] = await listBackups(place);
    assert.ok(first !== undefined && rest.length > 0);
    await writeFile(join(folder, 'tessera-20200101T000000000Z.db.zst'), 'interrupted');
    assert.equal((await listBackups(place))[0]?.name, first.name);
    assert.equal(await findBackup(place, first.at), first.name);
    assert.equal(await findBackup(place), rest.at(-1)?.name);
    await assert.rejects(findBackup(place, first.at - 1), /The first backup in this place is of/);
  });

  test('rotation keeps the newest and clears what was interrupted long ago', async () => {
    const all = await listBackups(place);
    const removed = await rotateBackups(place, 2, app.core.clock.now());
    assert.deepEqual(
      removed,
      all.slice(0, -2).map(({ name }) => name),
    );
    const left = (await readdir(folder)).filter((name) => name.startsWith('tessera-')).sort();
    assert.deepEqual(
      left,
      all.slice(-2).flatMap(({ name }) => [`${name}.db.zst`, `${name}.files.zst`, `${name}.json`]),
    );
  });

  test('is made by the server when the last one is old enough, and not again at once after a failure', async () => {
    const clock = createFakeClock();
    const own = await mkdtemp(join(tmpdir(), 'tessera-schedule-'));
    try {
      const kept = openFileStorage({ kind: 'disk', folder: own });
      let attempts = 0;
      const snapshot = () => {
        attempts += 1;
        return attempts === 2 ? Promise.reject(new Error('no room')) : app.core.store.snapshot();
      };
      const run = createBackupJob(
        { clock, snapshot },
        { place: kept, files: source().files, everyMs: 3_600_000, keep: 1 },
      );
      await run();
      await run();
      assert.equal(attempts, 1);
      clock.advance(3_600_000);
      await assert.rejects(run(), /no room/);
      await run();
      assert.equal(attempts, 2);
      clock.advance(600_001);
      await run();
      assert.equal(attempts, 3);
      assert.equal((await listBackups(kept)).length, 1);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}
