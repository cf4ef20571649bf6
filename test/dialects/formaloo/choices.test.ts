import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { updateField } from '../../../src/core/fields/update-field.ts';
import { getTable } from '../../../src/core/tables/get-table.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf } from './client.ts';
import { choiceSlug, fieldSlug, slugOf } from './forms.ts';

describe('GET /fields/{slug}/choices/', () => {
  let app: TestApp;
  let client: Client;
  let table: TableSchema;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
    const choices = ['Red', 'Dark red', 'Redder', 'Blue'].map((name) => ({ name }));
    table = await app.makeTable([
      { name: 'Color', type: 'single_select', options: { choices } },
      { name: 'Country', type: 'text' },
      { name: 'City', type: 'text' },
      { name: 'Note', type: 'text' },
    ]);
    for (const [name, type] of [
      ['Country', 'country'],
      ['City', 'city'],
    ] as const) {
      table = await getTable(app.core, systemActor, table.id);
      const field = table.fieldByName.get(name);
      assert.ok(field);
      await updateField(app.core, systemActor, table, field, { foreign: { formaloo: { type } } });
    }
    table = await getTable(app.core, systemActor, table.id);
  });
  after(() => app.close());

  const find = async (name: string, query = '', version = 'v4') => {
    const answer = await client.call('GET', `/${version}/fields/${fieldSlug(table, name)}/choices/${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.data;
  };
  const titles = (data: { objects: { title: string }[] }) => data.objects.map(({ title }) => title);

  test('lists the choices with slug and title, at every version that clients use', async () => {
    for (const version of ['v3', 'v3.0', 'v4']) {
      const data = await find('Color', '', version);
      assert.deepEqual(titles(data), ['Red', 'Dark red', 'Redder', 'Blue']);
      assert.deepEqual(data.objects[0], { slug: choiceSlug(table, 'Color', 'Red'), title: 'Red' });
      assert.deepEqual([data.count, data.current_page, data.next], [4, 1, null]);
    }
  });

  test('puts an equal title first, then beginnings, then the rest', async () => {
    assert.deepEqual(titles(await find('Color', '?search=RED')), ['Red', 'Redder', 'Dark red']);
    const data = await find('Color', '?search=green');
    assert.deepEqual([data.count, data.objects], [0, []]);
  });

  test('pages, and finds by slug', async () => {
    const data = await find('Color', '?page_size=3&page=2');
    assert.deepEqual([titles(data), data.page_count], [['Blue'], 2]);
    const slug = choiceSlug(table, 'Color', 'Blue');
    assert.deepEqual(titles(await find('Color', `?slug=${slug}`)), ['Blue']);
  });

  test('knows countries and cities, an exact title unmistakably', async () => {
    for (const [field, name] of [
      ['Country', 'Germany'],
      ['Country', 'niger'],
      ['Country', 'United States'],
      ['City', 'berlin'],
      ['City', 'Tehran'],
      ['City', 'London'],
      ['City', 'Springfield'],
    ] as const) {
      const data = await find(field, `?search=${encodeURIComponent(name)}`);
      assert.ok(data.count >= 1, name);
      const equal = titles(data).filter((title) => title.toLowerCase() === name.toLowerCase());
      assert.deepEqual([equal.length, titles(data)[0]?.toLowerCase()], [1, name.toLowerCase()]);
    }
    assert.equal((await find('Country', '?search=atlantis')).count, 0);
  });

  test('the slug of a country is its answer, and other dialects see its name', async () => {
    const country = fieldSlug(table, 'Country');
    const [germany] = (await find('Country', '?search=germany')).objects;
    const submit = (answer: string) =>
      client.open('POST', `/v3.0/form-displays/slug/${slugOf(table)}/submit/`, { body: { [country]: answer } });
    const answer = await submit(germany.slug);
    assert.equal(answer.status, 201, answer.text);
    const { row } = answer.json.data;
    assert.deepEqual([row.data[country], row.readable_data.Country], [germany.slug, 'Germany']);
    const { json } = await app.request('GET', `/api/v1/tables/${table.id}/records`, { key: app.keys.native });
    assert.equal(json.data[0].fields.Country, 'Germany');
    assert.equal((await submit('Germany')).status, 400);
  });

  test('the slug of a city is its answer, wherever the row is shown', async () => {
    const city = fieldSlug(table, 'City');
    const [london] = (await find('City', '?search=london')).objects;
    const body = { [city]: london.slug };
    const answer = await client.open('POST', `/v3.0/form-displays/slug/${slugOf(table)}/submit/`, { body });
    assert.equal(answer.status, 201, answer.text);
    const { slug } = answer.json.data.row;
    await app.restart();
    const { row } = await client.data(200, 'GET', `/v3.0/rows/${slug}/`);
    assert.deepEqual([row.data[city], row.readable_data.City], [london.slug, 'London']);
    const refused = await client.open('POST', `/v3.0/form-displays/slug/${slugOf(table)}/submit/`, {
      body: { [city]: 'London' },
    });
    assert.deepEqual(refused.json.errors.form_errors, { [city]: ['Must be a slug from its list of choices.'] });
    const whole = await find('City', '?pagination=0');
    assert.deepEqual([whole.objects.length, whole.count > 100_000], [1000, true]);
  });

  test('needs the API key alone; the write-only key reads nothing', async () => {
    const path = `/v3.0/fields/${fieldSlug(table, 'Color')}/choices/`;
    assert.equal((await client.open('GET', path)).status, 200);
    assert.equal((await app.request('GET', path, { headers: { 'x-api-key': app.keys.pair.writeOnly } })).status, 403);
    assert.equal((await app.request('GET', path)).status, 401);
  });

  test('choices of a field of the staff need the token', async () => {
    const { form } = await client.data(201, 'POST', '/v3.0/forms/', {});
    const body = { form: form.slug, type: 'choice', bulk_choices: ['Rude'], admin_only: true };
    const { field } = await client.data(201, 'POST', '/v3.0/fields/', body);
    const path = `/v3.0/fields/${field.slug}/choices/`;
    assert.equal((await client.open('GET', path)).status, 401);
    assert.equal((await client.open('GET', path, { headers: { authorization: 'JWT nothing' } })).status, 401);
    assert.equal((await client.data(200, 'GET', path)).objects[0].title, 'Rude');
  });

  test('a field without choices has none, and what is no field is 404', async () => {
    assert.deepEqual((await find('Note')).objects, []);
    assert.equal((await client.open('GET', '/v3.0/fields/nosuch00/choices/')).status, 404);
  });
});
