import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { updatePlan } from '../../../src/core/limits/update-plan.ts';
import { createFakeClock, startTestApp, type TestApp } from '../../harness.ts';
import { until } from '../../webhooks/receiver.ts';
import { type Client, clientOf, multipartOf } from './client.ts';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

describe('spreadsheets', () => {
  const clock = createFakeClock();
  let app: TestApp;
  let client: Client;
  let form: string;
  const slugs: Record<string, string> = {};
  before(async () => {
    app = await startTestApp({ clock });
  });
  beforeEach(async () => {
    client = clientOf(app);
    form = (await client.data(201, 'POST', '/v3.0/forms/', { title: 'Orders / 2026' })).form.slug;
    const add = async (path: string, title: string, more: object = {}) => {
      const { field } = await client.data(201, 'POST', `/v3.0/fields/${path}/`, { form, title, ...more });
      slugs[title] = field.slug;
      return field;
    };
    await add('short_text', 'Name', { alias: 'who' });
    await add('number', 'Age');
    await add('boolean', 'Agree');
    await add('date', 'Day');
    const topic = await add('dropdown', 'Topic', { bulk_choices: ['Sales', 'Support'] });
    slugs.Sales = topic.choice_items[0].slug;
    await add('multiple_select', 'Parts', { bulk_choices: ['A', 'B', 'C'] });
    await add('city', 'City');
  });
  after(() => app.close());

  const rows = async () => (await client.data(200, 'GET', `/v3.0/forms/${form}/rows/?ordering=created_at`)).rows;
  const readable = async () => (await rows()).map((row: { readable_data: object }) => row.readable_data);
  const submit = (body: object) => client.data(201, 'POST', `/v3.0/forms/${form}/rows/`, body);

  async function cells(url: string): Promise<unknown[][]> {
    const { pathname, search } = new URL(url);
    const response = await fetch(app.url + pathname + search);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), xlsx);
    const { streamXlsxRows } = await import('hucre/xlsx');
    const found: unknown[][] = [];
    for await (const { values } of streamXlsxRows(await response.bytes())) found.push([...values]);
    return found;
  }

  const send = (name: string, bytes: Buffer | string, type = xlsx) =>
    client.call(
      'POST',
      `/v3.0/forms/${form}/import-rows/`,
      multipartOf([['file', { name, type, bytes: Buffer.from(bytes) }]]),
    );

  test('hold every row under the titles of the fields, at an absolute URL that opens without a key', async () => {
    await submit({ [slugs.Name ?? '']: '=Ann', [slugs.Age ?? '']: 41, [slugs.Topic ?? '']: slugs.Sales });
    await submit({ [slugs.Agree ?? '']: true, [slugs.Day ?? '']: '2026-03-04' });
    for (const path of [`/v3.0/forms/${form}/excel-export/`, `/v2/forms/form/${form}/excel/`]) {
      const { form: made } = await client.data(201, 'POST', path);
      assert.equal(made.async_export, false);
      assert.match(made.excel_file, /^http:\/\/tessera\.test\/files\/\w+\/Orders%202026\.xlsx\?/);
      const [head, first, second] = await cells(made.excel_file);
      assert.deepEqual(head, ['Submit number', 'Name', 'Age', 'Agree', 'Day', 'Topic', 'Parts', 'City', 'Created at']);
      assert.deepEqual([Number(first?.[0]), ...(first?.slice(1, 6) ?? [])], [1, '=Ann', 41, null, null, 'Sales']);
      assert.deepEqual(second?.slice(3, 5), [true, new Date('2026-03-04')]);
    }
    const { form: shown } = await client.data(200, 'GET', `/v3.0/forms/${form}/`);
    assert.equal(shown.export_in_progress, false);
    assert.match(shown.last_export_time, /T.*Z$/);
    assert.equal((await cells(shown.last_export_file)).length, 3);
    const listed = (await client.data(200, 'GET', `/v2/forms/list/?search=${form}`)).forms[0];
    assert.equal(listed.last_export_file, shown.last_export_file);
  });

  test('are gone after a day, and their links with them', async () => {
    const { form: made } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
    clock.advance(24 * 3600 * 1000 + 1000);
    const { pathname, search } = new URL(made.excel_file);
    assert.notEqual((await fetch(app.url + pathname + search)).status, 200);
    const { form: shown } = await client.data(200, 'GET', `/v3.0/forms/${form}/`);
    assert.deepEqual([shown.last_export_file, shown.last_export_time], [null, null]);
  });

  test('of many rows are made while others are answered, one at a time', async () => {
    const body = { header: ['Name'], rows: Array.from({ length: 5001 }, (_, at) => [`Row ${at}`]) };
    const { import: done } = await client.data(201, 'POST', `/v3.0/forms/${form}/import-rows/`, body);
    assert.deepEqual(done.import_results, { total_count: 5001, imported_count: 5001, failed_count: 0 });
    assert.equal(await app.core.store.count('submissions', { origin: 'excel' }), 5001);
    const [made, again] = await Promise.all([
      client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`),
      client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`),
    ]);
    assert.ok(made.form.async_export || again.form.async_export);
    let url: string | null = null;
    await until(async () => {
      const { form: shown } = await client.data(200, 'GET', `/v3.0/forms/${form}/`);
      url = shown.export_in_progress ? null : shown.last_export_file;
      return url !== null;
    }, 'the export is finished');
    assert.equal((await cells(url ?? '')).length, 5002);
  });

  test('that a crash cut short are made anew, and those under way are waited for', async () => {
    const tables = await app.core.catalog.tablesOf(app.appId);
    const table = tables.find(({ id }) => id.startsWith(form));
    const begun = app.core.clock.now();
    const row = { table_id: table?.id ?? '', state: 'running', file_id: null, finished_at: null, error: null } as const;
    await app.core.store.write((tx) => tx.upsert('table_exports', { ...row, started_at: begun, seen_at: begun }));
    const { form: waiting } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
    assert.deepEqual([waiting.async_export, waiting.excel_file], [true, null]);
    clock.advance(61_000);
    const { form: cut } = await client.data(200, 'GET', `/v3.0/forms/${form}/`);
    assert.equal(cut.last_export_error, 'The export was interrupted. Please start it again.');
    const { form: made } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
    assert.deepEqual([made.async_export, (await cells(made.excel_file)).length], [false, 1]);
  });

  test('may be larger than the files that people may upload', async () => {
    await updatePlan(app.core, systemActor, 'business', { file_bytes_max: 10 });
    try {
      const { form: made } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
      assert.equal((await cells(made.excel_file)).length, 1);
      const { file } = await client.data(200, 'GET', `/v3.0/forms/${form}/import-rows/sample-file/`);
      assert.equal((await cells(file)).length, 1);
    } finally {
      await updatePlan(app.core, systemActor, 'business', { file_bytes_max: 50 * 1024 * 1024 });
    }
  });

  test('that cannot be kept are told as failed, in a sentence, until one succeeds', async () => {
    const { form: before } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
    const place = join(app.folder, 'files');
    await rename(place, `${place}-away`);
    await writeFile(place, '');
    try {
      assert.equal((await client.call('POST', `/v3.0/forms/${form}/excel-export/`)).status, 503);
      const { form: shown } = await client.data(200, 'GET', `/v3.0/forms/${form}/`);
      assert.deepEqual(
        [shown.export_in_progress, shown.last_export_error, shown.last_export_file],
        [false, 'The file cannot be kept now.', before.excel_file],
      );
    } finally {
      await rm(place);
      await rename(`${place}-away`, place);
    }
    const { form: made } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
    assert.deepEqual([made.last_export_error, (await cells(made.excel_file)).length], [null, 1]);
  });

  test('that were exported are imported again as the same rows', async () => {
    await submit({
      [slugs.Name ?? '']: 'Ann',
      [slugs.Age ?? '']: 41,
      [slugs.Agree ?? '']: false,
      [slugs.Day ?? '']: '2026-03-04',
      [slugs.Topic ?? '']: slugs.Sales,
      [slugs.City ?? '']: '6JkQRWPT',
    });
    const { form: made } = await client.data(201, 'POST', `/v3.0/forms/${form}/excel-export/`);
    const { pathname, search } = new URL(made.excel_file);
    const bytes = Buffer.from(await (await fetch(app.url + pathname + search)).bytes());
    const answer = await send('rows.xlsx', bytes);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.data.import.status, 'imported');
    const [first, second] = await readable();
    assert.deepEqual(
      (await rows()).map(({ create_type }: { create_type: string }) => create_type),
      ['api', 'excel'],
    );
    assert.equal(first.City, 'Berlin');
    assert.deepEqual(second, first);
  });

  test('are read by title, alias or slug of a column; others are left out, refused rows are told', async () => {
    const csv = `WHO,${slugs.Age},Topic,Something else\nAnn,41,support,x\nBen,many,Sales,y\nCid,,Nonsense,z\n`;
    const answer = await send('rows.csv', csv, 'text/csv');
    assert.equal(answer.status, 201, answer.text);
    const { import_results: results, error_log: log } = answer.json.data.import;
    assert.deepEqual(results, { total_count: 3, imported_count: 1, failed_count: 2 });
    assert.deepEqual(
      log.map(({ row, field }: { row: number; field: string }) => [row, field]),
      [
        [3, 'Age'],
        [4, 'Topic'],
      ],
    );
    assert.deepEqual(
      (await readable()).map(({ Name, Age, Topic }: Record<string, unknown>) => [Name, Age, Topic]),
      [['Ann', 41, 'Support']],
    );
  });

  test('are refused when they are none, empty, or have no column of the form', async () => {
    const path = `/v3.0/forms/${form}/import-rows/`;
    for (const [bytes, type] of [
      ['', 'text/csv'],
      ['Other,Columns\n1,2\n', 'text/csv'],
      ['PK\u0003\u0004 and then nothing', xlsx],
    ] as const) {
      const answer = await send('rows', bytes, type);
      assert.equal(answer.status, 400, answer.text);
      assert.deepEqual(Object.keys(answer.json.errors.form_errors), ['file']);
    }
    for (const [body, key] of [
      [{}, 'file'],
      [{ file: 'name.xlsx' }, 'file'],
      [{ header: 'Name', rows: [['x']] }, 'header'],
      [{ header: ['Name'] }, 'rows'],
      [{ header: ['Name'], rows: ['x'] }, 'rows'],
    ] as const) {
      const answer = await client.call('POST', path, { body });
      assert.deepEqual([answer.status, Object.keys(answer.json.errors.form_errors)], [400, [key]], answer.text);
    }
    assert.deepEqual(await rows(), []);
  });

  test('a sample has the columns that an import takes', async () => {
    const { file } = await client.data(200, 'GET', `/v3.0/forms/${form}/import-rows/sample-file/`);
    assert.deepEqual(await cells(file), [['Name', 'Age', 'Agree', 'Day', 'Topic', 'Parts', 'City']]);
  });

  test('need the token; the write-only key and strangers get none', async () => {
    const path = `/v3.0/forms/${form}/excel-export/`;
    assert.equal((await client.open('POST', path)).status, 401);
    assert.equal((await app.request('POST', path, { headers: { 'x-api-key': app.keys.pair.writeOnly } })).status, 403);
    const stranger = clientOf(app, (await app.makeNeighbour()).keys.pair);
    assert.equal((await stranger.call('POST', path)).status, 404);
  });
});
