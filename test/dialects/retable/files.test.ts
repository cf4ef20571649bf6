import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pdf, png } from '../../files/pictures.ts';
import { isoForm, type Office, type OfficeTable, openOffice, v1 } from './office.ts';

describe('uploads and the cells that show them (wire/retable.md §8, §9)', () => {
  let office: Office;
  let table: OfficeTable;
  before(async () => {
    office = await openOffice();
    table = await office.makeTable([
      { title: 'Pictures', type: 'image' },
      { title: 'Papers', type: 'attachment' },
    ]);
  });
  after(() => office.app.close());

  const boundary = 'x-boundary-x';
  function form(filename: string, content: Buffer): Buffer {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  }
  const send = (
    path: string,
    body: Buffer | string,
    type = `multipart/form-data; boundary=${boundary}`,
    key = office.app.keys.personal,
  ) => office.app.request('POST', v1 + path, { headers: { ApiKey: key, 'Content-Type': type }, body });
  const upload = (filename: string, content: Buffer, query = '') =>
    send(`/data/file/upload/${table.projectId}${query}`, form(filename, content));

  test('answers 201 with what the file is, whose it is and where it is', async () => {
    const content = png(4, 3);
    const { status, json } = await upload('photo.png', content);
    assert.equal(status, 201);
    const { id, created_at, ...rest } = json.data;
    assert.match(created_at, isoForm);
    assert.deepEqual(rest, {
      title: 'photo.png',
      file_name: 'photo.png',
      mime_type: 'image/png',
      size: content.length,
      url: `http://tessera.test/files/${id}/photo.png`,
      project_id: table.projectId,
      created_by: { id: office.app.ownerId, name: 'Owner', surname: '', email: 'owner@example.com' },
    });
    const named = await upload('photo.png', content, '?title=Photo');
    assert.equal(named.json.data.title, 'Photo');
  });

  test('its url, id or whole answer goes into a cell, which reads as the url; several are joined by commas', async () => {
    const first = (await upload('a.png', png(2, 2))).json.data;
    const second = (await upload('b, c.png', png(2, 2))).json.data;
    const paper = (await upload('paper.pdf', pdf)).json.data;
    const elsewhere = 'https://elsewhere.example/x.png';
    for (const sent of [first.url, first.id, first, [first.url]]) {
      const [id] = await table.insert({ Pictures: sent });
      const { rows } = await office.expect(200, 'GET', `${table.data}?row_id=${id}`);
      assert.equal(rows[0].columns[1].cell_value, first.url);
    }
    const all = [first.url, second.url, elsewhere].join(',');
    for (const sent of [[first, second.id, elsewhere], all, all.replaceAll(',', ', ')]) {
      const [id] = await table.insert({ Pictures: sent, Papers: paper.url });
      const { rows } = await office.expect(200, 'GET', `${table.data}?row_id=${id}`);
      assert.deepEqual([rows[0].columns[1].cell_value, rows[0].columns[2].cell_value], [all, paper.url]);
    }
    for (const bad of ['ftp://x.example/y', 'photo', 'NoSuchFile000000', paper.url]) {
      const { status } = await office.call('POST', table.data, {
        data: [{ columns: [{ column_id: 'Pictures', cell_value: bad }] }],
      });
      assert.equal(status, 400, bad);
    }
  });

  test('what is refused: no key, another project, no file, no form, too large', async () => {
    const path = `/data/file/upload/${table.projectId}`;
    const body = form('a.png', png(2, 2));
    assert.equal((await send(path, body, undefined, '')).status, 401);
    assert.equal((await send('/data/file/upload/none', '{}', 'application/json')).status, 404);
    assert.equal((await send(path, '{}', 'application/json')).status, 400);
    assert.equal((await send(path, `--${boundary}--\r\n`)).status, 400);
    const large = await upload('large.bin', Buffer.alloc(20 * 1024 * 1024 + 1));
    assert.deepEqual([large.status, large.json.error], [413, 'Payload Too Large']);
  });
});
