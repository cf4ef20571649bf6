import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Office, type OfficeTable, openOffice, rowOf, v1, v2 } from './office.ts';

describe('how requests and answers travel (wire/retable.md §1, §2.5)', () => {
  let office: Office;
  let table: OfficeTable;
  before(async () => {
    office = await openOffice();
    table = await office.makeTable();
  });
  after(() => office.app.close());

  const key = () => ({ ApiKey: office.app.keys.personal });

  test('a JSON content type without a body is accepted with every method', async () => {
    const json = { 'Content-Type': 'application/json' };
    assert.equal((await office.call('GET', '/workspace')).status, 200);
    for (const headers of [
      json,
      { ...json, 'Content-Length': '0' },
      { 'Content-Type': 'application/json; charset=utf-8' },
    ]) {
      const made = await office.app.request('POST', `${v1}/project/${table.projectId}/retable`, {
        headers: { ...key(), ...headers },
      });
      assert.equal(made.status, 201);
      const gone = await office.app.request('DELETE', `${v1}/retable/${made.json.data.id}`, {
        headers: { ...key(), ...headers },
      });
      assert.equal(gone.status, 200);
    }
  });

  test('a body is read whatever content type it is said to have, with DELETE as well', async () => {
    const body = JSON.stringify({ data: [rowOf({ Name: 'x' })] });
    for (const type of [
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'nonsense',
      'multipart/form-data',
      '',
    ]) {
      const made = await office.app.request('POST', v1 + table.data, {
        headers: { ...key(), 'Content-Type': type },
        body,
      });
      assert.equal(made.status, 201, type);
      const ids = JSON.stringify({ row_ids: [made.json.data.rows[0].row_id] });
      const gone = await office.app.request('DELETE', v1 + table.data, {
        headers: { ...key(), 'Content-Type': type },
        body: ids,
      });
      assert.deepEqual(gone.json, { data: { deleted_row_count: 1 } }, type);
    }
  });

  test('unknown keys of the body and unknown parameters are ignored', async () => {
    const body = { columns: [{ title: 'x', type: 'number' }], data: [{ ...rowOf({ Name: 'x' }), other: 1 }], more: {} };
    const { rows } = await office.expect(201, 'POST', `${table.data}?a=b&limit=0`, body);
    assert.equal(rows.length, 1);
    await office.expect(200, 'GET', `${table.data}?filter=x&sort=-y&page=2`);
    await office.expect(200, 'GET', '/workspace?limit=x');
    await office.expect(201, 'POST', '/workspace', { name: 'W', plan: 'free', apps: [], id: 'x' });
  });

  test('every answer is JSON with a body, in an envelope; nothing is ever 204 or a redirect', async () => {
    for (const [method, path, body] of [
      ['GET', '/workspace', undefined],
      ['POST', table.data, { data: [] }],
      ['PUT', table.data, { rows: [] }],
      ['DELETE', table.data, { row_ids: [] }],
      ['DELETE', `/retable/${table.id}/column`, { column_ids: [] }],
    ] as const) {
      const { status, headers, json } = await office.call(method, path, body);
      assert.ok(status === 200 || status === 201);
      assert.match(String(headers['content-type']), /^application\/json\b/);
      assert.deepEqual(Object.keys(json), ['data']);
    }
    for (const path of ['/workspace/', '//workspace', '/workspace//', '/../public/workspace', '']) {
      const { status, headers } = await office.call('GET', path);
      assert.ok(status === 200 || status === 404, `${path}: ${status}`);
      assert.equal(headers.location, undefined);
    }
  });

  test('every refusal is JSON with its status, a message and the phrase, and without data', async () => {
    const cases = [
      ['GET', '/retable/none', undefined, 404, 'Not Found'],
      ['POST', '/workspace', '{', 400, 'Bad Request'],
      ['POST', '/workspace', '[]', 400, 'Bad Request'],
      ['POST', '/workspace', '"x"', 400, 'Bad Request'],
      ['GET', `${table.data}?row_id=x`, undefined, 400, 'Bad Request'],
      ['GET', `/retable/${'x'.repeat(600)}`, undefined, 404, 'Not Found'],
      ['GET', '/retable/%E0%A4%A', undefined, 404, 'Not Found'],
    ] as const;
    for (const [method, path, body, status, phrase] of cases) {
      const answer = await office.call(method, path, body);
      assert.equal(answer.status, status, `${method} ${path}`);
      const { message, ...rest } = answer.json;
      assert.deepEqual(rest, { statusCode: status, error: phrase });
      assert.ok(typeof message === 'string' && message.length > 0);
      assert.match(String(answer.headers['content-type']), /^application\/json\b/);
    }
  });

  test('what is missing is told before what is wrong with the body', async () => {
    assert.equal((await office.call('POST', '/retable/none/data', '{')).status, 404);
    assert.equal((await office.call('POST', table.data, '{')).status, 400);
  });

  test('a body beyond the limit of the server is 413', async () => {
    const body = `{"data":[],"x":"${'x'.repeat(office.app.app.config.bodyBytesMax)}"}`;
    const { status, json } = await office.call('POST', table.data, body);
    assert.deepEqual([status, json.error], [413, 'Payload Too Large']);
  });

  test('browsers may call from any page, and ask first without a key', async () => {
    const origin = 'https://shop.example';
    const headers = {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'apikey,content-type',
    };
    for (const root of [v1, v2]) {
      const { status, headers: allowed } = await office.app.request('OPTIONS', `${root}/retable/${table.id}/data`, {
        headers,
      });
      assert.ok(status === 200 || status === 204);
      assert.equal(allowed['access-control-allow-origin'], '*');
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        assert.ok(String(allowed['access-control-allow-methods']).includes(method));
      }
      const names = String(allowed['access-control-allow-headers']).toLowerCase().split(/, */);
      for (const name of ['apikey', 'api-key', 'content-type', 'accept']) assert.ok(names.includes(name), name);
    }
    for (const sent of [key(), { ApiKey: 'wrong' }]) {
      const { headers: answer } = await office.app.request('GET', `${v1}/workspace`, {
        headers: { ...sent, Origin: origin },
      });
      assert.equal(answer['access-control-allow-origin'], '*');
    }
  });
});
