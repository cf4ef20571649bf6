import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { test } from 'node:test';
import { AppError, type ErrorCode, errorMeanings } from '../../core/errors.ts';
import { renderError } from './errors.ts';

test('every refusal of the core is JSON of three fields, with texts, the phrase of its status and nothing internal', () => {
  for (const code of Object.keys(errorMeanings) as ErrorCode[]) {
    const issues = [{ field: 'create[2].Qty', code, message: 'must be a number' }];
    for (const error of [new AppError(code), new AppError(code, 'Public.', { internal: 'INTERNAL', issues })]) {
      const { status, contentType, body } = renderError(error);
      assert.match(contentType, /^application\/json/);
      assert.ok(!body.includes('INTERNAL'));
      const answer = JSON.parse(body);
      assert.deepEqual(Object.keys(answer).sort(), ['error', 'message', 'statusCode'], code);
      assert.equal(answer.statusCode, status);
      assert.equal(answer.error, STATUS_CODES[status]);
      assert.ok(typeof answer.message === 'string' && answer.message !== '');
      assert.ok(status >= 400 && status < 600);
    }
  }
});

test('the statuses are those of wire/retable.md §2.4', () => {
  const expected: Partial<Record<ErrorCode, number>> = {
    credential_missing: 401,
    credential_unknown: 401,
    key_disabled: 423,
    rate_limited: 429,
    role_insufficient: 403,
    scope_missing: 403,
    plan_limit_reached: 403,
    plan_excludes: 403,
    table_not_found: 404,
    app_not_found: 404,
    workspace_not_found: 404,
    value_invalid: 400,
    value_not_unique: 400,
    body_invalid_json: 400,
    parameter_invalid: 400,
    body_too_large: 413,
  };
  for (const [code, status] of Object.entries(expected))
    assert.equal(renderError(new AppError(code as ErrorCode)).status, status, code);
});

test('problems are told in the words of the request', () => {
  const told = (field: string) => {
    const issues = [{ field, code: 'value_invalid' as const, message: 'is wrong' }];
    return JSON.parse(renderError(new AppError('batch_failed', undefined, { issues })).body).message;
  };
  assert.equal(told('create[3].Unit. price'), 'data[3], column "Unit. price": is wrong');
  assert.equal(told('update[0].A'), 'rows[0], column "A": is wrong');
  assert.equal(told('create[1]'), 'data[1]: is wrong');
  assert.equal(told('fields[2].name'), 'columns[2].title: is wrong');
  assert.equal(told('limit'), 'limit: is wrong');
});
