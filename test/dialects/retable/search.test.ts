import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { createFields } from '../../../src/core/fields/create-field.ts';
import { addMember } from '../../../src/core/workspaces/members.ts';
import { type Cell, type Office, type OfficeTable, openOffice } from './office.ts';

describe('search (wire/retable.md §7)', () => {
  let office: Office;
  let table: OfficeTable;
  let columns: readonly { column_id: string; title: string }[];
  before(async () => {
    office = await openOffice();
    await addMember(office.app.core, systemActor, office.app.workspaceId, { email: 'ada@example.com', role: 'editor' });
    table = await office.makeTable([
      { title: 'Qty', type: 'number' },
      { title: 'Price', type: 'currency' },
      { title: 'Done', type: 'checkbox' },
      { title: 'Day', type: 'calendar' },
      { title: 'Tags', type: 'select' },
      { title: 'Mail', type: 'email' },
      { title: 'Who', type: 'user' },
      { title: 'Place', type: 'geolocation' },
      { title: 'Made', type: 'created_at' },
      { title: 'Maker', type: 'created_by' },
      { title: 'No', type: 'autonumber' },
      { title: 'A, B', type: 'text' },
    ]);
    await table.insert(
      {
        Name: 'Hex Bolt',
        Qty: 44,
        Price: 12.5,
        Done: true,
        Day: '2026-03-05',
        Tags: 'Red, Blue',
        Mail: 'Ada@Example.com',
        Who: 'ada@example.com',
        Place: '52.5,13.4',
        'A, B': 'x',
      },
      { Name: ' hex bolt ', Qty: 44.5, Done: false, Tags: 'Red' },
      { Name: 'Hex Bolt M8', Qty: 4 },
      { Name: 'Öl', Qty: -1 },
      { Name: '*?[a]', Qty: 0 },
    );
    const core = office.app.core;
    const schema = await core.catalog.table(table.id);
    assert.ok(schema);
    const [field] = await createFields(core, systemActor, schema, [{ name: 'At', type: 'datetime' }]);
    assert.ok(field);
    await office.expect(200, 'PUT', table.data, {
      rows: [{ row_id: 2, columns: [{ column_id: 'At', update_cell_value: '2026-03-05T09:07:11.042Z' }] }],
    });
    columns = (await office.expect(200, 'GET', `/retable/${table.id}`)).columns;
  });
  after(() => office.app.close());

  const path = (query: Record<string, string>) => `/retable/${table.id}/search?${new URLSearchParams(query)}`;
  const found = async (columnID: string, term: string) => {
    const { rows, count } = await office.expect(200, 'GET', path({ columnID, term }));
    assert.equal(count, rows.length);
    return rows.map((row: { row_id: number }) => row.row_id);
  };

  test('finds whole values, ignoring case and space around them', async () => {
    assert.deepEqual(await found('Name', 'hex BOLT'), [2, 3]);
    assert.deepEqual(await found('Name', '  Hex Bolt  '), [2, 3]);
    assert.deepEqual(await found('Name', 'Hex'), []);
    assert.deepEqual(await found('Name', 'öL'), [5]);
    assert.deepEqual(await found('Name', '*?[A]'), [6]);
    assert.deepEqual(await found('Name', '*'), []);
    assert.deepEqual(await found('Name', 'x'.repeat(9000)), []);
  });

  test('takes a column by id or title', async () => {
    const id = columns.find((one) => one.title === 'Name')?.column_id ?? '';
    assert.deepEqual(await found(id, 'Öl'), [5]);
  });

  test('compares numbers by value, and other types with what the cell reads', async () => {
    for (const [column, term, ids] of [
      ['Qty', '44', [2]],
      ['Qty', '44.0', [2]],
      ['Qty', '4.4e1', [2]],
      ['Qty', '0', [6]],
      ['Qty', '-1', [5]],
      ['Qty', 'many', []],
      ['Price', '12.5', [2]],
      ['Price', '12.50', [2]],
      ['Done', 'TRUE', [2]],
      ['Done', 'false', [3]],
      ['Done', 'yes', []],
      ['Day', '2026-03-05', [2]],
      ['Day', '2026', []],
      ['Tags', 'red, blue', [2]],
      ['Tags', 'Red', [3]],
      ['Tags', 'Green', []],
      ['Mail', 'ada@example.COM', [2]],
      ['Who', 'Ada@example.com', [2]],
      ['Who', 'bob@example.com', []],
      ['Place', '52.5,13.4', [2]],
      ['Maker', 'owner@example.com', [1, 2, 3, 4, 5, 6]],
      ['No', '3', [3]],
      ['No', 'x', []],
      ['At', '2026-03-05 09:07', [2]],
      ['At', '2026-03-05 09:08', []],
      ['At', 'soon', []],
    ] as const) {
      assert.deepEqual(await found(column, term), ids, `${column} = ${term}`);
    }
    const { rows } = await office.expect(200, 'GET', table.data);
    const made = rows[1].created_at;
    assert.ok((await found('Made', made)).includes(2));
    assert.deepEqual(await found('Made', made.slice(0, 10)), []);
  });

  test('rows have every column, or with columnIDs those and the searched one, in table order', async () => {
    const titles = async (columnIDs: string) => {
      const { rows } = await office.expect(200, 'GET', path({ columnID: 'Qty', term: '44', columnIDs }));
      return rows[0].columns.map((cell: Cell) => cell.title);
    };
    assert.deepEqual(
      await titles(''),
      columns.map((one) => one.title),
    );
    assert.deepEqual(await titles('Mail,Name'), ['Name', 'Qty', 'Mail']);
    assert.deepEqual(await titles(' Name , Qty,'), ['Name', 'Qty']);
    assert.deepEqual(await titles('A, B'), ['Qty', 'A, B']);
  });

  test('limit and offset choose among the matches; count is of all of them', async () => {
    const page = async (query: Record<string, string>) => {
      const { rows, count } = await office.expect(
        200,
        'GET',
        path({ columnID: 'Maker', term: 'owner@example.com', ...query }),
      );
      return [rows.map((row: { row_id: number }) => row.row_id), count];
    };
    assert.deepEqual(await page({ limit: '2' }), [[1, 2], 6]);
    assert.deepEqual(await page({ limit: '2', offset: '3' }), [[4, 5], 6]);
    assert.deepEqual(await page({ offset: '5' }), [[6], 6]);
    assert.deepEqual(await page({ offset: '9' }), [[], 6]);
  });

  test('what is missing or unknown is 400, a table that is not there 404 first', async () => {
    for (const query of [
      {},
      { columnID: 'Name' },
      { term: 'x' },
      { columnID: '', term: 'x' },
      { columnID: 'Name', term: ' ' },
      { columnID: 'None', term: 'x' },
      { columnID: 'Name', term: 'x', columnIDs: 'None' },
      { columnID: 'Name', term: 'x', limit: '0' },
      { columnID: 'Name', term: 'x', offset: '-1' },
    ] as Record<string, string>[]) {
      assert.equal((await office.call('GET', path(query))).status, 400, JSON.stringify(query));
    }
    assert.equal((await office.call('GET', '/retable/none/search')).status, 404);
  });
});
