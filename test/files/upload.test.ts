import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemActor } from '../../src/core/context.ts';
import { updatePlan } from '../../src/core/limits/update-plan.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { filesOnDisk } from './disk-files.ts';
import { jpegOnItsSide, pdf, png, svg } from './pictures.ts';

let app: TestApp;
let path: string;
before(async () => {
  app = await startTestApp();
  path = `/api/v1/apps/${app.appId}/files`;
});
after(() => app.close());

const upload = (body: Buffer | string, query = '', headers: Record<string, string> = {}) =>
  app.request('POST', path + query, { key: app.keys.native, body: Buffer.from(body), headers });

/** In chunks, so that nobody knows how much is coming. */
async function uploadUnannounced(body: Buffer) {
  const pieces = Array.from({ length: Math.ceil(body.length / 65_536) }, (_, at) =>
    body.subarray(at * 65_536, (at + 1) * 65_536),
  );
  const response = await fetch(app.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.keys.native}`, 'content-type': 'application/octet-stream' },
    body: ReadableStream.from(pieces),
    duplex: 'half',
  });
  return { status: response.status, json: (await response.json()) as { code: string; detail: string } };
}

function form(parts: readonly { name: string; filename?: string; type?: string; body: Buffer | string }[]) {
  const boundary = 'x-boundary-x';
  const pieces = parts.flatMap(({ name, filename, type, body }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`,
    ),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  return {
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

describe('an upload', () => {
  test('is on disk, byte for byte, when it is answered, and tells what it is', async () => {
    const content = png(640, 480, 100_000);
    const { status, json, headers } = await upload(content, '?filename=desk.png', { 'content-type': 'image/png' });
    assert.equal(status, 201);
    assert.equal(headers.location, `/api/v1/files/${json.id}`);
    const { id, created_at, ...rest } = json;
    assert.match(id, /^[0-9A-Za-z]{16}$/);
    assert.ok(created_at);
    assert.deepEqual(rest, {
      app_id: app.appId,
      url: `http://tessera.test/files/${id}/desk.png`,
      filename: 'desk.png',
      size: content.length,
      media_type: 'image/png',
      width: 640,
      height: 480,
      sha256: createHash('sha256').update(content).digest('hex'),
      is_private: false,
    });
    const kept = (await filesOnDisk(app.folder)).find((one) => one.endsWith(id));
    assert.ok(kept);
    assert.deepEqual(await readFile(kept), content);
    const known = await app.request('GET', `/api/v1/files/${id}`, { key: app.keys.native });
    assert.deepEqual(known.json, json);
  });

  test('comes in a multipart form as well, with its name', async () => {
    const { body, headers } = form([
      { name: 'title', body: 'A title' },
      { name: 'file', filename: 'Ünïcode desk.png', type: 'image/png', body: png(3, 2) },
      { name: 'after', body: 'more' },
    ]);
    const { status, json } = await upload(body, '', headers);
    assert.equal(status, 201);
    assert.deepEqual([json.filename, json.width, json.height], ['Ünïcode desk.png', 3, 2]);
  });

  for (const [what, name, claimed, content, type] of [
    ['a script called a picture', 'cat.png', 'image/png', '<script>alert(1)</script>', 'text/html'],
    ['a page called a table', 'a.csv', 'text/csv', '<!DOCTYPE html><p>x', 'text/html'],
    ['a drawing called a text', 'a.txt', 'text/plain', svg, 'image/svg+xml'],
    ['a PDF called a page', 'a.html', 'text/html', pdf, 'application/pdf'],
    ['a picture without a name or type', '', '', png(1, 1), 'image/png'],
    ['a table', 'a.csv', 'application/octet-stream', 'a,b\n1,2\n', 'text/csv'],
    ['a text of no known kind', 'a.xyz', 'application/x-thing', 'hello', 'text/plain'],
    ['noise called a film', 'a.mp4', 'video/mp4', Buffer.from([1, 2, 3, 0, 255, 254, 9]), 'application/octet-stream'],
  ] as const) {
    test(`${what} is what its content says`, async () => {
      const { json } = await upload(
        content,
        name === '' ? '' : `?filename=${name}`,
        claimed === '' ? {} : { 'content-type': claimed },
      );
      assert.equal(json.media_type, type);
    });
  }

  test('has the size of a picture as it is shown, and of a drawing', async () => {
    const turned = (await upload(jpegOnItsSide())).json;
    assert.deepEqual([turned.media_type, turned.width, turned.height], ['image/jpeg', 30, 40]);
    const drawn = (await upload(svg)).json;
    assert.deepEqual([drawn.width, drawn.height], [20, 10]);
    const broken = (await upload(png(5, 5).subarray(0, 12))).json;
    assert.deepEqual([broken.width, broken.height], [null, null]);
  });

  test('keeps nothing of a name but the name', async () => {
    for (const [sent, kept] of [
      ['../../etc/passwd', 'passwd'],
      ['C:\\temp\\a.txt', 'a.txt'],
      ['a\u202egnp.exe', 'agnp.exe'],
      ['"quoted"\r\nSet-Cookie: a', 'quotedSet-Cookie: a'],
      ['..', 'file'],
      [`${'ü'.repeat(400)}.jpeg`, `${'ü'.repeat(195)}.jpeg`],
    ] as const) {
      const { json } = await upload('x', `?filename=${encodeURIComponent(sent)}`);
      assert.equal(json.filename, kept);
      const read = await app.request('GET', json.url.slice('http://tessera.test'.length));
      assert.equal(read.text, 'x', kept);
    }
  });

  test('without a file, with two, or broken is refused and keeps nothing', async () => {
    const before = await filesOnDisk(app.folder);
    const two = form([
      { name: 'file', filename: 'a.txt', body: 'a' },
      { name: 'file', filename: 'b.txt', body: 'b' },
    ]);
    const none = form([{ name: 'title', body: 'A title' }]);
    const cut = form([{ name: 'file', filename: 'a.txt', body: 'aaaaaaaa' }]);
    const answers = [
      await upload(two.body, '', two.headers),
      await upload(none.body, '', none.headers),
      await upload(cut.body.subarray(0, -20), '', cut.headers),
      await upload('x', '', { 'content-type': 'multipart/form-data' }),
      await app.request('POST', path, { key: app.keys.native }),
    ];
    for (const { status, json, text } of answers) {
      assert.equal(status, 400, text);
      assert.equal(json.code, 'body_invalid');
      assert.match(json.detail, /^file: /);
    }
    const left = (await filesOnDisk(app.folder)).length - before.length;
    // The first of two files was whole; it is an upload that nobody knows of, and the collector's.
    assert.ok(left <= 1, String(left));
    assert.equal((await filesOnDisk(app.folder)).filter((one) => one.endsWith('.part')).length, 0);
  });

  test('larger than the plan allows is refused with 413 and nothing of it stays', async () => {
    await updatePlan(app.core, systemActor, 'business', { file_bytes_max: 100_000 });
    try {
      const before = await filesOnDisk(app.folder);
      const rows = await app.core.store.count('files', {});
      const large = Buffer.alloc(3_000_000, 1);
      const inForm = form([{ name: 'file', filename: 'large.bin', body: large }]);
      const answers = [
        await upload(large),
        await uploadUnannounced(large),
        await upload(inForm.body, '', inForm.headers),
      ];
      for (const { status, json } of answers) {
        assert.equal(status, 413);
        assert.equal(json.code, 'body_too_large');
        assert.match(json.detail, /100000 bytes/);
      }
      assert.equal((await upload(Buffer.alloc(100_000, 1))).status, 201);
      assert.equal((await filesOnDisk(app.folder)).length, before.length + 1);
      assert.equal(await app.core.store.count('files', {}), rows + 1);
    } finally {
      await updatePlan(app.core, systemActor, 'business', { file_bytes_max: 50 * 1024 * 1024 });
    }
  });

  test('whose sender goes away leaves nothing', async () => {
    const before = await filesOnDisk(app.folder);
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.keys.native}\r\nContent-Length: 1000000\r\nContent-Type: text/plain\r\n\r\n${'a'.repeat(200_000)}`,
    );
    const arriving = async () => (await app.core.store.list('files', { state: 'uploading' })).length;
    while ((await arriving()) === 0) await pause(5);
    socket.destroy();
    while ((await arriving()) > 0) await pause(5);
    assert.deepEqual(await filesOnDisk(app.folder), before);
  });

  test('of 50 MB needs little memory', async () => {
    // The sender is a process of its own, so that what is measured is the server.
    const send = (bytes: number) =>
      promisify(execFile)(process.execPath, ['-e', sender, app.url + path, app.keys.native, String(bytes)]);
    await send(1_000);
    const start = process.memoryUsage().rss;
    let peak = start;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const { stdout } = await send(50 * 1024 * 1024);
    clearInterval(watch);
    assert.equal(stdout, `201 ${50 * 1024 * 1024}`);
    assert.ok(peak - start < 80 * 1024 * 1024, `${Math.round((peak - start) / 1024 / 1024)} MB`);
  });
});

const sender = `
  const [url, key, bytes] = process.argv.slice(1);
  const headers = { authorization: 'Bearer ' + key, 'content-type': 'application/octet-stream', 'content-length': bytes };
  const request = require('node:http').request(url, { method: 'POST', headers }, async (response) => {
    const text = await require('node:stream/consumers').text(response);
    process.stdout.write(response.statusCode + ' ' + JSON.parse(text).size);
  });
  const piece = Buffer.alloc(65_536, 7);
  let left = Number(bytes);
  require('node:stream').Readable.from((function* () {
    for (; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
  })()).pipe(request);
`;

describe('who may upload and see', () => {
  test('nobody without a key, and no key of another app', async () => {
    const neighbour = await app.makeNeighbour();
    const file = (await upload('mine')).json;
    const foreign = (method: string, at: string) =>
      app.request(method, at, {
        key: neighbour.keys.native,
        body: '{}',
        headers: { 'content-type': 'application/json' },
      });
    assert.equal((await app.request('POST', path, { body: 'x' })).status, 401);
    for (const answer of [
      await foreign('POST', path),
      await foreign('GET', `/api/v1/files/${file.id}`),
      await foreign('POST', `/api/v1/files/${file.id}/url`),
      await foreign('DELETE', `/api/v1/files/${file.id}`),
      await app.request('GET', '/api/v1/files/0000000000000000', { key: app.keys.native }),
      await app.request('GET', '/api/v1/files/x', { key: app.keys.native }),
    ]) {
      assert.equal(answer.status, 404);
      assert.doesNotMatch(answer.text, /mine/);
    }
    assert.equal((await app.request('GET', `/api/v1/files/${file.id}`, { key: app.keys.native })).status, 200);
  });

  test('a key that may only read uploads nothing', async () => {
    const reader = await app.makeKey({ scopes: [{ table: '*', verbs: ['read'] }] });
    const { status, json } = await app.request('POST', path, { key: reader.secrets.key ?? '', body: 'x' });
    assert.equal(status, 403);
    assert.equal(json.code, 'scope_missing');
  });

  test('a key of one table uploads, sees and deletes its own files, and not those of others', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const narrow = await app.makeKey({ scopes: [{ table: table.id, verbs: ['read', 'create'] }] });
    const own = (await app.request('POST', path, { key: narrow.secrets.key ?? '', body: 'own' })).json;
    const other = (await upload('other')).json;
    assert.equal((await app.request('GET', `/api/v1/files/${own.id}`, { key: narrow.secrets.key ?? '' })).status, 200);
    assert.equal(
      (await app.request('GET', `/api/v1/files/${other.id}`, { key: narrow.secrets.key ?? '' })).status,
      404,
    );
    assert.equal(
      (await app.request('DELETE', `/api/v1/files/${other.id}`, { key: narrow.secrets.key ?? '' })).status,
      404,
    );
    assert.equal(
      (await app.request('DELETE', `/api/v1/files/${own.id}`, { key: narrow.secrets.key ?? '' })).status,
      204,
    );
    assert.equal((await app.request('GET', `/files/${own.id}`)).status, 404);
    assert.equal(
      (await filesOnDisk(app.folder)).some((one) => one.includes(own.id)),
      false,
    );
  });
});
