import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { databaseOf, openFileStorage, readFileRows, restoreSqlite } from '../../src/app.ts';
import { readBackupPlace } from '../../src/config.ts';
import { contentOfFile } from '../../src/core/backup/backup-files.ts';
import { createBackup } from '../../src/core/backup/create-backup.ts';
import { openBackup } from '../../src/core/backup/read-backup.ts';
import { restoreFiles } from '../../src/core/backup/restore-files.ts';
import { rotateBackups } from '../../src/core/backup/rotate-backups.ts';
import { type ListedStorage, storageKey } from '../../src/core/files/storage.ts';
import { credentials, region, startS3Server } from '../files/s3-server.ts';
import { startTestApp, type TestApp } from '../harness.ts';

const day = 24 * 3600 * 1000;

describe('files in a backup', () => {
  let app: TestApp;
  let folder: string;
  before(async () => {
    app = await startTestApp();
    folder = await mkdtemp(join(tmpdir(), 'tessera-backup-files-'));
  });
  after(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  const upload = async (text: string): Promise<{ id: string; sha256: string }> => {
    const path = `/api/v1/apps/${app.appId}/files?filename=a.txt`;
    const {
      status,
      json,
      text: said,
    } = await app.request('POST', path, { key: app.keys.native, body: Buffer.from(text) });
    assert.equal(status, 201, said);
    const row = await app.core.store.find('files', { id: json.id });
    return { id: json.id, sha256: row?.sha256 ?? '' };
  };
  const source = () => databaseOf(app.app.config);
  const makePlace = async (name: string) => {
    const path = join(folder, name);
    const puts: string[] = [];
    const storage = openFileStorage({ kind: 'disk', folder: path });
    const place: ListedStorage = {
      ...storage,
      put(key, content) {
        puts.push(key);
        return storage.put(key, content);
      },
    };
    return { path, place, puts };
  };
  const listed = async (place: ListedStorage, name: string) => {
    const ids: string[] = [];
    for await (const { id } of (await openBackup(place, name)).files()) ids.push(id);
    return ids;
  };

  test('come back with their checksums, in an empty place, also when the restore was interrupted', async () => {
    const { place } = await makePlace('whole');
    const files = [await upload('one'), await upload('two'), await upload('x'.repeat(300_000))];
    const { name, manifest } = await createBackup(source(), place);
    assert.ok(manifest.files.kept === 'here');
    assert.equal(manifest.files.count, 3);
    assert.equal(manifest.files.bytes, 300_006);
    assert.equal(manifest.files.missing, 0);
    const target = openFileStorage({ kind: 'disk', folder: join(folder, 'target') });
    const interrupted: ListedStorage = {
      ...target,
      put: (key, content) =>
        key.endsWith(files[2]?.id ?? '') ? Promise.reject(new Error('no room')) : target.put(key, content),
    };
    const backup = await openBackup(place, name);
    await assert.rejects(restoreFiles(place, backup.files(), interrupted), /no room/);
    const restored = await restoreFiles(place, backup.files(), target);
    assert.equal(restored.count, 3);
    for (const { id } of files) {
      const [was, is] = [join(app.folder, 'files', storageKey(id)), join(folder, 'target', storageKey(id))];
      assert.deepEqual(await readFile(is), await readFile(was));
    }
    const again = await restoreFiles(place, backup.files(), target);
    assert.deepEqual(again, { count: 3, bytes: 300_006, present: 3 });
  });

  test('are copied once: a file that an earlier backup brought, or one of the same content, is not copied again', async () => {
    const { place, puts } = await makePlace('once');
    const first = await upload('the same');
    await createBackup(source(), place);
    const before = puts.filter((key) => key.startsWith('files/')).length;
    const second = await upload('the same');
    const third = await upload('another');
    assert.equal(first.sha256, second.sha256);
    const { name } = await createBackup(source(), place);
    assert.deepEqual(puts.filter((key) => key.startsWith('files/')).slice(before), [contentOfFile(third.sha256)]);
    const ids = await listed(place, name);
    for (const { id } of [first, second, third]) assert.ok(ids.includes(id));
  });

  test('go with the last backup that has them, and not before', async () => {
    const { place, path } = await makePlace('rotated');
    const stays = await upload('stays');
    const goes = await upload('goes');
    const first = await createBackup(source(), place);
    const erased = await app.request('DELETE', `/api/v1/files/${goes.id}`, { key: app.keys.native });
    assert.equal(erased.status, 204);
    const second = await createBackup(source(), place);
    assert.ok((await listed(place, first.name)).includes(goes.id));
    assert.ok(!(await listed(place, second.name)).includes(goes.id));
    const now = Date.now();
    await rotateBackups(place, 2, now);
    assert.notEqual(await place.size(contentOfFile(goes.sha256)), null);
    assert.deepEqual(await rotateBackups(place, 1, now), [first.name]);
    assert.equal(await place.size(contentOfFile(goes.sha256)), null);
    assert.notEqual(await place.size(contentOfFile(stays.sha256)), null);
    assert.deepEqual(
      (await readdir(path)).filter((name) => name.startsWith(first.name)),
      [],
    );
  });

  test('that an interrupted backup brought are used by the next one, or go after a day', async () => {
    const { place } = await makePlace('interrupted');
    const file = await upload('brought in vain');
    const failing = { ...source(), snapshot: () => Promise.reject(new Error('no room')) };
    await assert.rejects(createBackup(failing, place), /no room/);
    const other = await createBackup({ ...source(), files: { kept: 'elsewhere', place: 'a bucket' } }, place);
    await rotateBackups(place, 5, Date.now());
    assert.notEqual(await place.size(contentOfFile(file.sha256)), null);
    await rotateBackups(place, 5, Date.now() + 2 * day);
    assert.equal(await place.size(contentOfFile(file.sha256)), null);
    assert.ok((await openBackup(place, other.name)).manifest);
  });

  test('are those that the database in it knows, also when uploads come meanwhile', async () => {
    const { place } = await makePlace('meanwhile');
    await upload('before');
    let isOver = false;
    let uploaded = 0;
    const uploading = (async () => {
      for (; !isOver; uploaded += 1) await upload(`meanwhile ${uploaded}`);
    })();
    while (uploaded < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    let made: Awaited<ReturnType<typeof createBackup>>;
    let before: number;
    do {
      before = uploaded;
      made = await createBackup(source(), place);
    } while (uploaded === before);
    const { name, manifest } = made;
    isOver = true;
    await uploading;
    const database = join(folder, 'meanwhile.db');
    const { read } = await openBackup(place, name);
    await restoreSqlite(database, read(), manifest.facts);
    const known: string[] = [];
    for await (const piece of readFileRows(database)) known.push(...piece.map(({ id }) => id));
    assert.deepEqual((await listed(place, name)).sort(), known.sort());
  });

  test('that are lost or damaged are told, and the rest is backed up', async () => {
    const { place } = await makePlace('lost');
    const lost = await upload('will be lost');
    const damaged = await upload('will be damaged');
    const whole = await upload('will be whole');
    await rm(join(app.folder, 'files', storageKey(lost.id)));
    await writeFile(join(app.folder, 'files', storageKey(damaged.id)), 'was be damaged!');
    const { name, manifest } = await createBackup(source(), place);
    assert.ok(manifest.files.kept === 'here');
    assert.deepEqual(
      [manifest.files.missing, [...manifest.files.missingIds].sort()],
      [2, [lost.id, damaged.id].sort()],
    );
    assert.ok((await listed(place, name)).includes(whole.id));
  });

  test('are not restored when the backup is damaged, and the file is named', async () => {
    const { place, path } = await makePlace('damaged');
    const file = await upload('to be checked');
    const { name } = await createBackup(source(), place);
    const key = contentOfFile(file.sha256);
    const attempt = async (to: string) => {
      const backup = await openBackup(place, name);
      await restoreFiles(place, backup.files(), openFileStorage({ kind: 'disk', folder: join(folder, to) }));
    };
    await writeFile(join(path, key), 'to be CHECKED');
    await assert.rejects(attempt('d1'), new RegExp(`${file.sha256}: is damaged`));
    await rm(join(path, key));
    await assert.rejects(attempt('d2'), new RegExp(`${file.sha256}: is missing`));
    await place.put(key, chunks('to be checked'));
    await attempt('d3');
    const list = join(path, `${name}.files.zst`);
    const bytes = await readFile(list);
    await writeFile(list, bytes.subarray(0, bytes.length - 3));
    await assert.rejects(attempt('d4'), /files\.zst: is damaged/);
  });

  test('left out by choice are counted, and the manifest says where they are', async () => {
    const { place, puts } = await makePlace('elsewhere');
    const { manifest } = await createBackup(
      { ...source(), files: { kept: 'elsewhere', place: 's3://files/a' } },
      place,
    );
    assert.ok(manifest.files.kept === 'elsewhere');
    assert.equal(manifest.files.place, 's3://files/a');
    assert.equal(manifest.files.count, await app.core.store.count('files', { state: 'stored' }));
    assert.ok(puts.every((key) => !key.includes('files')));
  });

  test('go to a bucket and come back from it', async (t) => {
    const s3 = await startS3Server();
    t.after(() => s3.close());
    const env = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
    const url = `s3://bucket-1/b?endpoint=${encodeURIComponent(s3.endpoint)}&region=${region}`;
    const place = openFileStorage(readBackupPlace(url, env));
    const file = await upload('far away');
    const { name } = await createBackup(source(), place);
    const stored = s3.requests.length;
    await createBackup(source(), place);
    assert.ok(!s3.requests.slice(stored).some((line) => line.startsWith(`PUT /bucket-1/b/files/`)));
    const target = openFileStorage({ kind: 'disk', folder: join(folder, 'from-bucket') });
    await restoreFiles(place, (await openBackup(place, name)).files(), target);
    assert.equal(await readFile(join(folder, 'from-bucket', storageKey(file.id)), 'utf8'), 'far away');
  });
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
