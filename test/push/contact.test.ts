import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig } from '../../src/config.ts';
import { until } from '../webhooks/receiver.ts';
import { openPushApp } from './push-app.ts';

const subjectOf = (authorization = '') => {
  const [, claims = ''] = /^vapid t=[^.]+\.([^.]+)\./.exec(authorization) ?? [];
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).sub;
};

for (const [env, subject] of [
  [{}, 'mailto:nobody@example.com'],
  [{ TESSERA_PUBLIC_URL: 'https://data.example.com' }, 'https://data.example.com'],
  [{ TESSERA_PUSH_CONTACT: 'mailto:ops@example.org' }, 'mailto:ops@example.org'],
] as const) {
  test(`push services are told ${subject} as the contact with ${JSON.stringify(env)}`, async () => {
    const push = await openPushApp({ env });
    try {
      await push.deviceOf(push.ada);
      await push.notify();
      await until(() => push.service.pushed.length === 1, 'it arrives');
      assert.equal(subjectOf(push.service.pushed[0]?.headers.authorization), subject);
    } finally {
      await push.close();
    }
  });
}

test('a contact that push services would refuse stops the start, with the name of the variable', () => {
  for (const value of [
    'ops@example.org',
    'mailto:ops',
    'mailto:ops@localhost',
    'mailto:ops@127.0.0.1',
    'mailto: <ops@example.org>',
    'https://localhost:3737',
    'http://example.org',
    'tel:+49',
  ]) {
    assert.throws(
      () => readConfig({ TESSERA_PUSH_CONTACT: value }),
      (error) => error instanceof ConfigError && error.message.startsWith('TESSERA_PUSH_CONTACT:'),
      value,
    );
  }
  assert.equal(readConfig({}).pushContact, null);
  assert.equal(
    readConfig({ TESSERA_PUSH_CONTACT: 'https://example.org/about' }).pushContact,
    'https://example.org/about',
  );
});
