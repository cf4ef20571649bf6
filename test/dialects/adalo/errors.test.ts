import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError, type ErrorCode, errorMeanings, valueRefused } from '../../../src/core/errors.ts';
import { renderError } from '../../../src/dialects/adalo/errors.ts';

describe("refusals in Adalo's words", () => {
  for (const code of Object.keys(errorMeanings) as ErrorCode[]) {
    test(`${code} has a status and a text`, () => {
      const { status, contentType, body } = renderError(new AppError(code, undefined, { internal: 'SECRET' }));
      assert.ok(status >= 400 && status < 600);
      assert.doesNotMatch(body, /SECRET/);
      if (contentType.startsWith('text/plain')) return assert.equal(body, 'Not Found');
      const answer = JSON.parse(body);
      assert.deepEqual(Object.keys(answer), ['error']);
      assert.ok(typeof answer.error === 'string' && answer.error !== '');
    });
  }

  test('a refused value names its property and what it must be', () => {
    const { status, body } = renderError(valueRefused('Order #', 'must be a number such as 19.9'));
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(body), {
      error: 'Invalid value for property "Order #": must be a number such as 19.9',
    });
  });

  test('a fault of the server says nothing about its cause', () => {
    const { status, body } = renderError(
      new AppError('internal_error', undefined, { internal: 'x', cause: new Error('y') }),
    );
    assert.deepEqual([status, body], [500, '{"error":"Internal server error"}']);
  });
});
