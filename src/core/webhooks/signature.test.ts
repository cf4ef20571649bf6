import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newWebhookSecret, secretKey, standardHeaders } from './signature.ts';

test('signs as the example of the Standard Webhooks libraries does', () => {
  const headers = standardHeaders(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_000,
    '{"test": 2432232314}',
  );
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('a new secret holds 32 random bytes', () => {
  const secret = newWebhookSecret();
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(secretKey(secret).length, 32);
  assert.notEqual(newWebhookSecret(), secret);
});

test('without a secret there is an id and a time, and no signature', () => {
  assert.deepEqual(Object.keys(standardHeaders(null, 'a', 0, '')), ['webhook-id', 'webhook-timestamp']);
});
