import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../harness.ts';

describe('what is no HTTP request', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  function send(bytes: string): Promise<string> {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes, 'utf8');
    return text(socket);
  }

  const cases = [
    {
      name: 'a URL with letters that are not encoded',
      sent: 'GET /files/ä.txt HTTP/1.1\r\nHost: x\r\n\r\n',
      says: /percent-encoded/,
    },
    { name: 'a line of something else', sent: 'HELO example.com\r\n\r\n', says: /no well-formed HTTP request/ },
  ];
  for (const { name, sent, says } of cases) {
    test(`${name} is answered with 400 and a sentence, and the connection ends`, async () => {
      const [head = '', body = ''] = (await send(sent)).split('\r\n\r\n');
      assert.match(head, /^HTTP\/1\.1 400 [\s\S]*Connection: close/);
      const told = JSON.parse(body) as { code: string; message: string };
      assert.deepEqual(Object.keys(told), ['code', 'message']);
      assert.match(told.message, says);
    });
  }
});
