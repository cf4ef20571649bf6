import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { createField } from '../../../src/core/fields/create-field.ts';
import { updateField } from '../../../src/core/fields/update-field.ts';
import { addMember } from '../../../src/core/workspaces/members.ts';
import { columnTypes } from '../../../src/dialects/retable/fields.ts';
import { type Office, openOffice, rowOf, rowTimeForm } from './office.ts';

/** What is written to a column of the type, and what it then reads as; or that it is refused. */
const writes: Readonly<Record<string, readonly (readonly [sent: unknown, read: string | null])[]>> = {
  text: [
    ['x', 'x'],
    [44, '44'],
    [true, 'true'],
    [' a ', ' a '],
    [['x'], null],
  ],
  number: [
    [44, '44'],
    ['44', '44'],
    ['1.5', '1.5'],
    [-2, '-2'],
    [0, '0'],
    [1e-7, '0.0000001'],
    ['1,5', null],
    ['x', null],
    [true, null],
  ],
  checkbox: [
    [true, 'true'],
    [false, 'false'],
    ['true', 'true'],
    ['false', 'false'],
    [1, 'true'],
    [0, 'false'],
    ['maybe', null],
    [2, null],
  ],
  calendar: [
    ['2026-03-05', '2026-03-05'],
    ['2026-03-05T23:30:00Z', '2026-03-05'],
    ['2026-02-30', null],
    ['x', null],
    ['05/03/2026', null],
  ],
  color: [
    ['#3366ff', '#3366ff'],
    ['red', null],
  ],
  email: [
    ['ada@example.com', 'ada@example.com'],
    ['ada', null],
  ],
  phonenumber: [
    ['+90 (555) 123-45-67', '+90 (555) 123-45-67'],
    [5551234, '5551234'],
    ['1234', null],
    ['x'.repeat(9), null],
  ],
  phone_number: [['555-1234', '555-1234']],
  percent: [
    [50, '50'],
    ['50', '50'],
    ['12.5%', '12.5'],
    ['x', null],
  ],
  currency: [
    [12.5, '12.50'],
    ['12.5', '12.50'],
    [3, '3.00'],
    [-0.005, '-0.01'],
    ['$3', null],
  ],
  rating: [
    [3, '3'],
    ['5', '5'],
    [0, '0'],
    [6, null],
    [2.5, null],
  ],
  duration: [
    [90, '90'],
    ['90', '90'],
    [-1, null],
    [1.5, null],
    [{ toString: 1 }, null],
  ],
  image: [
    ['https://x.example/a.png', 'https://x.example/a.png'],
    [['https://x.example/a.png', 'https://x.example/b.png'], 'https://x.example/a.png,https://x.example/b.png'],
    ['a.png', null],
  ],
  attachment: [['https://x.example/a.pdf, https://x.example/b', 'https://x.example/a.pdf,https://x.example/b']],
  select: [
    ['A', 'A'],
    [['B', 'A'], 'B, A'],
    ['A,C', 'A, C'],
    ['', ''],
  ],
  dropdown: [
    ['A', 'A'],
    [['A'], 'A'],
  ],
  url: [
    ['https://example.com/x', 'https://example.com/x'],
    ['example.com', null],
    ['javascript:alert(1)', null],
  ],
  richtext: [['<b>x</b>', '<b>x</b>']],
  geolocation: [
    ['24.7,46.6', '24.7,46.6'],
    ['-24.70, 46.6', '-24.7,46.6'],
    ['91,0', null],
    ['Riyadh', null],
  ],
  user: [
    ['ada@example.com', 'ada@example.com'],
    ['nobody@example.com', null],
    ['x', null],
  ],
  formula: [['ignored', '']],
  vote: [['ignored', '']],
  created_at: [['ignored', 'row time']],
  updated_at: [['ignored', '']],
  created_by: [['ignored', 'owner@example.com']],
  updated_by: [['ignored', '']],
  qr_code: [['https://example.com', 'https://example.com']],
  qrcode: [['x', 'x']],
  autonumber: [['ignored', 'row id']],
};

describe('column types (wire/retable.md §8)', () => {
  let office: Office;
  before(async () => {
    office = await openOffice();
    await addMember(office.app.core, systemActor, office.app.workspaceId, { email: 'ada@example.com', role: 'editor' });
  });
  after(() => office.app.close());

  test('every type can be made, keeps the spelling that it was made with, and reads "" when empty', async () => {
    const types = [...columnTypes.keys()];
    const table = await office.makeTable(types.map((type) => ({ title: type, type })));
    const { columns } = await office.expect(200, 'GET', `/retable/${table.id}`);
    assert.deepEqual(
      columns.slice(1).map((one: { type: string }) => one.type),
      types,
    );
    const { rows } = await office.expect(200, 'GET', table.data);
    const filled = new Set(['created_at', 'created_by', 'autonumber']);
    for (const { title, cell_value } of rows[0].columns) assert.equal(cell_value === '', !filled.has(title), title);
  });

  test('every type has its cases here', () => {
    assert.deepEqual(
      [...columnTypes.keys()].filter((type) => writes[type] === undefined),
      [],
    );
  });

  for (const [type, cases] of Object.entries(writes)) {
    test(`${type}: what is written reads back in its form, and that can be written again`, async () => {
      const table = await office.makeTable([{ title: 'Cell', type }]);
      for (const [sent, read] of cases) {
        const { status, json, text } = await office.call('POST', table.data, {
          data: [rowOf({ Name: 'x', Cell: sent })],
        });
        if (read === null) {
          assert.equal(status, 400, `${JSON.stringify(sent)} was taken: ${text}`);
          assert.ok(json.message.startsWith('data[0], column "Cell": '), json.message);
          continue;
        }
        assert.equal(status, 201, `${JSON.stringify(sent)}: ${text}`);
        const [row] = json.data.rows;
        const value = row.columns[1].cell_value;
        if (read === 'row time') assert.match(value, rowTimeForm);
        else assert.equal(value, read === 'row id' ? String(row.row_id) : read);
        const again = [{ row_id: row.row_id, columns: [{ column_id: 'Cell', update_cell_value: value }] }];
        await office.expect(200, 'PUT', table.data, { rows: again });
        const { rows } = await office.expect(200, 'GET', `${table.data}?row_id=${row.row_id}`);
        if (type === 'updated_at') assert.match(rows[0].columns[1].cell_value, rowTimeForm);
        else if (type === 'updated_by') assert.equal(rows[0].columns[1].cell_value, 'owner@example.com');
        else assert.equal(rows[0].columns[1].cell_value, value);
      }
    });
  }

  test('an unknown type is 400; none is text', async () => {
    const table = await office.makeTable();
    const add = (type: unknown) =>
      office.call('POST', `/retable/${table.id}/column`, { columns: [{ title: `C ${type}`, type }] });
    for (const type of ['nonsense', 'Text', '', 5, {}, 'toString', '__proto__'])
      assert.equal((await add(type)).status, 400, String(type));
    assert.equal((await add(undefined)).json.data.columns[1].type, 'text');
    assert.equal((await add(null)).json.data.columns[2].type, 'text');
  });

  test('a select takes new texts as long as nobody has said which there are', async () => {
    const { core, appId } = office.app;
    const table = await office.makeTable([{ title: 'Kind', type: 'select' }]);
    assert.equal(appId === table.projectId, false);
    await table.insert({ Kind: 'Hot' }, { Kind: 'Cold' }, { Kind: 'hot' });
    assert.deepEqual(
      (await table.read()).map((row) => row.Kind),
      ['Hot', 'Cold', 'Hot'],
    );
    const schema = await core.catalog.table(table.id);
    const field = schema?.fieldByName.get('Kind');
    assert.ok(schema && field);
    await updateField(core, systemActor, schema, field, { options: { choices: [{ name: 'Hot' }, { name: 'Cold' }] } });
    const { status, json } = await office.call('POST', table.data, { data: [rowOf({ Kind: 'Warm' })] });
    assert.deepEqual([status, json.message], [400, 'data[0], column "Kind": must be one of "Hot", "Cold"']);
  });

  test('dates follow the format of their column in both directions', async () => {
    const table = await office.makeTable();
    const schema = await office.app.core.catalog.table(table.id);
    assert.ok(schema);
    for (const [name, type, format] of [
      ['EU', 'date', 'eu'],
      ['US', 'date', 'us'],
      ['EU time', 'datetime', 'eu'],
      ['Time', 'datetime', 'iso'],
    ] as const) {
      await createField(office.app.core, systemActor, schema, { name, type, options: { format } });
    }
    const read = { EU: '05/03/2026', US: '03/05/2026', 'EU time': '05/03/2026 09:07', Time: '2026-03-05 09:07' };
    await table.insert({
      EU: '2026-03-05',
      US: '2026-03-05',
      'EU time': '2026-03-05T09:07:11Z',
      Time: '2026-03-05T09:07:11Z',
    });
    const sent = { Name: '', ...read };
    assert.deepEqual((await table.read())[0], sent);
    await table.insert(read);
    assert.deepEqual((await table.read())[1], sent);
  });
});
