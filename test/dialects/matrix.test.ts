/**
 * One table, several views: every field type is written through each dialect and read through every other. A dialect writes
 * what it shows; what is lost on the way is written down here, and nowhere else is anything lost.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import type { FieldInput } from '../../src/core/fields/add-field.ts';
import { type FieldTypeName, fieldTypeNames, type Json } from '../../src/core/fields/field-type.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { addMember } from '../../src/core/workspaces/members.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { clientOf } from './formaloo/client.ts';
import { fieldSlug, slugOf } from './formaloo/forms.ts';

const dialectNames = ['native', 'adalo', 'retable', 'formaloo'] as const;
type DialectName = (typeof dialectNames)[number];

/** One value as each dialect shows it. */
interface Case {
  readonly field?: Partial<FieldInput>;
  readonly native: Json;
  readonly adalo: Json;
  readonly retable: string;
  /** Without: as in the native API. */
  readonly formaloo?: Json;
  /** What the value becomes when it is written as the dialect shows it, where that is less than what was there. */
  readonly loses?: { readonly [D in DialectName]?: Partial<Record<DialectName, Json>> };
}

/** Clients do not write these: they are only read. */
const readOnly = ['autonumber', 'formula', 'created_at', 'updated_at', 'created_by', 'updated_by'] as const;
type WrittenType = Exclude<FieldTypeName, (typeof readOnly)[number] | 'password' | 'user' | 'relation'>;

/** Ids are what Formaloo calls slugs. */
const choices = {
  choices: [
    { id: 'redRED00', name: 'Red' },
    { id: 'blueBLU1', name: 'Blue' },
  ],
};
const url = 'https://files.example/a.pdf';
const picture = 'https://files.example/a.png';
const unknown = { size: null, width: null, height: null };
const place = {
  address: 'Potsdamer Platz',
  name: null,
  latitude: 52.5096,
  longitude: 13.3759,
  elements: { city: 'Berlin' },
};
const position = { address: null, name: null, latitude: 52.5096, longitude: 13.3759, elements: {} };

function adaloPlace({ address, name, latitude, longitude, elements }: typeof place | typeof position): Json {
  return { fullAddress: address, name, coordinates: { latitude, longitude }, addressElements: { ...elements } };
}

/** The same JSON in the native API and Adalo. */
function same(value: Json, retable: string, field: Partial<FieldInput> = {}): Case {
  return { native: value, adalo: value, retable, field };
}

const cases: Record<WrittenType, readonly Case[]> = {
  text: [same('x "y" é😀', 'x "y" é😀')],
  long_text: [same('a\nb', 'a\nb')],
  rich_text: [same('<p>x</p>', '<p>x</p>')],
  email: [same('ada@example.com', 'ada@example.com')],
  url: [same('https://example.com/x?y=1', 'https://example.com/x?y=1')],
  phone: [same('+49 30 123456', '+49 30 123456')],
  number: [same(44, '44'), same(-1.5, '-1.5'), same(0, '0'), same(1e-7, '0.0000001')],
  percent: [same(12.5, '12.5')],
  currency: [same(12.5, '12.50'), same(3, '3', { options: { precision: 0 } })],
  rating: [same(3, '3')],
  duration: [same(90, '90'), same(1.5, '1.5')],
  checkbox: [same(true, 'true'), same(false, 'false')],
  date: [same('2026-03-05', '2026-03-05'), same('2026-03-05', '05/03/2026', { options: { format: 'eu' } })],
  datetime: [
    same('2026-03-05T09:07:00.000Z', '2026-03-05 09:07'),
    {
      ...same('2026-03-05T09:07:11.042Z', '2026-03-05 09:07'),
      // Retable's calendar shows minutes.
      loses: { retable: { native: '2026-03-05T09:07:00.000Z', adalo: '2026-03-05T09:07:00.000Z' } },
    },
    same('2026-03-05T09:07:00.000Z', '03/05/2026 09:07', { options: { format: 'us' } }),
  ],
  time: [same('09:07:00', '09:07:00')],
  single_select: [{ ...same('Red', 'Red', { options: choices }), formaloo: 'redRED00' }],
  multi_select: [{ ...same(['Blue', 'Red'], 'Blue, Red', { options: choices }), formaloo: ['blueBLU1', 'redRED00'] }],
  location: [
    { native: position, adalo: adaloPlace(position), retable: '52.5096,13.3759' },
    {
      native: place,
      adalo: adaloPlace(place),
      retable: '52.5096,13.3759',
      // Retable's geolocation is a position and nothing else.
      loses: { retable: { native: position, adalo: adaloPlace(position) } },
    },
    {
      native: { ...place, latitude: null, longitude: null, elements: {} },
      adalo: {
        fullAddress: place.address,
        name: null,
        coordinates: { latitude: null, longitude: null },
        addressElements: {},
      },
      retable: place.address,
    },
  ],
  color: [same('#3366ff', '#3366ff')],
  json: [same({ a: [1, 'x', null] }, '{"a":[1,"x",null]}'), same([1, 2], '[1,2]')],
  file: [
    {
      native: { id: null, url, filename: 'a.pdf', media_type: null, ...unknown },
      adalo: { url, filename: 'a.pdf', size: 0 },
      retable: url,
      formaloo: url,
    },
    {
      field: { options: { multiple: true } },
      native: [
        { id: null, url, filename: 'a.pdf', media_type: null, ...unknown },
        { id: null, url: picture, filename: 'a.png', media_type: null, ...unknown },
      ],
      adalo: [
        { url, filename: 'a.pdf', size: 0 },
        { url: picture, filename: 'a.png', size: 0 },
      ],
      retable: `${url},${picture}`,
      formaloo: [
        { url, file_slug: null },
        { url: picture, file_slug: null },
      ],
    },
  ],
  image: [
    {
      native: { id: null, url: picture, filename: 'a.png', media_type: null, ...unknown },
      // Integers always: what is not known is 0, and written back it is still not known.
      adalo: { url: picture, filename: 'a.png', size: 0, width: 0, height: 0 },
      retable: picture,
      formaloo: picture,
    },
  ],
};

interface View {
  /** Creates a record with one value in the field "Cell"; answers its id. */
  write(table: TableSchema, value: unknown): Promise<number>;
  /** The value of "Cell"; undefined where the dialect does not show the field. */
  read(table: TableSchema, id: number): Promise<unknown>;
}

describe('one table, every view', () => {
  let app: TestApp;
  let views: Record<DialectName, View>;
  let memberId: string;
  before(async () => {
    app = await startTestApp();
    views = { native: nativeView(app), adalo: adaloView(app), retable: retableView(app), formaloo: formalooView(app) };
    const member = { email: 'ada@example.com', name: 'Ada', role: 'editor' } as const;
    memberId = (await addMember(app.core, systemActor, app.workspaceId, member)).user.id;
  });
  after(() => app.close());

  const makeTable = (type: FieldTypeName, field: Partial<FieldInput> = {}) =>
    app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Cell', type, ...field },
    ]);

  /** How a reader shows what a writer wrote. */
  function shownBy(reader: DialectName, expected: Case, writer: DialectName): Json {
    const lost = expected.loses?.[writer];
    if (reader !== 'formaloo') return lost?.[reader] ?? expected[reader];
    return lost?.formaloo ?? expected.formaloo ?? lost?.native ?? expected.native;
  }

  /** Writes the value as each dialect shows it, and reads it through all. */
  async function check(table: TableSchema, expected: Case): Promise<void> {
    for (const writer of dialectNames) {
      const id = await views[writer].write(table, expected[writer] ?? expected.native);
      for (const reader of dialectNames) {
        const shown = shownBy(reader, expected, writer);
        assert.deepEqual(await views[reader].read(table, id), shown, `written by ${writer}, read by ${reader}`);
      }
    }
  }

  for (const [type, list] of Object.entries(cases)) {
    test(`${type} reads alike whoever wrote it, and empty is empty everywhere`, async () => {
      for (const one of list) await check(await makeTable(type as FieldTypeName, one.field), one);
      const table = await makeTable(type as FieldTypeName, list[0]?.field);
      for (const writer of dialectNames) {
        const id = await views[writer].write(table, writer === 'retable' ? '' : null);
        assert.deepEqual(
          await readAll(table, id),
          { native: null, adalo: null, retable: '', formaloo: null },
          `written by ${writer}`,
        );
      }
    });
  }

  async function readAll(table: TableSchema, id: number): Promise<Record<DialectName, unknown>> {
    const [native, adalo, retable, formaloo] = await Promise.all(
      dialectNames.map((name) => views[name].read(table, id)),
    );
    return { native, adalo, retable, formaloo };
  }

  test('user: an id, in Retable an e-mail address', async () => {
    await check(await makeTable('user'), { native: memberId, adalo: memberId, retable: 'ada@example.com' });
  });

  test('relation: ids, in Retable joined by commas, in Formaloo slugs; its other side shows in the target', async () => {
    const target = await app.makeTable([{ name: 'Name', type: 'text' }]);
    for (let made = 0; made < 2; made += 1) {
      await app.request('POST', `/api/v1/tables/${target.id}/records`, { key: app.keys.native, body: { fields: {} } });
    }
    const table = await makeTable('relation', { options: { target: target.id, inverse_name: 'Cell' } });
    const slugs = (of: TableSchema, ids: number[]) => ids.map((id) => app.core.secrets.slugs.encode(of.number, id));
    await check(table, { ...same([1, 2], '1,2'), formaloo: slugs(target, [1, 2]) });
    const current = await app.core.catalog.table(target.id);
    assert.ok(current);
    assert.deepEqual(await readAll(current, 1), {
      native: [1, 2, 3, 4],
      adalo: [1, 2, 3, 4],
      retable: '1,2,3,4',
      formaloo: slugs(table, [1, 2, 3, 4]),
    });
    const empty = await views.native.write(table, []);
    assert.deepEqual(await readAll(table, empty), { native: [], adalo: [], retable: '', formaloo: [] });
  });

  test('password: taken where passwords are known, shown nowhere', async () => {
    const table = await makeTable('password');
    for (const writer of ['native', 'adalo', 'formaloo'] as const) {
      const id = await views[writer].write(table, 'secret');
      for (const [reader, value] of Object.entries(await readAll(table, id))) {
        assert.ok(value === undefined || value === null, `${reader} shows ${String(value)}`);
      }
    }
    await assert.rejects(views.retable.write(table, 'secret'), /there is no column/);
  });

  test('what fills itself is the same everywhere', async () => {
    const body = { fields: { Name: 'x' } };
    for (const type of readOnly) {
      const table = await makeTable(type, type === 'formula' ? { options: { expression: '1 + 1.5' } } : {});
      const made = await app.request('POST', `/api/v1/tables/${table.id}/records`, { key: app.keys.native, body });
      const all = await readAll(table, 1);
      assert.equal(all.native, made.json.fields.Cell);
      assert.equal(all.adalo, all.native);
      const shown: Record<(typeof readOnly)[number], string> = {
        autonumber: '1',
        formula: '2.5',
        created_at: String(all.native).slice(0, 19).replace('T', ' '),
        // Retable shows no change before the first one.
        updated_at: '',
        created_by: 'owner@example.com',
        updated_by: '',
      };
      assert.equal(all.retable, shown[type], type);
      // Formaloo's instants have microseconds.
      const instant = String(all.native).replace('Z', '000Z');
      assert.equal(all.formaloo, type.endsWith('_at') ? instant : all.native, type);
    }
  });

  test('every field type has its place here', () => {
    const seen = new Set<string>([...Object.keys(cases), ...readOnly, 'password', 'user', 'relation']);
    assert.deepEqual(
      fieldTypeNames.filter((name) => !seen.has(name)),
      [],
    );
  });

  test('a record made, changed and deleted through one dialect is so in the others', async () => {
    const table = await makeTable('text');
    const id = await views.retable.write(table, 'made');
    const path = `/v0/apps/${app.appId}/collections/${table.id}/${id}`;
    const changed = await app.request('PUT', path, { key: app.keys.app, body: { Cell: 'changed' } });
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual(await readAll(table, id), {
      native: 'changed',
      adalo: 'changed',
      retable: 'changed',
      formaloo: 'changed',
    });
    const removed = await app.request('DELETE', `/api/v1/tables/${table.id}/records/${id}`, { key: app.keys.native });
    assert.equal(removed.status, 204);
    for (const name of dialectNames) await assert.rejects(views[name].read(table, id));
  });

  test('a column that Retable makes is a field of the right type, and keeps its name there when it is used elsewhere', async () => {
    const table = await makeTable('text');
    const headers = { ApiKey: app.keys.personal };
    const columns = [
      { title: 'Kind', type: 'dropdown' },
      { title: 'Tel', type: 'phone_number' },
    ];
    const made = await app.request('POST', `/v1/public/retable/${table.id}/column`, { headers, body: { columns } });
    assert.equal(made.status, 201);
    const current = await app.core.catalog.table(table.id);
    assert.deepEqual(
      current?.fields.slice(2).map((field) => [field.name, field.type]),
      [
        ['Kind', 'multi_select'],
        ['Tel', 'phone'],
      ],
    );
    const record = await app.request('POST', `/api/v1/tables/${table.id}/records`, {
      key: app.keys.native,
      body: { fields: { Kind: ['New'], Tel: '555 1234' } },
    });
    assert.equal(record.status, 201, record.text);
    const shown = await app.request('GET', `/v2/public/retable/${table.id}/data`, { headers });
    assert.deepEqual(shown.json.rows[0].fields, { Name: '', Cell: '', Kind: 'New', Tel: '555 1234' });
    const again = await app.request('GET', `/v1/public/retable/${table.id}`, { headers });
    assert.deepEqual(
      again.json.data.columns.map((one: { type: string }) => one.type),
      ['text', 'text', 'dropdown', 'phone_number'],
    );
  });
});

function nativeView(app: TestApp): View {
  const path = (table: TableSchema) => `/api/v1/tables/${table.id}/records`;
  return {
    async write(table, value) {
      const { status, json, text } = await app.request('POST', path(table), {
        key: app.keys.native,
        body: { fields: { Cell: value } },
      });
      assert.equal(status, 201, text);
      return json.id;
    },
    async read(table, id) {
      const { status, json, text } = await app.request('GET', `${path(table)}/${id}`, { key: app.keys.native });
      assert.equal(status, 200, text);
      return json.fields.Cell;
    },
  };
}

function adaloView(app: TestApp): View {
  const path = (table: TableSchema) => `/v0/apps/${app.appId}/collections/${table.id}`;
  return {
    async write(table, value) {
      const { status, json, text } = await app.request('POST', path(table), {
        key: app.keys.app,
        body: { Cell: value },
      });
      assert.equal(status, 200, text);
      return json.id;
    },
    async read(table, id) {
      const { status, json, text } = await app.request('GET', `${path(table)}/${id}`, { key: app.keys.app });
      assert.equal(status, 200, text);
      return json.Cell;
    },
  };
}

function retableView(app: TestApp): View {
  const path = (table: TableSchema) => `/v1/public/retable/${table.id}/data`;
  const headers = { ApiKey: app.keys.personal };
  return {
    async write(table, value) {
      const body = { data: [{ columns: [{ column_id: 'Cell', cell_value: value }] }] };
      const { status, json, text } = await app.request('POST', path(table), { headers, body });
      assert.equal(status, 201, text);
      return json.data.rows[0].row_id;
    },
    async read(table, id) {
      const { status, json, text } = await app.request('GET', `${path(table)}?row_id=${id}`, { headers });
      assert.equal(status, 200, text);
      const cells: { title: string; cell_value: string }[] = json.data.rows[0].columns;
      return cells.find((cell) => cell.title === 'Cell')?.cell_value;
    },
  };
}

function formalooView(app: TestApp): View {
  const client = clientOf(app);
  const form = (table: TableSchema) => `/v3.0/forms/${slugOf(table)}/rows/`;
  return {
    async write(table, value) {
      const { row } = await client.data(201, 'POST', form(table), { [fieldSlug(table, 'Cell')]: value });
      return row.submit_number;
    },
    async read(table, id) {
      const slug = app.core.secrets.slugs.encode(table.number, id);
      const { row } = await client.data(200, 'GET', `/v3.0/rows/${slug}/`);
      return row.data[fieldSlug(table, 'Cell')];
    },
  };
}
