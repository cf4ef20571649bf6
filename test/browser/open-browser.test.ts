import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { openBrowser } from './open-browser.ts';

const browser = await openBrowser();
const server = createServer((_request, reply) => {
  reply.setHeader('Content-Type', 'text/html');
  reply.end('<!doctype html><title>Here</title><script>console.error("out of order")</script>');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

test('a page of this machine opens, and what goes wrong in it is told', { skip: browser.skip }, async () => {
  const { page, complaints } = await browser.openPage();
  await page.goto(url);
  assert.equal(await page.title(), 'Here');
  assert.deepEqual(complaints, ['out of order']);
});

test('the browser reaches no other machine', { skip: browser.skip }, async () => {
  const { page, complaints } = await browser.openPage();
  await assert.rejects(page.goto('http://example.com/'), /ERR_NAME_NOT_RESOLVED/);
  assert.equal(complaints.length, 1);
});
