/** A formula means the same in every dialect, in exports, imports, webhooks and documents, and nobody writes it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json } from '../../src/core/fields/field-type.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { clientOf } from '../dialects/formaloo/client.ts';
import { slugOf } from '../dialects/formaloo/forms.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { openWebhookShop } from '../webhooks/webhook-shop.ts';

describe('a formula in every dialect', () => {
  let app: TestApp;
  let table: TableSchema;
  let records: string;
  let fields: string;
  before(async () => {
    app = await startTestApp();
    table = await app.makeTable(
      [
        { name: 'Name', type: 'text' },
        { name: 'Price', type: 'number' },
        { name: 'Pieces', type: 'number' },
        { name: 'Total', type: 'formula', options: { expression: '{Price} * {Pieces}' } },
        { name: 'Each', type: 'formula', options: { expression: '{Price} / {Pieces}' } },
        { name: 'Is dear', type: 'formula', options: { expression: '{Total} > 50' } },
        { name: 'Label', type: 'formula', options: { expression: '{Name} & ": " & {Total}' } },
      ],
      'Items',
    );
    records = `/api/v1/tables/${table.id}/records`;
    fields = `/api/v1/tables/${table.id}/fields`;
    await call('POST', `${records}/batch`, {
      create: [
        { fields: { Name: 'Lamp', Price: 20.5, Pieces: 4 } },
        { fields: { Name: 'Desk', Price: 1e-7, Pieces: 1 } },
        { fields: { Name: 'None', Price: 1, Pieces: 0 } },
      ],
    });
  });
  after(() => app.close());

  async function call(method: string, path: string, body?: unknown) {
    return app.request(method, path, { key: app.keys.native, ...(body === undefined ? {} : { body }) });
  }

  const shown = [
    { Total: 82, Each: 5.125, 'Is dear': true, Label: 'Lamp: 82' },
    { Total: 1e-7, Each: 1e-7, 'Is dear': false, Label: 'Desk: 1e-7' },
    { Total: 0, Each: '#DIV/0!', 'Is dear': false, Label: 'None: 0' },
  ];
  const pick = (values: Record<string, unknown>) =>
    Object.fromEntries(['Total', 'Each', 'Is dear', 'Label'].map((name) => [name, values[name]]));

  test('native: values as they are; a tag of the version does not hide a new value', async () => {
    const { json } = await call('GET', records);
    assert.deepEqual(
      json.data.map((one: { fields: Record<string, Json> }) => pick(one.fields)),
      shown,
    );
    const first = await call('GET', `${records}/1`);
    const again = await app.request('GET', `${records}/1`, {
      key: app.keys.native,
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    assert.equal(again.status, 200);
  });

  test('adalo: a property like others, ignored when it comes back', async () => {
    const path = `/v0/apps/${app.appId}/collections/${table.id}`;
    const { json } = await app.request('GET', path, { key: app.keys.app });
    assert.deepEqual(json.records.map(pick), shown);
    const put = await app.request('PUT', `${path}/1`, { key: app.keys.app, body: { ...json.records[0], Total: 7 } });
    assert.equal(put.status, 200, put.text);
    assert.equal(put.json.Total, 82);
    const found = await app.request('GET', `${path}?filterKey=Total&filterValue=82`, { key: app.keys.app });
    assert.deepEqual(
      found.json.records.map((one: { id: number }) => one.id),
      [1],
    );
  });

  test('retable: a formula column, cells as text, ignored when written, found by search', async () => {
    const path = `/v1/public/retable/${table.id}`;
    const headers = { ApiKey: app.keys.personal };
    const cellsOf = async (id: number) => {
      const { json } = await app.request('GET', `${path}/data?row_id=${id}`, { headers });
      const columns: { title: string; cell_value: string }[] = json.data.rows[0].columns;
      return pick(Object.fromEntries(columns.map((one) => [one.title, one.cell_value])));
    };
    assert.deepEqual(await cellsOf(1), { Total: '82', Each: '5.125', 'Is dear': 'true', Label: 'Lamp: 82' });
    assert.deepEqual(await cellsOf(2), {
      Total: '0.0000001',
      Each: '0.0000001',
      'Is dear': 'false',
      Label: 'Desk: 1e-7',
    });
    assert.equal((await cellsOf(3)).Each, '#DIV/0!');
    const put = await app.request('PUT', `${path}/data`, {
      headers,
      body: {
        rows: [
          {
            row_id: 1,
            columns: [
              { column_id: 'Total', cell_value: '9' },
              { column_id: 'Name', cell_value: 'Lamp' },
            ],
          },
        ],
      },
    });
    assert.equal(put.status, 200, put.text);
    assert.equal((await cellsOf(1)).Total, '82');
    for (const [column, term, name] of [
      ['Total', '82', 'Lamp'],
      ['Each', '#DIV/0!', 'None'],
      ['Is dear', 'TRUE', 'Lamp'],
    ]) {
      const query = `columnID=${encodeURIComponent(column ?? '')}&term=${encodeURIComponent(term ?? '')}`;
      const search = await app.request('GET', `${path}/search?${query}`, { headers });
      assert.equal(search.status, 200, search.text);
      assert.equal(search.json.data.rows.length, 1, search.text);
      assert.ok(search.text.includes(name ?? ''), search.text);
    }
    const about = await app.request('GET', path, { headers });
    const types: { title: string; type: string }[] = about.json.data.columns;
    assert.equal(types.find((one) => one.title === 'Total')?.type, 'formula');
  });

  test('formaloo: a variable of sub type formula, in rows and ignored in submissions', async () => {
    const client = clientOf(app);
    const form = await client.data(200, 'GET', `/v3.0/forms/${slugOf(table)}/`);
    const entries: Record<string, Json>[] = form.form.fields_list;
    const total = entries.find((one) => one.title === 'Total') ?? {};
    assert.deepEqual(
      [total.type, total.sub_type, total.config],
      ['variable', 'formula', { formula: '{Price} * {Pieces}' }],
    );
    const { rows } = await client.data(200, 'GET', `/v3.0/forms/${slugOf(table)}/rows/`);
    const byName = new Map(
      rows.map((row: { id: number; data: Record<string, Json> }) => [row.id, row.data[String(total.slug)]]),
    );
    assert.deepEqual([...byName.values()].sort(), [0, 1e-7, 82].sort());
    const renamed = await client.data(200, 'PATCH', `/v3.0/fields/${total.slug}/`, { title: 'Sum' });
    assert.equal(renamed.field.title, 'Sum');
    await client.data(200, 'PATCH', `/v3.0/fields/${total.slug}/`, { title: 'Total' });
    const kept = await call('GET', `${records}/1`);
    assert.equal(kept.json.fields.Total, 82);
  });

  test('exports have it; an import never writes it', async () => {
    const csv = await call('GET', `/api/v1/tables/${table.id}/export?fields=Name,Total,Each&sort=-Total`);
    assert.equal(csv.text, 'Name,Total,Each\r\nLamp,82,5.125\r\nDesk,1e-7,1e-7\r\nNone,0,#DIV/0!\r\n');
    const lines = await call('GET', `/api/v1/tables/${table.id}/export?format=jsonl&fields=Total,Is%20dear`);
    assert.equal(lines.text.split('\n')[0], '{"Total":82,"Is dear":true}');
    const xlsx = await call('GET', `/api/v1/tables/${table.id}/export?format=xlsx&fields=Total`);
    assert.equal(xlsx.status, 200);
  });

  test('documents describe it as read-only', async () => {
    const { json } = await call('GET', `/api/v1/apps/${app.appId}/openapi.json`);
    const text = JSON.stringify(json);
    if (json !== undefined && text.includes('Is dear')) assert.match(text, /"#DIV\/0!"/);
  });

  const refused: readonly (readonly [about: string, body: object, status: number, message: RegExp])[] = [
    ['no expression', { options: {} }, 400, /expression/],
    ['an expression of another type', { options: { expression: 5 } }, 400, /expression/],
    ['an unknown field', { options: { expression: '{Nope}' } }, 400, /no field \\"Nope\\" in Items \(at character 1\)/],
    ['an unknown option', { options: { expression: '1', more: 1 } }, 400, /more/],
    ['decimals of a text', { options: { expression: '"a"', precision: 1 } }, 400, /only a number is rounded/],
    ['unique', { options: { expression: '1' }, unique: true }, 400, /unique/],
    ['indexed', { options: { expression: '1' }, indexed: true }, 400, /indexed/],
    ['required', { options: { expression: '1' }, required: true }, 400, /fills itself/],
    ['a default', { options: { expression: '1' }, default: 1 }, 400, /takes no default/],
  ];
  for (const [about, body, status, message] of refused) {
    test(`a formula with ${about} is refused`, async () => {
      const answer = await call('POST', fields, { name: 'Refused', type: 'formula', ...body });
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, message);
    });
  }

  test('what the API shows of a formula can be sent back', async () => {
    const { json } = await call('GET', fields);
    const total = json.data.find((one: { name: string }) => one.name === 'Total');
    const again = await call('PATCH', `${fields}/${total.id}`, { options: total.options });
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.json.options, total.options);
    const wrong = await call('PATCH', `${fields}/${total.id}`, { options: { expression: '{Price} *' } });
    assert.equal(wrong.status, 400);
    const unique = await call('PATCH', `${fields}/${total.id}`, { unique: true });
    assert.equal(unique.status, 400);
    assert.equal((await call('GET', `${records}/1`)).json.fields.Total, 82);
  });

  test('a formula becomes a field with its values, and a field becomes a formula', async () => {
    const made = await call('POST', fields, { name: 'Copy', type: 'formula', options: { expression: '{Total} + 1' } });
    const path = `${fields}/${made.json.id}/convert`;
    const dry = await call('POST', path, { type: 'number', dry_run: true });
    assert.equal(dry.json.convertible, 3, dry.text);
    assert.equal((await call('POST', path, { type: 'number' })).status, 200);
    assert.equal((await call('PATCH', `${records}/1`, { fields: { Copy: 5 } })).json.fields.Copy, 5);
    const unfit = await call('POST', path, { type: 'formula', options: { expression: '{Nope}' }, dry_run: true });
    assert.equal(unfit.status, 400, unfit.text);
    const back = await call('POST', path, { type: 'formula', options: { expression: '{Name} & "?"' } });
    assert.equal(back.status, 200, back.text);
    assert.equal(back.json.field.options.expression, '{Name} & "?"');
    assert.equal((await call('GET', `${records}/1`)).json.fields.Copy, 'Lamp?');
    const broken = await call('POST', path, { type: 'formula', options: { expression: '{Copy}' } });
    assert.equal(broken.status, 400, broken.text);
  });

  test('a table copied by what it shows has the same formulas', async () => {
    const shownFields = (await call('GET', fields)).json.data;
    const copy = await call('POST', `/api/v1/apps/${app.appId}/tables`, {
      name: 'Items again',
      fields: shownFields.map(({ name, type, options }: Record<string, Json>) => ({ name, type, options })),
    });
    assert.equal(copy.status, 201, copy.text);
    const made = await call('POST', `/api/v1/tables/${copy.json.id}/records`, {
      fields: { Name: 'x', Price: 2, Pieces: 3 },
    });
    assert.equal(made.json.fields.Label, 'x: 6');
  });

  test('formulas of a new table may stand before what they read', async () => {
    const made = await call('POST', `/api/v1/apps/${app.appId}/tables`, {
      name: 'Upside down',
      fields: [
        { name: 'C', type: 'formula', options: { expression: '{B} * 2' } },
        { name: 'B', type: 'formula', options: { expression: '{A} + 1' } },
        { name: 'A', type: 'number' },
      ],
    });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(
      made.json.fields.map((one: { name: string }) => one.name),
      ['C', 'B', 'A'],
    );
    const record = await call('POST', `/api/v1/tables/${made.json.id}/records`, { fields: { A: 4 } });
    assert.equal(record.json.fields.C, 10);
    const circle = await call('POST', `/api/v1/apps/${app.appId}/tables`, {
      name: 'Circle',
      fields: [
        { name: 'A', type: 'formula', options: { expression: '{B}' } },
        { name: 'B', type: 'formula', options: { expression: '{A}' } },
      ],
    });
    assert.equal(circle.status, 400, circle.text);
    assert.match(circle.text, /fields\[1\]\.options\.expression/);
  });

  test('a form with formulas is copied with them', async () => {
    const client = clientOf(app);
    const copied = await client.data(201, 'POST', `/v3.0/forms/${slugOf(table)}/copy/`, {});
    const slug: string = copied.form.slug;
    const copy = (await app.core.catalog.tablesOf(app.appId)).find((one) => slugOf(one) === slug);
    const made = await call('POST', `/api/v1/tables/${copy?.id}/records`, {
      fields: { Name: 'y', Price: 3, Pieces: 3 },
    });
    assert.equal(made.json.fields.Label, 'y: 9', made.text);
  });

  test('the log of changes holds no values of formulas', async () => {
    const { text } = await call('GET', `/api/v1/apps/${app.appId}/changes?limit=1`);
    assert.doesNotMatch(text, /Lamp: /);
  });
});

test('webhooks carry formulas, watch them and say which have changed', async () => {
  const shop = await openWebhookShop();
  try {
    await shop.call('POST', `/api/v1/tables/${shop.orders.id}/fields`, {
      name: 'Twice',
      type: 'formula',
      options: { expression: '{Price} * 2' },
    });
    await shop.hook({ filter: { Twice: { gt: 10 } } });
    const id = await shop.createOrder({ Item: 'Lamp', Price: 10 });
    await shop.createOrder({ Item: 'Cheap', Price: 1 });
    await shop.updateOrder(id, { Price: 12 });
    const [created, updated] = await shop.receiver.waitFor(2);
    assert.equal(created?.json.data.record.fields.Twice, 20);
    assert.equal(updated?.json.data.record.fields.Twice, 24);
    assert.deepEqual(updated?.json.data.changed, ['Price', 'Twice']);
  } finally {
    await shop.close();
  }
});
