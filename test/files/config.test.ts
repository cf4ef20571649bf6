import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ConfigError, readConfig } from '../../src/config.ts';

const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

test('files are kept beside the database, in a folder, or in a bucket', () => {
  assert.deepEqual(readConfig({ DATABASE_URL: 'sqlite:/var/lib/x/y.db' }).files, {
    kind: 'disk',
    folder: '/var/lib/x/files',
  });
  assert.deepEqual(readConfig({ TESSERA_FILES: 'disk:./f' }).files, { kind: 'disk', folder: resolve('f') });
  const value = 's3://my-bucket/a/b/?region=eu-central-1';
  const place = { kind: 's3', bucket: 'my-bucket', accessKeyId: 'a', secretAccessKey: 'b' };
  assert.deepEqual(readConfig({ ...keys, TESSERA_FILES: value }).files, {
    ...place,
    prefix: 'a/b',
    region: 'eu-central-1',
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
  });
  assert.deepEqual(readConfig({ ...keys, TESSERA_FILES: 's3://my-bucket?endpoint=http://localhost:9000' }).files, {
    ...place,
    prefix: '',
    region: 'us-east-1',
    endpoint: 'http://localhost:9000',
  });
});

test('what cannot be used is refused with its variable', () => {
  for (const value of ['/f', 'disk:', 'ftp://x', 's3://', 's3://b?endpoint=x']) {
    assert.throws(
      () => readConfig({ ...keys, TESSERA_FILES: value }),
      (error) => error instanceof ConfigError && /^TESSERA_FILES: /.test(error.message),
      value,
    );
  }
  assert.throws(() => readConfig({ TESSERA_FILES: 's3://b' }), /^ConfigError: AWS_ACCESS_KEY_ID/);
});
