import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError } from '../config.ts';
import { AppError, type ErrorCode, errorMeanings } from '../core/errors.ts';
import { CliError, exitCodeOf, exitCodes } from './exit-codes.ts';

test('every refusal of the core ends the process with 1, 3 or 4', () => {
  for (const code of Object.keys(errorMeanings) as ErrorCode[]) {
    const found = exitCodeOf(new AppError(code));
    assert.ok(found === exitCodes.failed || found === exitCodes.notFound || found === exitCodes.refused, code);
  }
  assert.equal(exitCodeOf(new AppError('table_not_found')), exitCodes.notFound);
  assert.equal(exitCodeOf(new AppError('value_invalid')), exitCodes.refused);
  assert.equal(exitCodeOf(new AppError('store_unavailable')), exitCodes.failed);
});

test('settings, a database in use and unexpected failures have codes of their own', () => {
  assert.equal(exitCodeOf(new ConfigError('PORT: must be a number')), exitCodes.usage);
  assert.equal(exitCodeOf(Object.assign(new Error('in use'), { code: 'DATABASE_IN_USE' })), exitCodes.databaseInUse);
  assert.equal(exitCodeOf(new CliError(exitCodes.notFound, 'no such file')), exitCodes.notFound);
  assert.equal(exitCodeOf(new TypeError('a fault')), exitCodes.failed);
});

test('the reference of the command line lists every exit code', () => {
  const text = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| (\d) +\|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(listed, Object.values(exitCodes).sort());
});
