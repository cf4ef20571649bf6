import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { deleteFile } from '../../src/core/files/delete-file.ts';
import { createS3Storage } from '../../src/store/files/s3.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { filesOnDisk } from './disk-files.ts';
import { credentials, region, type S3Server, startS3Server } from './s3-server.ts';

let s3: S3Server;
let app: TestApp;
before(async () => {
  s3 = await startS3Server();
  app = await startTestApp({
    env: {
      TESSERA_FILES: `s3://bucket-1/some/prefix?endpoint=${encodeURIComponent(s3.endpoint)}&region=${region}`,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  });
});
beforeEach(() => {
  s3.failOn = null;
});
after(async () => {
  await s3.close();
  await app.close();
});

const upload = (body: Buffer) =>
  app.request('POST', `/api/v1/apps/${app.appId}/files?filename=a.bin`, { key: app.keys.native, body });

test('a small file is one signed request, and comes back whole and in parts', async () => {
  const { status, json } = await upload(Buffer.from('0123456789'));
  assert.equal(status, 201);
  const at = `/bucket-1/some/prefix/${json.id.slice(0, 2)}/${json.id.slice(2, 4)}/${json.id}`;
  assert.equal(s3.objects.get(at)?.toString(), '0123456789');
  assert.deepEqual(await filesOnDisk(app.folder), []);
  const path = `/files/${json.id}/a.bin`;
  assert.equal((await app.request('GET', path)).text, '0123456789');
  const part = await app.request('GET', path, { headers: { range: 'bytes=2-4' } });
  assert.deepEqual([part.status, part.text], [206, '234']);
  await deleteFile(app.core, systemActor, json.id);
  assert.equal(s3.objects.has(at), false);
  assert.equal((await app.request('GET', path)).status, 404);
});

test('a large file goes in parts and is the same bytes', async () => {
  const content = randomBytes(20 * 1024 * 1024 + 17);
  const { status, json } = await upload(content);
  assert.equal(status, 201);
  const digest = createHash('sha256').update(content).digest('hex');
  assert.equal(json.sha256, digest);
  const response = await fetch(`${app.url}/files/${json.id}/a.bin`);
  assert.equal(
    createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex'),
    digest,
  );
  const parts = s3.requests.filter((one) => one.includes('partNumber=')).map((one) => Number(one.split(' ').at(-1)));
  assert.deepEqual(parts, [8 * 1024 * 1024, 8 * 1024 * 1024, 4 * 1024 * 1024 + 17]);
  assert.equal(s3.openUploads.size, 0);
});

for (const [what, failOn] of [
  ['the first request', /^PUT \/[^?]*$/],
  ['a part', /partNumber=2/],
  ['the end', /^POST .*uploadId=/],
] as const) {
  test(`when ${what} fails the upload is refused for now and nothing stays`, async () => {
    const before = [...s3.objects.keys()];
    s3.failOn = failOn;
    const { status, json } = await upload(Buffer.alloc(what === 'the first request' ? 10 : 10 * 1024 * 1024));
    assert.deepEqual([status, json.code], [503, 'store_unavailable']);
    assert.deepEqual([...s3.objects.keys()], before);
    assert.equal(s3.openUploads.size, 0);
    assert.equal(await app.core.store.count('files', { state: 'uploading' }), 0);
  });
}

test('nothing there is null, and removing it is no error', async () => {
  const storage = createS3Storage({ bucket: 'b', prefix: '', endpoint: s3.endpoint, region, ...credentials });
  assert.equal(await storage.get('aa/bb/none'), null);
  await storage.remove('aa/bb/none');
  await storage.put('aa/bb/empty', (async function* () {})());
  const empty = await storage.get('aa/bb/empty');
  assert.ok(empty);
  assert.equal((await buffer(empty)).length, 0);
});

test('a wrong secret is refused by the service and never told to the client', async () => {
  const wrong = { ...credentials, secretAccessKey: 'wrong secret' };
  const storage = createS3Storage({ bucket: 'b', prefix: '', endpoint: s3.endpoint, region, ...wrong });
  await assert.rejects(
    storage.put(
      'aa/bb/x',
      (async function* () {
        yield Buffer.from('x');
      })(),
    ),
    (error: Error) => error.message.includes('403') && !error.message.includes('wrong secret'),
  );
});
