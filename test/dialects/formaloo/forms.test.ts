import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf } from './client.ts';
import { fieldSlug, makeContactForm, slugOf } from './forms.ts';

const slugForm = /^[A-Za-z0-9]{8}$/;
const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

describe('GET /forms/', () => {
  let app: TestApp;
  let client: Client;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
    for (const name of ['Contact us', 'Feedback', 'contact list', '100% [x]']) await makeContactForm(app, name);
  });
  after(() => app.close());

  const titles = async (query: string) => {
    const data = await client.data(200, 'GET', `/v3.0/forms/${query}`);
    return data.forms.map((form: { title: string }) => form.title);
  };

  test('lists every table as a form, newest first, in the six members of a page', async () => {
    const data = await client.data(200, 'GET', '/v3.0/forms/');
    assert.deepEqual(
      data.forms.map((form: { title: string }) => form.title),
      ['100% [x]', 'contact list', 'Feedback', 'Contact us'],
    );
    const { forms, ...page } = data;
    assert.deepEqual(page, { count: 4, next: null, previous: null, page_size: 10, page_count: 1, current_page: 1 });
    const [form] = forms;
    assert.match(form.slug, slugForm);
    assert.match(form.address, /^[a-z0-9]{4,8}$/);
    assert.ok(
      form.full_form_address.startsWith('http://tessera.test/') && form.full_form_address.endsWith(form.address),
    );
    assert.match(form.created_at, instantForm);
    assert.deepEqual(
      [form.active, form.form_type, form.submit_count, form.export_in_progress, form.last_export_file, form.tags],
      [true, 'simple', 0, false, null, []],
    );
    assert.equal('fields_list' in form, false);
  });

  test('is the same under every version prefix, with and without the slash', async () => {
    for (const version of ['v1.0', 'v2.0', 'v3.0', 'v3', 'v3.1', 'v3.2', 'v3.3', 'v4', 'v5']) {
      for (const slash of ['/', '']) {
        const data = await client.data(200, 'GET', `/${version}/forms${slash}`);
        assert.equal(data.count, 4);
      }
    }
    const legacy = await client.call('GET', '/v2/forms/list/?page=1');
    assert.deepEqual([legacy.json.status, legacy.json.data.count, legacy.json.data.page_size], [200, 4, 10]);
  });

  test('pages by number, with neighbours as absolute URLs that keep the query', async () => {
    const first = await client.data(200, 'GET', '/v3.0/forms/?page_size=2');
    assert.deepEqual([first.count, first.page_count, first.forms.length, first.previous], [4, 2, 2, null]);
    const one = await client.data(200, 'GET', '/v3.0/forms/?page_size=1&search=contact&page=1');
    assert.equal(one.next, 'http://tessera.test/v3.0/forms/?page=2&page_size=1&search=contact');
    const two = await client.data(200, 'GET', new URL(one.next).pathname + new URL(one.next).search);
    assert.deepEqual([two.current_page, two.next, two.forms.length], [2, null, 1]);
    assert.equal(two.previous, 'http://tessera.test/v3.0/forms/?page=1&page_size=1&search=contact');
  });

  test('a page that is not there is 404', async () => {
    for (const page of ['2', '0', '-1', 'x']) {
      const answer = await client.call('GET', `/v3.0/forms/?page=${page}`);
      assert.equal(answer.status, 404, page);
      assert.deepEqual(answer.json.errors.general_errors, ['Invalid page.']);
    }
  });

  test('a page size that is no number is the default; pagination=0 is everything', async () => {
    assert.equal((await client.data(200, 'GET', '/v3.0/forms/?page_size=max')).page_size, 10);
    assert.equal((await client.data(200, 'GET', '/v3.0/forms/?page_size=0')).page_size, 10);
    const whole = await client.data(200, 'GET', '/v3.0/forms/?page_size=1&pagination=0');
    assert.equal(whole.forms.length, 4);
  });

  test('search finds part of a title in any case, and slugs', async () => {
    assert.deepEqual(await titles('?search=CONTACT'), ['contact list', 'Contact us']);
    assert.deepEqual(await titles('?search=%25%20%5B'), ['100% [x]']);
    assert.deepEqual(await titles('?search=zzz'), []);
    const { forms } = await client.data(200, 'GET', '/v3.0/forms/?search=feed');
    assert.deepEqual(await titles(`?search=${forms[0].slug}`), ['Feedback']);
    assert.deepEqual(await titles(`?slug=${forms[0].slug}`), ['Feedback']);
  });

  test('shows nothing of a neighbour', async () => {
    const neighbour = await app.makeNeighbour();
    const theirs = clientOf(app, neighbour.keys.pair);
    assert.equal((await theirs.data(200, 'GET', '/v3.0/forms/')).count, 0);
    const { forms } = await client.data(200, 'GET', '/v3.0/forms/');
    const answer = await theirs.call('GET', `/v3.0/forms/${forms[0].slug}/`);
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json.errors.general_errors, ['Not found.']);
  });
});

describe('GET /forms/{slug}/', () => {
  let app: TestApp;
  let client: Client;
  let table: TableSchema;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
    table = await makeContactForm(app, 'Contact us');
  });
  after(() => app.close());

  test('shows the fields in order and by slug', async () => {
    const { form } = await client.data(200, 'GET', `/v3.0/forms/${slugOf(table)}/`);
    assert.deepEqual(
      form.fields_list.map((field: { title: string; type: string }) => [field.title, field.type]),
      [
        ['Name', 'short_text'],
        ['Email', 'email'],
        ['Topic', 'dropdown'],
        ['Interests', 'multiple_select'],
        ['Age', 'number'],
        ['Agree', 'checkbox'],
        ['Day', 'date'],
      ],
    );
    assert.deepEqual(
      Object.keys(form.fields),
      form.fields_list.map((field: { slug: string }) => field.slug),
    );
    const [name, , topic, , age] = form.fields_list;
    assert.deepEqual([name.required, name.max_length, name.position, name.alias], [true, 255, 1, null]);
    assert.deepEqual([age.min_value, age.max_value, age.decimal_places], [0, 150, 0]);
    assert.deepEqual(
      topic.choice_items.map((choice: { title: string; position: number }) => [choice.title, choice.position]),
      [
        ['Sales', 1],
        ['Support', 2],
      ],
    );
    for (const choice of topic.choice_items) assert.match(choice.slug, slugForm);
    assert.equal(form.has_email_fields, true);
    assert.deepEqual(form.row_tags, []);
  });

  test('slugs stay when table and field are renamed elsewhere, and titles follow', async () => {
    const path = `/api/v1/tables/${table.id}`;
    const before = await client.data(200, 'GET', `/v3.0/forms/${slugOf(table)}/`);
    const renamed = await app.request('PATCH', path, { key: app.keys.native, body: { name: 'Reach us' } });
    assert.equal(renamed.status, 200, renamed.text);
    const { form } = await client.data(200, 'GET', `/v3.0/forms/${slugOf(table)}/`);
    assert.deepEqual([form.title, form.slug, form.address], ['Reach us', before.form.slug, before.form.address]);
  });

  test('404 for what is no form', async () => {
    for (const slug of ['nosuch00', 'x', '-', 'a'.repeat(64), encodeURIComponent('a b'), table.id]) {
      assert.equal((await client.call('GET', `/v3.0/forms/${slug}/`)).status, 404, slug);
    }
    assert.equal((await client.call('GET', '/v2/forms/form/nosuch00/')).status, 404);
  });

  test('GET /fields/{slug}/ shows one field with its choices', async () => {
    const { field } = await client.data(200, 'GET', `/v3.0/fields/${fieldSlug(table, 'Topic')}/`);
    assert.deepEqual([field.title, field.type, field.form], ['Topic', 'dropdown', slugOf(table)]);
    assert.deepEqual(
      field.choice_items.map(({ title }: { title: string }) => title),
      ['Sales', 'Support'],
    );
    assert.equal((await client.call('GET', '/v3.0/fields/nosuch00/')).status, 404);
    const { data } = (await client.call('GET', '/v1.0/fields/')).json;
    assert.equal(data.fields.length, 7);
  });
});
