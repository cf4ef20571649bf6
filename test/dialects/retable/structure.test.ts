import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { createTable } from '../../../src/core/tables/create-table.ts';
import { columnTimeForm, idForm, isoForm, type Office, openOffice, v1 } from './office.ts';

type Thing = Record<string, unknown>;

describe('workspaces, projects, tables and columns (wire/retable.md §3 to §5)', () => {
  let office: Office;
  let owner: Thing;
  before(async () => {
    office = await openOffice();
    owner = { id: office.app.ownerId, name: 'Owner', surname: '', email: 'owner@example.com' };
  });
  after(() => office.app.close());

  /** Checks who and when, and answers the rest. */
  function withoutMeta(thing: Thing, updated: 'null' | 'equal' | 'later'): Thing {
    const { created_by, updated_by, deleted_by, created_at, updated_at, deleted_at, ...rest } = thing;
    assert.deepEqual([created_by, updated_by, deleted_by, deleted_at], [owner, null, null, null]);
    assert.match(String(created_at), isoForm);
    if (updated === 'null') assert.equal(updated_at, null);
    if (updated === 'equal') assert.equal(updated_at, created_at);
    if (updated === 'later') assert.ok(String(updated_at) >= String(created_at));
    return rest;
  }

  const newWorkspace = (body: unknown = { name: 'Ops', description: 'Ops data' }) =>
    office.expect(201, 'POST', '/workspace', body);
  const newProject = (workspaceId: string, body: unknown = { name: 'Stock' }) =>
    office.expect(201, 'POST', `/workspace/${workspaceId}/project`, body);

  test('a new workspace comes with a project, and that with a table of one column and one blank row', async () => {
    const { projects, ...workspace } = await newWorkspace();
    const { id, ...rest } = withoutMeta(workspace, 'null');
    assert.match(String(id), idForm);
    assert.deepEqual(rest, { name: 'Ops', description: 'Ops data' });
    assert.equal(projects.length, 1);
    const { id: projectId, ...project } = withoutMeta(projects[0], 'equal');
    assert.deepEqual(project, { name: 'To-Do List', description: null, is_deleted: false });

    const { retables, count } = await office.expect(200, 'GET', `/project/${projectId}/retable`);
    assert.deepEqual([retables.length, count, retables[0].title], [1, 1, 'Retable 1']);
    const { rows } = await office.expect(200, 'GET', `/retable/${retables[0].id}/data`);
    assert.equal(rows.length, 1);
    assert.equal(rows[0].row_id, 1);
    assert.deepEqual(
      rows[0].columns.map(({ title, cell_value }: Thing) => [title, cell_value]),
      [['Name', '']],
    );
  });

  test('workspaces are listed with their count and read one by one with their projects', async () => {
    const made = await newWorkspace({ name: 'Listed' });
    const { workspaces, count } = await office.expect(200, 'GET', '/workspace');
    assert.equal(count, workspaces.length);
    const listed = workspaces.find((one: Thing) => one.id === made.id);
    assert.deepEqual(withoutMeta(listed, 'null'), { id: made.id, name: 'Listed', description: null });
    const { projects, ...one } = await office.expect(200, 'GET', `/workspace/${made.id}`);
    assert.deepEqual(one, listed);
    assert.deepEqual(projects, made.projects);
  });

  test('a description can be absent, null or empty; a name has to be a text that is not empty', async () => {
    for (const [sent, kept] of [
      [undefined, null],
      [null, null],
      ['', ''],
      ['x', 'x'],
    ] as const) {
      assert.equal((await newWorkspace({ name: 'W', description: sent })).description, kept);
    }
    for (const body of [
      {},
      { name: '' },
      { name: '  ' },
      { name: null },
      { name: 5 },
      { name: 'W', description: 5 },
      { name: 'a\u0000b' },
    ]) {
      for (const path of ['/workspace', `/workspace/${office.app.workspaceId}/project`]) {
        const { status, json } = await office.call('POST', path, body);
        assert.equal(status, 400, JSON.stringify(body));
        assert.deepEqual([typeof json.message, json.error, 'data' in json], ['string', 'Bad Request', false]);
      }
    }
    for (const color of ['red', 7]) {
      const { status } = await office.call('POST', `/workspace/${office.app.workspaceId}/project`, {
        name: 'P',
        color,
      });
      assert.equal(status, 400);
    }
  });

  test('a new project comes with its table and columns', async () => {
    const workspace = await newWorkspace();
    const body = { name: 'Stock', description: 'd', color: '#224488' };
    const { retables, ...project } = await newProject(workspace.id, body);
    const { id, ...rest } = withoutMeta(project, 'equal');
    assert.match(String(id), idForm);
    assert.deepEqual(rest, { name: 'Stock', description: 'd', is_deleted: false });
    assert.equal(retables.length, 1);
    const { id: tableId, columns, ...table } = withoutMeta(retables[0], 'equal');
    assert.match(String(tableId), idForm);
    assert.deepEqual(table, { title: 'Retable 1', description: null });
    const [{ column_id }] = columns as Thing[] as [Thing];
    assert.match(String(column_id), idForm);
    assert.deepEqual(columns, [{ column_id, title: 'Name', type: 'text' }]);
  });

  test('projects are listed, under both spellings, with their workspace', async () => {
    const workspace = await newWorkspace();
    const project = await newProject(workspace.id);
    for (const path of ['project', 'projects', 'project/', 'projects/']) {
      const { projects, count } = await office.expect(200, 'GET', `/workspace/${workspace.id}/${path}`);
      assert.equal(count, 2);
      const { created_at, ...listed } = projects[1];
      assert.match(created_at, isoForm);
      assert.deepEqual(listed, {
        id: project.id,
        name: 'Stock',
        description: null,
        workspace_id: workspace.id,
        is_deleted: false,
        created_by: owner,
        updated_by: null,
        updated_at: created_at,
        deleted_at: null,
      });
    }
  });

  test('one project shows its tables without their columns', async () => {
    const made = await newProject(office.app.workspaceId);
    const { retables, ...project } = await office.expect(200, 'GET', `/project/${made.id}`);
    assert.deepEqual(withoutMeta(project, 'equal'), {
      id: made.id,
      name: 'Stock',
      description: null,
      is_deleted: false,
    });
    const { id } = made.retables[0];
    assert.deepEqual(
      retables.map((one: Thing) => withoutMeta(one, 'equal')),
      [{ id, title: 'Retable 1', description: null }],
    );
  });

  test('a table is made without a body or content type, and numbered by how many there ever were', async () => {
    const project = await newProject(office.app.workspaceId);
    const path = `/project/${project.id}/retable`;
    const bare = await office.app.request('POST', v1 + path, { headers: { ApiKey: office.app.keys.personal } });
    assert.equal(bare.status, 201);
    assert.equal(bare.json.data.title, 'Retable 2');
    const third = await office.expect(201, 'POST', path);
    const { id, columns, ...rest } = withoutMeta(third, 'equal');
    assert.deepEqual(rest, { title: 'Retable 3', description: null });
    assert.deepEqual(
      (columns as Thing[]).map(({ title, type }) => [title, type]),
      [['Name', 'text']],
    );
    assert.equal((await office.expect(200, 'GET', `/retable/${id}/data`)).rows.length, 1);

    assert.deepEqual(await office.expect(200, 'DELETE', `/retable/${id}`), { retable_title: 'Retable 3' });
    assert.equal((await office.expect(201, 'POST', path)).title, 'Retable 4');
    await createTable(office.app.core, systemActor, project.id, { name: 'Retable 6' });
    assert.equal((await office.expect(201, 'POST', path)).title, 'Retable 7');
    assert.equal((await office.expect(201, 'POST', path, { title: 'Own', description: 'x' })).title, 'Own');
    assert.equal((await office.call('POST', path, { title: 'Own' })).status, 400);
  });

  test('tables are listed with columns and their place', async () => {
    const project = await newProject(office.app.workspaceId);
    const { retables, count } = await office.expect(200, 'GET', `/project/${project.id}/retable`);
    assert.equal(count, 1);
    const { columns, ...table } = withoutMeta(retables[0], 'equal');
    const { id } = project.retables[0];
    assert.deepEqual(table, {
      id,
      title: 'Retable 1',
      description: null,
      project_id: project.id,
      workspace_id: office.app.workspaceId,
    });
    const [{ created_at, ...column }] = columns as [Thing];
    assert.match(String(created_at), columnTimeForm);
    assert.deepEqual(column, project.retables[0].columns[0]);
  });

  test('deleted things answer their name, vanish from lists and take what they hold along', async () => {
    const workspace = await newWorkspace({ name: 'Gone' });
    const first = await newProject(workspace.id, { name: 'First' });
    const tableId = first.retables[0].id;
    assert.deepEqual(await office.expect(200, 'DELETE', `/project/${first.id}`), { project_name: 'First' });
    for (const path of [
      `/project/${first.id}`,
      `/project/${first.id}/retable`,
      `/retable/${tableId}`,
      `/retable/${tableId}/data`,
    ]) {
      assert.equal((await office.call('GET', path)).status, 404, path);
    }
    assert.equal((await office.call('DELETE', `/project/${first.id}`)).status, 404);
    const second = await newProject(workspace.id);
    assert.deepEqual(await office.expect(200, 'DELETE', `/workspace/${workspace.id}`), { workspace_name: 'Gone' });
    for (const path of [`/workspace/${workspace.id}`, `/project/${second.id}`, `/retable/${second.retables[0].id}`]) {
      assert.equal((await office.call('GET', path)).status, 404, path);
    }
    const { workspaces } = await office.expect(200, 'GET', '/workspace');
    assert.ok(workspaces.every((one: Thing) => one.id !== workspace.id));
  });

  test('what does not exist is 404, for every kind of thing', async () => {
    const none = 'NoSuchThing00000';
    for (const [method, path] of [
      ['GET', `/workspace/${none}`],
      ['DELETE', `/workspace/${none}`],
      ['GET', `/workspace/${none}/project`],
      ['POST', `/workspace/${none}/project`],
      ['GET', `/project/${none}`],
      ['DELETE', `/project/${none}`],
      ['GET', `/project/${none}/retable`],
      ['POST', `/project/${none}/retable`],
      ['GET', `/retable/${none}`],
      ['DELETE', `/retable/${none}`],
      ['POST', `/retable/${none}/column`],
      ['DELETE', `/retable/${none}/column`],
      ['GET', `/retable/${none}/data`],
      ['POST', `/retable/${none}/data`],
      ['PUT', `/retable/${none}/data`],
      ['DELETE', `/retable/${none}/data`],
      ['GET', `/retable/${none}/search`],
      ['GET', '/nothing'],
      ['GET', ''],
      ['PATCH', '/workspace'],
    ] as const) {
      const { status, json } = await office.call(method, path);
      assert.equal(status, 404, `${method} ${path}`);
      assert.deepEqual([json.statusCode, typeof json.message, json.error], [404, 'string', 'Not Found']);
    }
  });

  test('ids are case-sensitive', async () => {
    const flipped = office.app.workspaceId.replace(/[a-zA-Z]/g, (c) =>
      c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
    );
    assert.equal((await office.call('GET', `/workspace/${flipped}`)).status, 404);
  });

  describe('columns', () => {
    test('are added in the order given, after those that there are, and shown in the table, its lists and its rows', async () => {
      const table = await office.makeTable();
      const { columns } = await office.expect(201, 'POST', `/retable/${table.id}/column`, {
        columns: [{ title: 'Qty', type: 'number' }, { title: 'Note' }],
      });
      assert.deepEqual(
        columns.map(({ title, type }: Thing) => [title, type]),
        [
          ['Name', 'text'],
          ['Qty', 'number'],
          ['Note', 'text'],
        ],
      );
      for (const { column_id, created_at } of columns) {
        assert.match(column_id, idForm);
        assert.match(created_at, columnTimeForm);
      }
      const one = await office.expect(200, 'GET', `/retable/${table.id}`);
      assert.deepEqual(
        one.columns,
        columns.map(({ created_at: _, ...column }: Thing) => column),
      );
      withoutMeta(one, 'later');
      assert.deepEqual(Object.keys(one).sort(), [
        'columns',
        'created_at',
        'created_by',
        'deleted_at',
        'deleted_by',
        'description',
        'id',
        'title',
        'updated_at',
        'updated_by',
      ]);
      const { rows } = await office.expect(200, 'GET', table.data);
      assert.deepEqual(
        rows[0].columns,
        one.columns.map(({ column_id, title }: Thing) => ({ column_id, title, cell_value: '' })),
      );
    });

    test('are deleted by id or title, with their cells; unknown ones are ignored', async () => {
      const table = await office.makeTable([
        { title: 'A', type: 'text' },
        { title: 'B', type: 'text' },
        { title: 'C', type: 'number' },
      ]);
      await table.insert({ Name: 'x', A: 'a', B: 'b', C: 1 });
      const { columns } = await office.expect(200, 'GET', `/retable/${table.id}`);
      const byTitle = new Map(columns.map((one: Thing) => [one.title, one.column_id]));
      const left = await office.expect(200, 'DELETE', `/retable/${table.id}/column`, {
        column_ids: [byTitle.get('A'), 'C', 'none'],
      });
      assert.deepEqual(
        left.columns.map(({ title }: Thing) => title),
        ['Name', 'B'],
      );
      assert.deepEqual(await table.read(), [{ Name: 'x', B: 'b' }]);
      await office.expect(200, 'DELETE', `/retable/${table.id}/column`, { column_ids: [] });
      const none = await office.expect(200, 'DELETE', `/retable/${table.id}/column`, { column_ids: ['Name', 'B'] });
      assert.deepEqual(none.columns, []);
      assert.deepEqual(await table.read(), [{}]);
    });

    test('a batch is all or nothing, and what is wrong with it is named', async () => {
      const table = await office.makeTable();
      const path = `/retable/${table.id}/column`;
      const good = { title: 'Good', type: 'text' };
      for (const [columns, named] of [
        [[good, { title: 'X', type: 'nonsense' }], 'columns[1].type'],
        [[good, { title: 'Name', type: 'text' }], 'columns[1].title'],
        [[good, { title: 'Good', type: 'text' }], 'columns[1].title'],
        [[good, { title: '', type: 'text' }], 'columns[1].title'],
        [[good, { type: 'text' }], 'columns[1].title'],
        [[good, 'text'], 'columns[1]'],
        ['text', 'columns'],
        [undefined, 'columns'],
      ] as const) {
        const { status, json } = await office.call('POST', path, { columns });
        assert.equal(status, 400, JSON.stringify(columns));
        assert.ok(json.message.startsWith(`${named}: `), json.message);
      }
      assert.equal((await office.expect(200, 'GET', `/retable/${table.id}`)).columns.length, 1);
      for (const body of [{}, { column_ids: 'Name' }, [], '{', '5']) {
        assert.equal((await office.call('DELETE', path, body)).status, 400);
      }
    });
  });

  test('plural spellings and trailing slashes are the same paths', async () => {
    const table = await office.makeTable();
    for (const path of [
      '/workspaces',
      '/workspaces/',
      `/workspaces/${office.app.workspaceId}`,
      `/workspaces/${office.app.workspaceId}/projects`,
      `/projects/${table.projectId}`,
      `/projects/${table.projectId}/retables/`,
      `/project/${table.projectId}/retables`,
      `/retables/${table.id}`,
      `/retables/${table.id}/data/`,
      `/retables/${table.id}/search/?columnID=Name&term=x`,
    ]) {
      assert.equal((await office.call('GET', path)).status, 200, path);
    }
    assert.equal((await office.call('POST', `/retable/${table.id}/columns/`, { columns: [] })).status, 201);
  });
});
