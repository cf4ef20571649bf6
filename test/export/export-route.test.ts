import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';

describe('GET /api/v1/tables/{table}/export', () => {
  let app: TestApp;
  let table: TableSchema;
  let path: string;
  before(async () => {
    app = await startTestApp();
    table = await app.makeTable(
      [
        { name: 'Name', type: 'text' },
        { name: 'Price', type: 'number' },
        { name: 'Secret', type: 'password' },
      ],
      'Products: "new"/2026',
    );
    path = `/api/v1/tables/${table.id}/export`;
    const create = ['Lamp', 'Desk, big', 'Chair "x"'].map((Name, at) => ({ fields: { Name, Price: at * 1.5 } }));
    const made = await app.request('POST', `/api/v1/tables/${table.id}/records/batch`, {
      key: app.keys.native,
      body: { create },
    });
    assert.equal(made.status, 200, made.text);
  });
  after(() => app.close());

  const get = (query = '', key = app.keys.native) => app.request('GET', path + query, { key });

  test('200: CSV with every field that is not hidden', async () => {
    const { status, headers, text } = await get();
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(text, 'Name,Price\r\nLamp,0\r\n"Desk, big",1.5\r\n"Chair ""x""",3\r\n');
    assert.match(String(headers['content-disposition']), /^attachment; filename="Products new 2026\.csv"/);
  });

  test('200: with a byte order mark where it is asked for', async () => {
    const { text } = await get('?bom=true&fields=Price');
    assert.equal(text, '\ufeffPrice\r\n0\r\n1.5\r\n3\r\n');
  });

  test('200: JSON Lines, with chosen fields, system columns, filter and sort', async () => {
    const filter = encodeURIComponent('{"Price":{"gt":0}}');
    const { headers, text } = await get(`?format=jsonl&fields=id,Name&sort=-Price&filter=${filter}`);
    assert.equal(headers['content-type'], 'application/jsonl; charset=utf-8');
    assert.equal(text, '{"id":3,"Name":"Chair \\"x\\""}\n{"id":2,"Name":"Desk, big"}\n');
  });

  test('200: a key with a mask exports what it may read, and is refused the rest by name', async () => {
    const { secrets } = await app.makeKey({
      scopes: [{ table: table.id, verbs: ['read'], readable: [table.fields[0]?.id ?? ''] }],
    });
    const masked = await get('', secrets.key);
    assert.equal(masked.text, 'Name\r\nLamp\r\n"Desk, big"\r\n"Chair ""x"""\r\n');
    const refused = await get('?fields=Price', secrets.key);
    assert.equal(refused.status, 400);
    assert.equal(refused.json.code, 'parameter_invalid');
  });

  test('200: HEAD answers the headers alone', async () => {
    const { status, text, headers } = await app.request('HEAD', path, { key: app.keys.native });
    assert.deepEqual([status, text, headers['content-type']], [200, '', 'text/csv; charset=utf-8']);
  });

  test('400: a format, field, filter or sort order that there is not', async () => {
    for (const query of ['?format=xml', '?fields=Nope', '?filter=%7B', '?filter=%7B%22Nope%22:1%7D', '?sort=Secret']) {
      const { status, json } = await get(query);
      assert.equal(status, 400, query);
      assert.ok(json.code.endsWith('_invalid'), json.code);
    }
  });

  test('403: a key that may not read', async () => {
    const { secrets } = await app.makeKey({ scopes: [{ table: table.id, verbs: ['create'] }] });
    assert.equal((await get('', secrets.key)).status, 403);
  });

  test('404: the table of another workspace', async () => {
    const neighbour = await app.makeNeighbour();
    assert.equal((await get('', neighbour.keys.native)).status, 404);
  });

  test('every record is exported once, over many pieces, sorted or not', async () => {
    const many = await app.makeTable([{ name: 'N', type: 'number' }]);
    for (let at = 0; at < 3; at += 1) {
      const create = Array.from({ length: 1000 }, (_, n) => ({ fields: { N: (at * 1000 + n) % 7 } }));
      await app.request('POST', `/api/v1/tables/${many.id}/records/batch`, { key: app.keys.native, body: { create } });
    }
    const lines = async (query: string) => {
      const answer = await app.request('GET', `/api/v1/tables/${many.id}/export${query}`, { key: app.keys.native });
      return answer.text.split('\r\n').slice(1, -1);
    };
    const ids = Array.from({ length: 3000 }, (_, at) => String(at + 1));
    assert.deepEqual(await lines('?fields=id'), ids);
    const sorted = (await lines('?fields=N,id&sort=N,-id')).map((line) => line.split(',').map(Number));
    const expected = ids
      .map((id) => [(Number(id) - 1) % 7, Number(id)])
      .sort(([a = 0, i = 0], [b = 0, j = 0]) => a - b || j - i);
    assert.deepEqual(sorted, expected);
  });
});
