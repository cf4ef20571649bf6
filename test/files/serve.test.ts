import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { createFakeClock, startTestApp, type TestApp } from '../harness.ts';
import { filesOnDisk } from './disk-files.ts';
import { pdf, png, svg } from './pictures.ts';

const clock = createFakeClock();
let app: TestApp;
before(async () => {
  app = await startTestApp({ clock });
});
after(() => app.close());

async function upload(body: Buffer | string, filename: string, isPrivate = false) {
  const query = `?filename=${encodeURIComponent(filename)}&private=${isPrivate}`;
  const answer = await app.request('POST', `/api/v1/apps/${app.appId}/files${query}`, {
    key: app.keys.native,
    body: Buffer.from(body),
  });
  assert.equal(answer.status, 201, answer.text);
  return { ...answer.json, path: pathOf(answer.json.url) };
}

const pathOf = (url: string) => url.slice('http://tessera.test'.length);
const get = (path: string, headers: Record<string, string> = {}) => app.request('GET', path, { headers });

describe('a public file', () => {
  test('is answered to everybody, whole, with what browsers need to keep it and not to run it', async () => {
    const content = png(4, 4, 50_000);
    const file = await upload(content, 'a b.png');
    const { status, headers } = await get(file.path);
    assert.equal(status, 200);
    const bytes = Buffer.from(await (await fetch(app.url + file.path)).arrayBuffer());
    assert.deepEqual(bytes, content);
    assert.equal(headers['content-type'], 'image/png');
    assert.equal(headers['content-length'], String(content.length));
    assert.equal(headers['content-disposition'], `inline; filename="a b.png"; filename*=UTF-8''a%20b.png`);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/);
    assert.equal(headers['cache-control'], 'public, max-age=86400');
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['set-cookie'], undefined);
  });

  test('has the same head without a body under HEAD, and under its id alone', async () => {
    const file = await upload('hello', 'a.txt');
    const whole = await get(file.path);
    const head = await app.request('HEAD', file.path);
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    const without = ({ date: _, connection: __, 'keep-alive': ___, ...rest }: typeof head.headers) => rest;
    assert.deepEqual(without(head.headers), without(whole.headers));
    assert.equal((await get(`/files/${file.id}`)).text, 'hello');
    assert.equal((await get(`/files/${file.id}/any/other%2Fname`)).text, 'hello');
  });

  for (const [name, content, disposition] of [
    ['a.html', '<!doctype html><script>1</script>', 'attachment'],
    ['a.svg', svg, 'attachment'],
    ['a.xml', '<?xml version="1.0"?><a/>', 'attachment'],
    ['a.js', 'alert(1)', 'attachment'],
    ['a.json', '{}', 'attachment'],
    ['a.bin', Buffer.from([0, 1, 2]), 'attachment'],
    ['a.txt', 'plain', 'inline'],
    ['a.pdf', pdf, 'inline'],
    ['a.png', png(1, 1), 'inline'],
  ] as const) {
    test(`${name} is ${disposition === 'inline' ? 'shown' : 'downloaded, never run'}`, async () => {
      const file = await upload(content, name);
      const { headers } = await get(file.path);
      assert.match(String(headers['content-disposition']), new RegExp(`^${disposition};`));
      assert.equal(headers['x-content-type-options'], 'nosniff');
      const asked = await get(`${file.path}?download=1`);
      assert.match(String(asked.headers['content-disposition']), /^attachment;/);
    });
  }

  test('has a name that no header takes apart', async () => {
    const file = await upload('x', `a'(1)*;\u00fc\u{1f4c4}".txt`);
    const { headers } = await get(file.path);
    assert.equal(
      headers['content-disposition'],
      `inline; filename="a'(1)*;___.txt"; filename*=UTF-8''a%27%281%29%2A%3B%C3%BC%F0%9F%93%84.txt`,
    );
  });

  test('is answered in parts', async () => {
    const file = await upload('0123456789', 'a.txt');
    for (const [range, status, body, contentRange] of [
      ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-4', 206, '6789', 'bytes 6-9/10'],
      ['bytes=5-999', 206, '56789', 'bytes 5-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=-0', 416, '', 'bytes */10'],
      ['bytes=0-1,4-5', 200, '0123456789', undefined],
      ['bytes=4-2', 200, '0123456789', undefined],
      ['lines=1-2', 200, '0123456789', undefined],
    ] as const) {
      const answer = await get(file.path, { range });
      assert.deepEqual(
        [answer.status, answer.text, answer.headers['content-range']],
        [status, body, contentRange],
        range,
      );
    }
    const { etag = '' } = (await get(file.path)).headers;
    assert.equal((await get(file.path, { range: 'bytes=1-2', 'if-range': etag })).status, 206);
    assert.equal((await get(file.path, { range: 'bytes=1-2', 'if-range': '"other"' })).status, 200);
  });

  test('is not sent again to who has it', async () => {
    const file = await upload('hello', 'a.txt');
    const { etag = '', 'last-modified': changed = '' } = (await get(file.path)).headers;
    for (const headers of [
      { 'if-none-match': etag },
      { 'if-none-match': `"x", W/${etag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': changed },
    ]) {
      const answer = await get(file.path, headers as Record<string, string>);
      assert.deepEqual([answer.status, answer.text], [304, '']);
      assert.equal(answer.headers.etag, etag);
    }
    assert.equal((await get(file.path, { 'if-none-match': '"x"', 'if-modified-since': changed })).status, 200);
  });

  test('that is not there is 404, and so is what looks like a path', async () => {
    for (const path of [
      '/files/0000000000000000/a.txt',
      '/files/x',
      '/files/..%2f..%2fmaster.key',
      `/files/${'a'.repeat(400)}`,
      '/files/%00',
    ]) {
      const { status, text } = await get(path);
      assert.equal(status, 404, path);
      assert.doesNotMatch(text, /data|ENOENT|\/tmp/);
    }
  });

  test('whose content was lost is 404, not half an answer', async () => {
    const file = await upload('lost', 'a.txt');
    const kept = (await filesOnDisk(app.folder)).find((one) => one.endsWith(file.id));
    await rm(kept ?? '');
    assert.equal((await get(file.path)).status, 404);
  });
});

describe('a private file', () => {
  test('opens to its signed link, for about an hour, and to nothing else', async () => {
    const file = await upload('secret', 'a.txt', true);
    assert.equal(file.is_private, true);
    const answer = await get(file.path);
    assert.deepEqual([answer.status, answer.text], [200, 'secret']);
    assert.match(String(answer.headers['cache-control']), /^private, max-age=(36|4[0-5])\d\d$/);
    const [bare = '', query = ''] = file.path.split('?');
    const { expires = '', signature = '' } = Object.fromEntries(new URLSearchParams(query));
    const other = await upload('other', 'a.txt', true);
    const others = new URLSearchParams(other.path.split('?')[1]).get('signature') ?? '';
    for (const forged of [
      '',
      `?expires=${expires}`,
      `?signature=${signature}`,
      `?expires=${Number(expires) + 1}&signature=${signature}`,
      `?expires=${expires}&signature=${signature.slice(0, -2)}`,
      `?expires=${expires}&signature=${others}`,
      `?expires=${expires}&expires=1&signature=${signature}`,
    ]) {
      const refused = await get(bare + forged);
      assert.equal(refused.status, 404, forged);
      assert.doesNotMatch(refused.text, /secret/);
    }
    clock.advance(59 * 60_000);
    assert.equal((await get(file.path)).status, 200);
    clock.advance(17 * 60_000);
    const late = await get(file.path);
    assert.deepEqual([late.status, late.json.code], [403, 'token_expired']);
  });

  test('is shared for as long as asked', async () => {
    const file = await upload('secret', 'a.txt', true);
    const share = (body: object) => app.request('POST', `/api/v1/files/${file.id}/url`, { key: app.keys.native, body });
    const { status, json } = await share({ expires_in: 10 });
    assert.equal(status, 200);
    assert.equal(json.expires_at, new Date(Math.ceil(clock.now() / 1000) * 1000 + 10_000).toISOString());
    assert.equal((await get(pathOf(json.url))).text, 'secret');
    clock.advance(11_000);
    assert.equal((await get(pathOf(json.url))).status, 403);
    for (const expires_in of [0, -1, 604_801, 'x']) assert.equal((await share({ expires_in })).status, 400);
    const open = await upload('open', 'a.txt');
    const link = await app.request('POST', `/api/v1/files/${open.id}/url`, { key: app.keys.native, body: {} });
    assert.deepEqual(link.json, { url: open.url, expires_at: null });
  });

  test('a link of another instance opens nothing', async () => {
    const neighbour = await startTestApp({ clock });
    try {
      const file = await upload('secret', 'a.txt', true);
      const expires = Math.ceil(clock.now() / 1000) + 100;
      const signature = neighbour.core.secrets.signLink(`${file.id} ${expires}`);
      assert.equal((await get(`/files/${file.id}/a.txt?expires=${expires}&signature=${signature}`)).status, 404);
    } finally {
      await neighbour.close();
    }
  });
});

test('files survive a restart', async () => {
  const open = await upload('open', 'a.txt');
  const hidden = await upload('hidden', 'b.txt', true);
  await app.restart();
  assert.equal((await get(open.path)).text, 'open');
  assert.equal((await get(hidden.path)).text, 'hidden');
});
