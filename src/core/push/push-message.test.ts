import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeMessage, messageBytesMax } from './push-message.ts';

test('a message that fits is sent as it is', () => {
  const message = { id: 'a', title: 'Order ready', body: 'Desk 4 "left"', url: '/orders/7' };
  assert.deepEqual(JSON.parse(encodeMessage(message)), message);
});

test('any texts of up to 4,096 characters fit, and what is cut ends in an ellipsis', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4096, size: 'max' });
  fc.assert(
    fc.property(text, text, (title, body) => {
      const encoded = encodeMessage({ id: 'a'.repeat(16), title, body, url: null });
      assert.ok(Buffer.byteLength(encoded) <= messageBytesMax);
      const sent = JSON.parse(encoded);
      for (const [whole, part] of [
        [title, sent.title],
        [body, sent.body],
      ]) {
        assert.ok(part === whole || (part.endsWith('…') && whole.startsWith(part.slice(0, -1))));
      }
    }),
    { numRuns: 50 },
  );
});

test('a long body leaves the title whole, a long title leaves room for the body', () => {
  const long = JSON.parse(encodeMessage({ id: 'a', title: 'Short', body: 'x'.repeat(5000), url: null }));
  assert.equal(long.title, 'Short');
  assert.ok(long.body.length > 3000);
  const both = JSON.parse(encodeMessage({ id: 'a', title: 'é'.repeat(4096), body: 'ü'.repeat(4096), url: null }));
  assert.ok(both.title.length > 900 && both.body.length > 900);
});
