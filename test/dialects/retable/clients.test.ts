/** What the known clients do, call by call, with the fields that each of them reads (wire/retable.md §11). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestResponse } from '../../harness.ts';
import { type Office, openOffice, v1, v2 } from './office.ts';

// biome-ignore lint/suspicious/noExplicitAny: clients of plain JavaScript read what they find
type Answer = any;

let office: Office;
before(async () => {
  office = await openOffice();
});
after(() => office.app.close());

/** A client that sends these headers, and bodies of JSON only where it has one. */
function clientWith(headers: Record<string, string>, root = v1) {
  return (method: string, path: string, body?: unknown): Promise<TestResponse> =>
    office.app.request(method, root + path, { headers, ...(body === undefined ? {} : { body }) });
}

/** As the clients that fail on any status but 2xx. */
async function ok(answer: Promise<TestResponse>): Promise<Answer> {
  const { status, json, text } = await answer;
  assert.ok(status >= 200 && status < 300, `${status}: ${text}`);
  assert.notEqual(json, undefined);
  return json;
}

describe('retablejs and the MCP server: one function per endpoint', () => {
  test('every function of retablejs works, and its errors carry status and phrase', async () => {
    const rjs = clientWith({ 'Content-Type': 'application/json', apiKey: office.app.keys.personal });
    await ok(rjs('GET', '/workspace'));
    const workspace = (await ok(rjs('POST', '/workspace', { name: 'New workspace', description: 'd' }))).data;
    await ok(rjs('GET', `/workspace/${workspace.id}`));
    await ok(rjs('GET', `/workspace/${workspace.id}/project`));
    const created = { name: 'P', description: 'd', color: '#898cff' };
    const project = (await ok(rjs('POST', `/workspace/${workspace.id}/project`, created))).data;
    await ok(rjs('GET', `/project/${project.id}`));
    await ok(rjs('GET', `/project/${project.id}/retable`));
    // Sent with the JSON content type and a content length of 0.
    const table = (
      await ok(
        office.app.request('POST', `${v1}/project/${project.id}/retable`, {
          headers: { 'Content-Type': 'application/json', apiKey: office.app.keys.personal, 'Content-Length': '0' },
        }),
      )
    ).data;
    await ok(rjs('GET', `/retable/${table.id}`));
    const { columns } = (
      await ok(rjs('POST', `/retable/${table.id}/column`, { columns: [{ title: 'Age', type: 'number' }] }))
    ).data;
    const cell = (key: string) => [{ column_id: columns[1].column_id, [key]: '30' }];
    const inserted = await ok(rjs('POST', `/retable/${table.id}/data`, { data: [{ columns: cell('cell_value') }] }));
    assert.equal(inserted.data.rows[0].columns[1].cell_value, '30');
    const update = { rows: [{ row_id: 2, columns: cell('update_cell_value') }] };
    assert.deepEqual(await ok(rjs('PUT', `/retable/${table.id}/data`, update)), { data: [2] });
    assert.equal((await ok(rjs('GET', `/retable/${table.id}/data`))).data.rows.length, 2);
    assert.deepEqual(await ok(rjs('DELETE', `/retable/${table.id}/data`, { row_ids: [2] })), {
      data: { deleted_row_count: 1 },
    });
    const left = await ok(rjs('DELETE', `/retable/${table.id}/column`, { column_ids: [columns[1].column_id] }));
    assert.equal(left.data.columns.length, 1);
    assert.deepEqual(await ok(rjs('DELETE', `/project/${project.id}`)), { data: { project_name: 'P' } });
    assert.deepEqual(await ok(rjs('DELETE', `/workspace/${workspace.id}`)), {
      data: { workspace_name: 'New workspace' },
    });

    const missing = await fetch(`${office.app.url}${v1}/workspace/${workspace.id}`, {
      headers: { apiKey: office.app.keys.personal },
    });
    assert.deepEqual([missing.status, missing.statusText], [404, 'Not Found']);
    const refused = await fetch(`${office.app.url}${v1}/workspace`, { headers: { apiKey: 'RTBLv1-no' } });
    assert.deepEqual([refused.status, refused.statusText], [401, 'Unauthorized']);
  });

  test('insert_row of the MCP server sends columns beside data', async () => {
    const { id } = await office.makeTable();
    const mcp = clientWith({ 'Content-Type': 'application/json', apiKey: office.app.keys.personal });
    const body = {
      columns: [{ title: 'Name', type: 'text' }],
      data: [{ columns: [{ column_id: 'Name', cell_value: 'x' }] }],
    };
    assert.equal((await ok(mcp('POST', `/retable/${id}/data`, body))).data.rows.length, 1);
  });
});

describe('the stock service', () => {
  const stock = () => clientWith({ ApiKey: office.app.keys.personal, 'Content-Type': 'application/json' });
  const names = { workspace: 'Stock API', project: 'Stock API project' };

  /** What it does at every start: finds or makes its workspace, project and table. */
  async function start(): Promise<string> {
    const call = stock();
    const { workspaces } = (await ok(call('GET', '/workspace'))).data;
    let workspace = workspaces.find((one: Answer) => one.name === names.workspace);
    let project: Answer;
    if (workspace === undefined) {
      workspace = (await ok(call('POST', '/workspace', { name: names.workspace, description: 'd' }))).data;
      assert.equal(workspace.name, names.workspace);
      project = (
        await ok(call('POST', `/workspace/${workspace.id}/project`, { name: names.project, description: 'd' }))
      ).data;
      assert.equal(project.name, names.project);
      const table = tableIn((await ok(call('GET', `/project/${project.id}`))).data);
      const columns = ['Id', 'Inventory', 'Updated_at', 'Created_at'].map((title) => ({
        title,
        type: title === 'Inventory' ? 'number' : 'text',
      }));
      await ok(call('POST', `/retable/${table.id}/column`, { columns }));
    } else {
      const { projects } = (await ok(call('GET', `/workspace/${workspace.id}/project`))).data;
      project = projects.find((one: Answer) => one.name === names.project);
    }
    return tableIn((await ok(call('GET', `/project/${project.id}`))).data).id;
  }

  function tableIn(project: Answer): Answer {
    const table = project.retables.find((one: Answer) => one.title === 'Retable 1');
    assert.ok(table, 'no table is titled Retable 1');
    return table;
  }

  async function list(table: string): Promise<Answer[]> {
    const call = stock();
    const { columns } = (await ok(call('GET', `/retable/${table}`))).data;
    const title = new Map(columns.map((one: Answer) => [one.column_id, one.title]));
    const { rows } = (await ok(call('GET', `/retable/${table}/data`))).data;
    // It takes row 1 for the one that came with the table.
    return rows
      .filter((row: Answer) => row.row_id !== 1)
      .map((row: Answer) => ({
        row_id: row.row_id,
        ...Object.fromEntries(row.columns.map((cell: Answer) => [title.get(cell.column_id), cell.cell_value])),
      }));
  }

  test('first start, second start, and a record made, found, changed and deleted', async () => {
    const table = await start();
    assert.equal(await start(), table);
    assert.deepEqual(await list(table), []);

    const call = stock();
    const { columns } = (await ok(call('GET', `/retable/${table}`))).data;
    assert.deepEqual(
      columns.map((one: Answer) => one.title),
      ['Name', 'Id', 'Inventory', 'Updated_at', 'Created_at'],
    );
    const cells = (key: string, values: Record<string, unknown>) =>
      Object.entries(values).map(([title, value]) => ({
        column_id: columns.find((one: Answer) => one.title === title).column_id,
        [key]: value,
      }));
    await ok(
      call('POST', `/retable/${table}/data`, { data: [{ columns: cells('cell_data', { Id: '7', Inventory: 12 }) }] }),
    );
    const found = (await list(table)).find((one) => one.Id === '7');
    assert.deepEqual([found.row_id, found.Inventory], [2, '12']);
    const rows = [{ row_id: found.row_id, columns: cells('update_cell_data', { Inventory: 11 }) }];
    await ok(call('PUT', `/retable/${table}/data`, { rows }));
    assert.equal((await list(table))[0].Inventory, '11');
    await ok(call('DELETE', `/retable/${table}/data`, { row_ids: [found.row_id] }));
    assert.deepEqual(await list(table), []);
  });
});

describe('automation platforms', () => {
  test('Activepieces: drop-downs, form, record, rows, columns, search, and a blank record', async () => {
    const ap = clientWith({ ApiKey: office.app.keys.personal });
    assert.ok(office.app.keys.personal.startsWith('RTBLv1-'));
    await office.makeTable();
    const [workspace] = (await ok(ap('GET', '/workspace'))).data.workspaces;
    const { projects } = (await ok(ap('GET', `/workspace/${workspace.id}/project`))).data;
    const project = projects.at(-1);
    const [table] = (await ok(ap('GET', `/project/${project.id}/retable`))).data.retables;
    for (const label of [workspace.name, project.name, table.title]) assert.equal(typeof label, 'string');
    await ok(
      ap('POST', `/retable/${table.id}/column`, {
        columns: [
          { title: 'Done', type: 'checkbox' },
          { title: 'Tel', type: 'phonenumber' },
        ],
      }),
    );
    const { columns } = (await ok(ap('GET', `/retable/${table.id}`))).data;
    assert.deepEqual(
      columns.map((one: Answer) => one.type),
      ['text', 'checkbox', 'phonenumber'],
    );
    const data = [
      {
        columns: [
          { column_id: columns[0].column_id, cell_value: 'x' },
          { column_id: columns[1].column_id, cell_value: false },
        ],
      },
    ];
    const [row] = (await ok(ap('POST', `/retable/${table.id}/data`, { data }))).data.rows;
    assert.deepEqual(
      row.columns.map((cell: Answer) => cell.cell_value),
      ['x', 'false', ''],
    );
    await ok(ap('POST', `/retable/${table.id}/data`, { data: [{ columns: [] }] }));
    const found = await ok(
      ap('GET', `/retable/${table.id}/search?columnID=${columns[0].column_id}&term=x&limit=10&offset=0`),
    );
    assert.equal(found.data.rows[0].row_id, row.row_id);
    await ok(ap('GET', `/retable/${table.id}/data?row_id=${row.row_id}`));
    const second = clientWith({ ApiKey: office.app.keys.personal }, v2);
    assert.deepEqual((await ok(second('GET', `/retable/${table.id}/data?row_id=${row.row_id}`))).rows, [
      { row_id: row.row_id, fields: { Name: 'x', Done: 'false', Tel: '' } },
    ]);
    await ok(ap('DELETE', `/retable/${table.id}/data`, { row_ids: [row.row_id, 3, 999] }));
    await ok(ap('DELETE', `/retable/${table.id}/column`, { column_ids: [columns[2].column_id] }));
    // Without a body and without a content type.
    await ok(ap('POST', `/project/${project.id}/retable`));
  });

  test('Pipedream: options, then a record added with cell_data and changed by a row id that is a text', async () => {
    const pd = clientWith({ ApiKey: office.app.keys.personal, 'Content-Type': 'application/json' });
    const { id } = await office.makeTable();
    const { columns } = (await ok(pd('GET', `/retable/${id}`))).data;
    const column_id = columns[0].column_id;
    const added = await ok(pd('POST', `/retable/${id}/data`, { data: [{ columns: [{ column_id, cell_data: 'x' }] }] }));
    assert.equal(added.data.rows[0].row_id, 2);
    const rows = [{ row_id: '2', columns: [{ column_id, update_cell_value: 'y' }] }];
    const { data } = await ok(pd('PUT', `/retable/${id}/data`, { rows }));
    assert.equal(data[0], 2);
    assert.deepEqual(
      (await ok(pd('GET', `/retable/${id}/data`))).data.rows.map((row: Answer) => row.row_id),
      [1, 2],
    );
  });

  test('ByteChef: the plural list of projects, and writes by title with values of every kind', async () => {
    const bc = clientWith({ ApiKey: office.app.keys.personal, 'Content-Type': 'application/json' });
    const made = await office.makeTable([
      { title: 'Colour', type: 'color' },
      { title: 'Tel', type: 'phone_number' },
      { title: 'When', type: 'calendar' },
      { title: 'Kind', type: 'select' },
      { title: 'Done', type: 'checkbox' },
      { title: 'Share', type: 'percent' },
      { title: 'Cost', type: 'currency' },
      { title: 'Stars', type: 'rating' },
      { title: 'Length', type: 'duration' },
    ]);
    const { projects } = (await ok(bc('GET', `/workspace/${office.app.workspaceId}/projects`))).data;
    assert.ok(projects.some((one: Answer) => one.id === made.projectId && one.name === 'Stock'));
    const { retables } = (await ok(bc('GET', `/project/${made.projectId}/retable`))).data;
    const { columns } = (await ok(bc('GET', `/retable/${retables[0].id}`))).data;
    assert.deepEqual(
      columns.map((one: Answer) => one.type),
      ['text', 'color', 'phone_number', 'calendar', 'select', 'checkbox', 'percent', 'currency', 'rating', 'duration'],
    );
    const values: Record<string, unknown> = {
      Name: 'x',
      Colour: '#00ff00',
      Tel: '+1 555 123',
      When: '2026-03-05T10:00:00',
      Kind: 'A',
      Done: true,
      Share: 50,
      Cost: 12.5,
      Stars: 3,
      Length: 90,
    };
    const data = [{ columns: Object.entries(values).map(([column_id, cell_value]) => ({ column_id, cell_value })) }];
    const [row] = (await ok(bc('POST', `/retable/${made.id}/data`, { data }))).data.rows;
    assert.deepEqual(
      row.columns.map((cell: Answer) => cell.cell_value),
      ['x', '#00ff00', '+1 555 123', '2026-03-05', 'A', 'true', '50', '12.50', '3', '90'],
    );
    await ok(
      bc('PUT', `/retable/${made.id}/data`, {
        rows: [{ row_id: row.row_id, columns: [{ column_id: 'Done', update_cell_value: false }] }],
      }),
    );
    await ok(bc('DELETE', `/retable/${made.id}/data`, { row_ids: [row.row_id] }));
  });

  test('open-connector: its check of the key, its checks of every answer', async () => {
    const oc = clientWith({ ApiKey: office.app.keys.personal, Accept: 'application/json' });
    const { id, projectId } = await office.makeTable();
    const isObject = (one: Answer) => typeof one === 'object' && one !== null && !Array.isArray(one);
    const check = (await ok(oc('GET', '/workspace'))).data.workspaces;
    assert.ok(Array.isArray(check) && check.every(isObject) && typeof check[0].name === 'string');
    for (const [path, list] of [
      [`/workspace/${office.app.workspaceId}/project`, 'projects'],
      [`/project/${projectId}/retable`, 'retables'],
    ] as const) {
      const things = (await ok(oc('GET', path))).data[list];
      assert.ok(Array.isArray(things) && things.every(isObject));
    }
    assert.ok(isObject((await ok(oc('GET', `/retable/${id}`))).data));
    const data = [
      { columns: [{ column_id: 'Name', cell_value: null }] },
      { columns: [{ column_id: 'Name', cell_value: 'x' }] },
    ];
    assert.ok('data' in (await ok(oc('POST', `/retable/${id}/data`, { data }))));
    for (const path of [
      `/retable/${id}/data?row_id=1%2C2`,
      `/retable/${id}/search?columnID=Name&term=x&columnIDs=Name&limit=5&offset=0`,
    ]) {
      const { rows, count } = (await ok(oc('GET', path))).data;
      assert.ok(Array.isArray(rows) && rows.length > 0);
      assert.ok(rows.every((row: Answer) => Number.isInteger(row.row_id) && row.row_id > 0));
      assert.ok(Number.isInteger(count));
    }
    assert.ok(
      'data' in
        (await ok(
          oc('PUT', `/retable/${id}/data`, {
            rows: [{ row_id: 2, columns: [{ column_id: 'Name', update_cell_value: null }] }],
          }),
        )),
    );
    assert.equal((await ok(oc('DELETE', `/retable/${id}/data`, { row_ids: [2] }))).data.deleted_row_count, 1);
    const { status, json } = await clientWith({ ApiKey: 'RTBLv1-no' })('GET', '/workspace');
    assert.deepEqual([status, typeof json.message, typeof json.error], [401, 'string', 'string']);
  });
});

describe('applications', () => {
  test('the Android app reads v2 by title and writes v1; every value is a text', async () => {
    const made = await office.makeTable([
      { title: 'Date', type: 'calendar' },
      { title: 'Where', type: 'geolocation' },
      { title: 'Paid', type: 'checkbox' },
    ]);
    const key = { ApiKey: office.app.keys.personal };
    const values: Record<string, string> = { Name: 'x', Date: '2026-03-05', Where: '24.7136,46.6753', Paid: 'true' };
    const data = [{ columns: Object.entries(values).map(([column_id, cell_value]) => ({ column_id, cell_value })) }];
    assert.notEqual((await clientWith(key)('POST', `/retable/${made.id}/data`, { data })).text, '');
    for (const query of ['', '?row_id=1,2']) {
      const { rows } = await ok(clientWith(key, v2)('GET', `/retable/${made.id}/data${query}`));
      assert.ok(
        rows.every(
          (row: Answer) =>
            Number.isInteger(row.row_id) && Object.values(row.fields).every((one) => typeof one === 'string'),
        ),
      );
      assert.deepEqual(rows[1].fields, values);
    }
  });

  test('the Python wrapper finds rows by searching', async () => {
    const pyw = clientWith({ ApiKey: office.app.keys.personal, 'Content-Type': 'application/json' });
    const made = await office.makeTable();
    const [{ title, column_id }] = (await ok(pyw('GET', `/retable/${made.id}`))).data.columns;
    assert.equal(title, 'Name');
    await ok(pyw('POST', `/retable/${made.id}/data`, { data: [{ columns: [{ column_id, cell_value: 'Ada' }] }] }));
    const found = await ok(pyw('GET', `/retable/${made.id}/search?columnID=${column_id}&term=Ada`));
    assert.equal(found.data.rows[0].row_id, 2);
    await ok(
      pyw('PUT', `/retable/${made.id}/data`, {
        rows: [{ row_id: 2, columns: [{ column_id, update_cell_value: 'Eve' }] }],
      }),
    );
    await ok(pyw('DELETE', `/retable/${made.id}/data`, { row_ids: [2] }));
  });

  test('the attendance form takes 201 and nothing else for success', async () => {
    const { id } = await office.makeTable();
    const att = clientWith({ ApiKey: office.app.keys.personal, 'Content-Type': 'application/json' });
    const data = [{ columns: [{ column_id: 'Name', cell_value: 'present' }] }];
    assert.equal((await att('POST', `/retable/${id}/data`, { data })).status, 201);
  });

  test('the movie list in a browser: pre-flight, then cells by position', async () => {
    const made = await office.makeTable([
      { title: 'Year', type: 'number' },
      { title: 'Seen', type: 'text' },
    ]);
    const Origin = 'http://localhost:3000';
    const url = `/retable/${made.id}/data`;
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const asked = {
        Origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'apikey,content-type',
      };
      const { status, headers } = await office.app.request('OPTIONS', v1 + url, { headers: asked });
      assert.ok(status >= 200 && status < 300 && headers['access-control-allow-origin'] === '*');
    }
    const react = clientWith({ ApiKey: office.app.keys.personal, 'Content-Type': 'application/json', Origin });
    const { columns } = (await ok(react('GET', url))).data.rows[0];
    assert.deepEqual(
      columns.map((cell: Answer) => cell.cell_value),
      ['', '', ''],
    );
    const data = [
      {
        columns: [
          { column_id: columns[0].column_id, cell_data: 'Alien' },
          { column_id: columns[1].column_id, cell_data: '1979' },
        ],
      },
    ];
    const added = await react('POST', url, { data });
    assert.equal(added.headers['access-control-allow-origin'], '*');
    const update = { rows: [{ row_id: 2, columns: [{ column_id: columns[0].column_id, update_cell_data: '' }] }] };
    await ok(react('PUT', url, update));
    const { rows } = (await ok(react('GET', url))).data;
    assert.deepEqual(
      [rows[1].columns[0].cell_value, rows[1].columns[1].cell_value.trim(), rows[1].columns[2].cell_value],
      ['', '1979', ''],
    );
    await ok(react('DELETE', url, { row_ids: [2] }));
  });
});
