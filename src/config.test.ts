import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { unknownSettings } from './config.ts';

test('every setting that is read is known as one, and what looks like one is told', () => {
  const text = readFileSync(new URL('./config.ts', import.meta.url), 'utf8');
  const read = [...text.matchAll(/\b(?:env\.|days\()'?(TESSERA_[A-Z_]+)\b/g)].map(([, name]) => name ?? '');
  assert.ok(read.length > 15);
  assert.deepEqual(unknownSettings(Object.fromEntries(read.map((name) => [name, '1']))), []);
  assert.deepEqual(unknownSettings({ TESSERA_BACKUP_EACH: '1h', HOST: 'x' }), ['TESSERA_BACKUP_EACH']);
});
