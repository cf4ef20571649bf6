import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vapidSubject } from './vapid-subject.ts';

test('push services are told the public URL where it is https, and the postmaster where it is not', () => {
  assert.equal(vapidSubject({ publicUrl: 'https://data.example.com' }), 'https://data.example.com');
  assert.equal(vapidSubject({ publicUrl: 'http://data.example.com:3737' }), 'mailto:postmaster@data.example.com');
});

test('a contact that only this machine or network knows is told to nobody: push services refuse it', () => {
  for (const host of [
    '127.0.0.1:3737',
    'localhost:3737',
    '[::1]:3737',
    '192.168.1.20',
    'tessera',
    'app.localhost',
    'nas.local',
    'db.internal',
    'box.lan',
    'box.home.arpa',
  ]) {
    for (const scheme of ['http', 'https']) {
      assert.equal(vapidSubject({ publicUrl: `${scheme}://${host}` }), 'mailto:nobody@example.com', host);
    }
  }
});

test('what the operator says counts', () => {
  const publicUrl = 'https://data.example.com';
  assert.equal(vapidSubject({ pushContact: 'mailto:ops@example.org', publicUrl }), 'mailto:ops@example.org');
});
