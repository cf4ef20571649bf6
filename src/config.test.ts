import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readRemote, unknownSettings } from './config.ts';

test('every setting that is read is known as one, and what looks like one is told', () => {
  const text = readFileSync(new URL('./config.ts', import.meta.url), 'utf8');
  const read = [...text.matchAll(/\b(?:env\.|days\()'?(TESSERA_[A-Z_]+)\b/g)].map(([, name]) => name ?? '');
  assert.ok(read.length > 15);
  assert.deepEqual(unknownSettings(Object.fromEntries(read.map((name) => [name, '1']))), []);
  assert.deepEqual(unknownSettings({ TESSERA_BACKUP_EACH: '1h', HOST: 'x' }), ['TESSERA_BACKUP_EACH']);
});

test('what cannot be the key of a server is refused without being repeated, and so is a URL with a password', () => {
  const url = 'http://127.0.0.1:3737';
  assert.deepEqual(readRemote(url, { TESSERA_API_KEY: ' tsr_a\r\n' }), { url, apiKey: 'tsr_a' });
  for (const [at, key] of [
    [url, 'tsr_secret\ntsr_other'],
    [url, 'tsr_secrät'],
    ['http://me:tsr_secret@127.0.0.1', 'tsr_key'],
  ] as const) {
    assert.throws(
      () => readRemote(at, { TESSERA_API_KEY: key }),
      (error: Error) => error.name === 'ConfigError' && !/secr|other/.test(error.message),
    );
  }
});
