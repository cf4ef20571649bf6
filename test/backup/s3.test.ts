import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { databaseOf, openFileStorage, restoreSqlite } from '../../src/app.ts';
import { readBackupPlace } from '../../src/config.ts';
import { createBackup } from '../../src/core/backup/create-backup.ts';
import { listBackups } from '../../src/core/backup/list-backups.ts';
import { findBackup, openBackup } from '../../src/core/backup/read-backup.ts';
import { rotateBackups } from '../../src/core/backup/rotate-backups.ts';
import { credentials, region, type S3Server, startS3Server } from '../files/s3-server.ts';
import { startTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
let s3: S3Server;
let folder: string;
before(async () => {
  s3 = await startS3Server();
  app = await startTestApp();
  folder = await mkdtemp(join(tmpdir(), 'tessera-backup-s3-'));
});
after(async () => {
  await app.close();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

test('backups in a bucket are listed, restored and rotated like those in a folder', async () => {
  const url = `s3://bucket-1/some/prefix?endpoint=${encodeURIComponent(s3.endpoint)}&region=${region}`;
  const env = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
  const place = openFileStorage(readBackupPlace(url, env));
  assert.deepEqual(await listBackups(place), []);
  const source = databaseOf(app.app.config);
  const first = await createBackup(source, place);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await createBackup(source, place);
  assert.deepEqual(
    (await listBackups(place)).map(({ name }) => name),
    [first.name, second.name],
  );
  const { manifest, read } = await openBackup(place, await findBackup(place));
  const file = join(folder, 'tessera.db');
  await restoreSqlite(file, read(), manifest.facts);
  assert.equal((await stat(file)).size, manifest.database.bytes);
  assert.deepEqual(await rotateBackups(place, 1, app.core.clock.now()), [first.name]);
  assert.deepEqual([...s3.objects.keys()].sort(), [
    `/bucket-1/some/prefix/${second.name}.db.zst`,
    `/bucket-1/some/prefix/${second.name}.files.zst`,
    `/bucket-1/some/prefix/${second.name}.json`,
  ]);
});
