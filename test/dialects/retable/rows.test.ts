import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Cell, cellsOf, type Office, type OfficeTable, openOffice, rowOf, rowTimeForm, v1, v2 } from './office.ts';

describe('rows (wire/retable.md §6)', () => {
  let office: Office;
  let owner: unknown;
  before(async () => {
    office = await openOffice();
    owner = { id: office.app.ownerId, name: 'Owner', surname: '', email: 'owner@example.com' };
  });
  after(() => office.app.close());

  const makeTable = () =>
    office.makeTable([
      { title: 'Qty', type: 'number' },
      { title: 'Ok', type: 'checkbox' },
    ]);
  const rowsOf = async (path: string) => (await office.expect(200, 'GET', path)).rows;
  const idsOf = (rows: readonly { row_id: number }[]) => rows.map((row) => row.row_id);

  describe('insert', () => {
    let table: OfficeTable;
    let columns: readonly { column_id: string; title: string }[];
    before(async () => {
      table = await makeTable();
      columns = (await office.expect(200, 'GET', `/retable/${table.id}`)).columns;
    });
    const insert = (body: unknown) => office.call('POST', table.data, body);
    const idOf = (title: string) => columns.find((one) => one.title === title)?.column_id;

    test('answers 201 with the rows of this call, in the order of the call, every column in table order, values as text', async () => {
      const { status, json } = await insert({
        data: [rowOf({ Qty: 44, Name: 'Bolt' }), rowOf({ [String(idOf('Name'))]: 'Nut', Ok: true }), { columns: [] }],
      });
      assert.equal(status, 201);
      assert.deepEqual(Object.keys(json.data), ['rows']);
      const { rows } = json.data;
      assert.deepEqual(idsOf(rows), [2, 3, 4]);
      assert.deepEqual(rows.map(cellsOf), [
        { Name: 'Bolt', Qty: '44', Ok: '' },
        { Name: 'Nut', Qty: '', Ok: 'true' },
        { Name: '', Qty: '', Ok: '' },
      ]);
      const [{ created_at, ...row }] = rows;
      assert.match(created_at, rowTimeForm);
      assert.deepEqual(row, {
        row_id: 2,
        updated_at: null,
        created_by: owner,
        updated_by: null,
        columns: columns.map(({ column_id, title }, i) => ({ column_id, title, cell_value: ['Bolt', '44', ''][i] })),
      });
    });

    test('takes cell_value, the older cell_data and the keys of updates; cell_value counts where several are sent', async () => {
      const cells = [
        { cell_value: 'a', cell_data: 'b', update_cell_value: 'c' },
        { cell_data: 'b', update_cell_value: 'c' },
        { update_cell_value: 'c', update_cell_data: 'd' },
        { update_cell_data: 'd' },
        { cell_value: null, cell_data: 'b' },
        {},
      ];
      const data = cells.map((cell) => ({ columns: [{ column_id: 'Name', ...cell }] }));
      const { json } = await insert({ data });
      assert.deepEqual(
        json.data.rows.map((row: { columns: Cell[] }) => row.columns[0]?.cell_value),
        ['a', 'b', 'c', 'd', '', ''],
      );
    });

    test('one value that fails, one unknown column or one misshapen row rejects the whole call and is named', async () => {
      const before = await rowsOf(table.data);
      const good = rowOf({ Name: 'good' });
      for (const [data, named] of [
        [[good, rowOf({ Qty: 'many' })], 'data[1], column "Qty": '],
        [[good, rowOf({ Ok: 'perhaps' })], 'data[1], column "Ok": '],
        [[good, rowOf({ Name: { a: 1 } })], 'data[1], column "Name": '],
        [[good, rowOf({ Colour: 'red' })], 'data[1].columns[0].column_id: '],
        [[good, rowOf({ name: 'titles are exact' })], 'data[1].columns[0].column_id: '],
        [[good, { columns: [{ cell_value: 'x' }] }], 'data[1].columns[0].column_id: '],
        [[good, { columns: ['x'] }], 'data[1].columns[0].column_id: '],
        [[good, {}], 'data[1].columns: '],
        [[good, null], 'data[1].columns: '],
        ['x', 'data: '],
        [{ columns: [] }, 'data: '],
        [undefined, 'data: '],
      ] as const) {
        const { status, json } = await insert({ data });
        assert.equal(status, 400, JSON.stringify(data));
        assert.ok(json.message.startsWith(named), json.message);
      }
      assert.deepEqual(await rowsOf(table.data), before);
      assert.equal((await insert({ data: [] })).status, 201);
    });

    test('a thousand rows are taken at once, one more is 413 and writes nothing', async () => {
      const other = await makeTable();
      const data = Array.from({ length: 1001 }, (_, i) => rowOf({ Name: `n${i}` }));
      assert.equal((await office.call('POST', other.data, { data })).status, 413);
      assert.equal((await rowsOf(other.data)).length, 1);
      const { rows } = await office.expect(201, 'POST', other.data, { data: data.slice(1) });
      assert.deepEqual(
        idsOf(rows),
        Array.from({ length: 1000 }, (_, i) => i + 2),
      );
    });

    test('a title that is the id of another column means that column', async () => {
      const other = await makeTable();
      const [name] = (await office.expect(200, 'GET', `/retable/${other.id}`)).columns;
      await office.expect(201, 'POST', `/retable/${other.id}/column`, {
        columns: [{ title: name.column_id, type: 'text' }],
      });
      await other.insert({ [name.column_id]: 'x' });
      assert.equal((await other.read())[0]?.Name, 'x');
    });

    test('ids ascend and are never used again', async () => {
      const other = await makeTable();
      assert.deepEqual(await other.insert({ Name: 'a' }, { Name: 'b' }), [2, 3]);
      await office.expect(200, 'DELETE', other.data, { row_ids: [1, 2, 3] });
      assert.deepEqual(await other.insert({ Name: 'c' }), [4]);
    });
  });

  describe('update', () => {
    let table: OfficeTable;
    before(async () => {
      table = await makeTable();
      await table.insert({ Name: 'a', Qty: 1 }, { Name: 'b', Qty: 2 }, { Name: 'c', Qty: 3 });
    });
    const update = (rows: unknown) => office.call('PUT', table.data, { rows });
    const cells = (values: Record<string, unknown>) =>
      Object.entries(values).map(([column_id, update_cell_value]) => ({ column_id, update_cell_value }));

    test('answers the ids as numbers; columns left out stay, and the row tells when and by whom', async () => {
      const { status, json } = await update([{ row_id: 2, columns: cells({ Qty: 45 }) }]);
      assert.deepEqual([status, json], [200, { data: [2] }]);
      const [row] = await rowsOf(`${table.data}?row_id=2`);
      assert.deepEqual(cellsOf(row), { Name: 'a', Qty: '45', Ok: '' });
      assert.match(row.updated_at, rowTimeForm);
      assert.deepEqual(row.updated_by, owner);
    });

    test('takes update_cell_value, the older update_cell_data and the keys of inserts, in this order', async () => {
      for (const [cell, expected] of [
        [{ update_cell_value: 'u', update_cell_data: 'v', cell_value: 'w' }, 'u'],
        [{ update_cell_data: 'v', cell_value: 'w' }, 'v'],
        [{ cell_value: 'w', cell_data: 'x' }, 'w'],
        [{ cell_data: 'x' }, 'x'],
        [{}, 'x'],
        [{ update_cell_value: null, cell_value: 'w' }, ''],
      ] as const) {
        await update([{ row_id: 3, columns: [{ column_id: 'Name', ...cell }] }]);
        assert.equal((await table.read())[1]?.Name, expected, JSON.stringify(cell));
      }
    });

    test('a row id may be a text; unknown rows are skipped and left out of the answer', async () => {
      const rows = [99, '4', 3, 0].map((row_id) => ({ row_id, columns: cells({ Name: 'new' }) }));
      const { status, json } = await update(rows);
      assert.deepEqual([status, json], [200, { data: [4, 3] }]);
      assert.deepEqual((await update([{ row_id: 99, columns: [] }])).json, { data: [] });
      assert.deepEqual((await update([])).json, { data: [] });
    });

    test('a row named twice is answered once and ends as the last says', async () => {
      const rows = ['first', 'last'].map((Name) => ({ row_id: 4, columns: cells({ Name }) }));
      assert.deepEqual((await update(rows)).json, { data: [4] });
      assert.equal((await table.read())[2]?.Name, 'last');
    });

    test('one value that fails rejects the whole call', async () => {
      const before = await rowsOf(table.data);
      const good = { row_id: 2, columns: cells({ Name: 'changed' }) };
      for (const [bad, named] of [
        [{ row_id: 3, columns: cells({ Qty: 'x' }) }, 'rows[1], column "Qty": '],
        [{ row_id: 3, columns: cells({ None: 'x' }) }, 'rows[1].columns[0].column_id: '],
        [{ row_id: 'three', columns: [] }, 'rows[1].row_id: '],
        [{ row_id: 1.5, columns: [] }, 'rows[1].row_id: '],
        [{ columns: [] }, 'rows[1].row_id: '],
        [{ row_id: 3 }, 'rows[1].columns: '],
      ] as const) {
        const { status, json } = await update([good, bad]);
        assert.equal(status, 400);
        assert.ok(json.message.startsWith(named), json.message);
      }
      assert.equal((await update('x')).status, 400);
      assert.equal((await update(new Array(1001).fill(good))).status, 413);
      assert.deepEqual(await rowsOf(table.data), before);
    });

    test('an empty text or null clears a cell of any type', async () => {
      for (const nothing of ['', null]) {
        await update([{ row_id: 2, columns: cells({ Name: 'x', Qty: 7, Ok: true }) }]);
        await update([{ row_id: 2, columns: cells({ Name: nothing, Qty: nothing, Ok: nothing }) }]);
        assert.deepEqual((await table.read())[0], { Name: '', Qty: '', Ok: '' });
      }
    });
  });

  describe('delete', () => {
    test('counts the rows that were there, takes numbers and texts, and is repeatable', async () => {
      const table = await makeTable();
      await table.insert({ Name: 'a' }, { Name: 'b' }, { Name: 'c' });
      const remove = (row_ids: unknown) => office.call('DELETE', table.data, { row_ids });
      assert.deepEqual((await remove([2, '3', 2, 99])).json, { data: { deleted_row_count: 2 } });
      const again = await remove([2, 3]);
      assert.deepEqual([again.status, again.json], [200, { data: { deleted_row_count: 0 } }]);
      assert.deepEqual((await remove([])).json, { data: { deleted_row_count: 0 } });
      assert.deepEqual(idsOf(await rowsOf(table.data)), [1, 4]);
      for (const bad of [['x'], [1.5], [null], 'x', undefined, 4]) assert.equal((await remove(bad)).status, 400);
      assert.equal((await remove(Array.from({ length: 1001 }, (_, i) => i + 1))).status, 413);
      assert.equal((await office.call('DELETE', table.data)).status, 400);
      assert.deepEqual(idsOf(await rowsOf(table.data)), [1, 4]);
    });
  });

  describe('read', () => {
    let table: OfficeTable;
    before(async () => {
      table = await makeTable();
      await table.insert(...Array.from({ length: 60 }, (_, i) => ({ Name: `n${i + 2}`, Qty: i + 2 })));
    });

    test('answers all rows in ascending order with their count', async () => {
      const { rows, count } = await office.expect(200, 'GET', table.data);
      assert.deepEqual(
        idsOf(rows),
        Array.from({ length: 61 }, (_, i) => i + 1),
      );
      assert.equal(count, 61);
    });

    test('row_id takes up to fifty ids, with %2C and spaces too; unknown ones are left out', async () => {
      assert.deepEqual(idsOf(await rowsOf(`${table.data}?row_id=5,2,999`)), [2, 5]);
      assert.deepEqual(idsOf(await rowsOf(`${table.data}?row_id=5%2C2`)), [2, 5]);
      assert.deepEqual(idsOf(await rowsOf(`${table.data}?row_id=5,%202`)), [2, 5]);
      assert.deepEqual(idsOf(await rowsOf(`${table.data}?row_id=5&row_id=2`)), [2, 5]);
      assert.deepEqual(await rowsOf(`${table.data}?row_id=999`), []);
      assert.equal((await rowsOf(`${table.data}?row_id=`)).length, 61);
      const fifty = Array.from({ length: 50 }, (_, i) => i + 1);
      assert.deepEqual(idsOf(await rowsOf(`${table.data}?row_id=${fifty.join()}`)), fifty);
      for (const bad of [[...fifty, 51].join(), 'x', '1,x', '1.5', '-1', '1,,2', '0', '1e3']) {
        const { status, json } = await office.call('GET', `${table.data}?row_id=${bad}`);
        assert.equal(status, 400, bad);
        assert.ok(json.message.startsWith('row_id: '));
        assert.equal(
          (
            await office.app.request('GET', `${v2}${table.data}?row_id=${bad}`, {
              headers: { ApiKey: office.app.keys.personal },
            })
          ).status,
          400,
        );
      }
    });

    test('limit and offset read a part of the rows and tell how many there are', async () => {
      for (const [query, first, length] of [
        ['limit=10', 1, 10],
        ['limit=10&offset=55', 56, 6],
        ['offset=59', 60, 2],
        ['limit=5000', 1, 61],
        ['limit=5&offset=1000000', undefined, 0],
      ] as const) {
        const { rows, count } = await office.expect(200, 'GET', `${table.data}?${query}`);
        assert.deepEqual([rows[0]?.row_id, rows.length, count], [first, length, 61], query);
      }
      for (const bad of ['limit=0', 'limit=-1', 'limit=x', 'offset=-1', 'offset=1.5']) {
        assert.equal((await office.call('GET', `${table.data}?${bad}`)).status, 400, bad);
      }
    });

    test('v2 answers the same rows at the top level, keyed by title', async () => {
      const headers = { ApiKey: office.app.keys.personal };
      const get = (query: string) => office.app.request('GET', `${v2}/retables/${table.id}/data${query}`, { headers });
      const { status, json } = await get('?row_id=1,2');
      assert.deepEqual(
        [status, json],
        [
          200,
          {
            rows: [
              { row_id: 1, fields: { Name: '', Qty: '', Ok: '' } },
              { row_id: 2, fields: { Name: 'n2', Qty: '2', Ok: '' } },
            ],
          },
        ],
      );
      assert.equal((await get('')).json.rows.length, 61);
      assert.equal((await get('?limit=3&offset=1')).json.rows[0].row_id, 2);
      const write = await office.app.request('POST', `${v2}/retable/${table.id}/data`, { headers, body: { data: [] } });
      assert.equal(write.status, 404);
      assert.equal((await office.app.request('GET', `${v2}/retable/none/data`, { headers })).status, 404);
    });
  });

  test('a large table streams: every row once, in order, in one document, while rows are added', async () => {
    const table = await office.makeTable();
    const text = 'x'.repeat(200);
    for (let piece = 0; piece < 4; piece += 1) {
      await table.insert(...Array.from({ length: 1000 }, () => ({ Name: text })));
    }
    const [answer] = await Promise.all([
      office.app.request('GET', v1 + table.data, { headers: { ApiKey: office.app.keys.personal } }),
      table.insert({ Name: 'meanwhile' }),
    ]);
    assert.equal(answer.headers['content-length'], undefined);
    const { rows, count } = answer.json.data;
    assert.ok(count === 4001 || count === 4002);
    assert.deepEqual(
      idsOf(rows),
      Array.from({ length: count }, (_, i) => i + 1),
    );
    assert.ok(rows.slice(1, 4001).every((row: { columns: Cell[] }) => row.columns[0]?.cell_value === text));
    const part = await office.expect(200, 'GET', `${table.data}?limit=1700&offset=100`);
    assert.deepEqual(
      idsOf(part.rows),
      Array.from({ length: 1700 }, (_, i) => i + 101),
    );
    assert.equal(part.count, 4002);
  });

  test('titles and values of every character come back as they were sent', async () => {
    const title = 'Größe "ß", 100%\\ 尺寸 😀';
    const table = await office.makeTable([{ title, type: 'text' }]);
    const values = [
      '"quoted"',
      'line\nbreak\ttab',
      'back\\slash',
      '\u2028\u2029',
      '😀 é İ',
      '</script>',
      '\u0001',
      ' spaced ',
    ];
    await table.insert(...values.map((value) => ({ [title]: value })));
    assert.deepEqual(
      (await table.read()).map((row) => row[title]),
      values,
    );
    const headers = { ApiKey: office.app.keys.personal };
    const { json } = await office.app.request('GET', v2 + table.data, { headers });
    assert.deepEqual(
      json.rows.slice(1).map((row: { fields: Record<string, string> }) => row.fields[title]),
      values,
    );
  });
});
