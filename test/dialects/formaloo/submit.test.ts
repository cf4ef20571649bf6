import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import type { Json } from '../../../src/core/fields/field-type.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { updateTable } from '../../../src/core/tables/update-table.ts';
import { createFakeClock, startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, multipartOf, urlencodedOf } from './client.ts';
import { choiceSlug, fieldSlug, makeContactForm, slugOf } from './forms.ts';

describe('POST /form-displays/slug/{slug}/submit/', () => {
  const clock = createFakeClock();
  let app: TestApp;
  let client: Client;
  let table: TableSchema;
  let path: string;
  let f: (name: string) => string;
  before(async () => {
    app = await startTestApp({ clock });
    client = clientOf(app);
  });
  beforeEach(async () => {
    table = await makeContactForm(app);
    path = `/v3.0/form-displays/slug/${slugOf(table)}/submit/`;
    f = (name) => fieldSlug(table, name);
  });
  after(() => app.close());

  const submit = (body: unknown, headers = {}) => client.open('POST', path, { body, headers });
  const records = () => app.core.store.records.page(table, { limit: 100 });
  const remember = async (memory: Record<string, Json>) => {
    table = await updateTable(app.core, systemActor, table, { foreign: { formaloo: memory } });
  };

  test('stores the answers and answers 201 around 200 with the row', async () => {
    const answer = await submit({
      [f('Name')]: 'Ann',
      [f('Topic')]: choiceSlug(table, 'Topic', 'Support'),
      [f('Interests')]: [choiceSlug(table, 'Interests', 'C'), choiceSlug(table, 'Interests', 'A')],
      [f('Age')]: 41,
      [f('Agree')]: true,
      [f('Day')]: '2026-03-01',
    });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual([answer.json.status, answer.json.errors], [200, { general_errors: [], form_errors: {} }]);
    const { row } = answer.json.data;
    assert.match(row.slug, /^[A-Za-z0-9]{20,22}$/);
    assert.match(row.submit_code, /^[a-z0-9]{20}$/);
    assert.match(row.created_at, /^2026-03-05T09:00:00\.000000Z$/);
    assert.deepEqual(
      [row.tracking_code, row.submit_number, row.user, row.status, row.create_type, row.row_tags],
      [null, 1, null, 'submit', 'api', []],
    );
    assert.deepEqual(
      [row.redirection_url, row.extra_response, row.success_page, row.calculation_score],
      [null, null, null, null],
    );
    assert.deepEqual(row.form, {
      slug: slugOf(table),
      title: table.name,
      address: row.form.address,
      success_message: '',
      error_message: '',
    });
    assert.deepEqual(row.data, {
      [f('Name')]: 'Ann',
      [f('Email')]: null,
      [f('Topic')]: choiceSlug(table, 'Topic', 'Support'),
      [f('Interests')]: [choiceSlug(table, 'Interests', 'C'), choiceSlug(table, 'Interests', 'A')],
      [f('Age')]: 41,
      [f('Agree')]: true,
      [f('Day')]: '2026-03-01',
    });
    assert.deepEqual(row.readable_data, {
      Name: 'Ann',
      Email: null,
      Topic: 'Support',
      Interests: ['C', 'A'],
      Age: 41,
      Agree: true,
      Day: '2026-03-01',
    });
    const topic = row.rendered_data[2];
    assert.deepEqual(topic, {
      slug: f('Topic'),
      type: 'dropdown',
      title: 'Topic',
      alias: null,
      value: 'Support',
      raw_value: choiceSlug(table, 'Topic', 'Support'),
      json_key: null,
      json_value: null,
      position: 3,
      admin_only: false,
    });
  });

  test('what is submitted shows in the other dialects', async () => {
    const answer = await submit({
      [f('Name')]: 'Ann',
      [f('Topic')]: choiceSlug(table, 'Topic', 'Sales'),
      [f('Age')]: '7',
    });
    assert.equal(answer.status, 201, answer.text);
    const { json } = await app.request('GET', `/api/v1/tables/${table.id}/records`, { key: app.keys.native });
    assert.deepEqual(
      [json.data[0].fields.Name, json.data[0].fields.Topic, json.data[0].fields.Age],
      ['Ann', 'Sales', 7],
    );
  });

  test('takes numbers, booleans and lists as texts: that is how automation tools and HTML forms send them', async () => {
    const answers = {
      [f('Name')]: 'Bo',
      [f('Age')]: '41',
      [f('Agree')]: 'true',
      [f('Interests')]: `${choiceSlug(table, 'Interests', 'A')},${choiceSlug(table, 'Interests', 'B')}`,
    };
    const expected = [41, true, ['A', 'B']];
    const encodings = [
      { body: answers, headers: {} },
      urlencodedOf(answers),
      multipartOf(Object.entries(answers)),
      {
        body: `${f('Name')}=Bo&${f('Age')}=41&${f('Agree')}=true&${f('Interests')}=${choiceSlug(table, 'Interests', 'A')}&${f('Interests')}=${choiceSlug(table, 'Interests', 'B')}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      multipartOf([
        [f('Name'), 'Bo'],
        [f('Age'), '41'],
        [f('Agree'), 'true'],
        [`${f('Interests')}[]`, choiceSlug(table, 'Interests', 'A')],
        [`${f('Interests')}[]`, choiceSlug(table, 'Interests', 'B')],
      ]),
    ];
    for (const { body, headers } of encodings) {
      const answer = await submit(body, headers);
      assert.equal(answer.status, 201, answer.text);
      const { Age, Agree, Interests } = answer.json.data.row.readable_data;
      assert.deepEqual([Age, Agree, Interests], expected);
    }
  });

  test('is the same at every path', async () => {
    const slug = slugOf(table);
    const paths = ['v1.0', 'v2.0', 'v3', 'v3.1', 'v3.2'].map((one) => `/${one}/form-displays/slug/${slug}/submit`);
    for (const one of [...paths, `/v1/forms/form/${slug}/submit/`]) {
      const answer = await client.open('POST', one, { body: { [f('Name')]: 'Ann' } });
      assert.equal(answer.status, 201, one);
    }
  });

  test('needs the API key or the write-only key and nothing else; a token is not looked at', async () => {
    const body = { [f('Name')]: 'Ann' };
    const { key, writeOnly } = app.keys.pair;
    const send = (headers: Record<string, string>) => app.request('POST', path, { headers, body });
    assert.equal((await send({ 'x-api-key': key })).status, 201);
    assert.equal((await send({ 'x-api-key': key, authorization: 'JWT broken' })).status, 201);
    assert.equal((await send({ 'x-api-key': key, authorization: `JWT ${await client.mint()}` })).status, 201);
    const written = await send({ 'x-api-key': writeOnly });
    assert.equal(written.status, 201);
    assert.deepEqual(written.json.data.row.data, {}, 'a write-only key reads nothing');
    assert.equal((await send({})).status, 401);
    assert.equal((await send({ 'x-api-key': 'nobody' })).status, 401);
    assert.equal((await records()).length, 4);
  });

  test("a form of a neighbour is 404, with the neighbour's own key", async () => {
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    assert.equal((await neighbour.open('POST', path, { body: { [f('Name')]: 'Ann' } })).status, 404);
    assert.equal((await client.open('POST', '/v3.0/form-displays/slug/nosuch00/submit/', { body: {} })).status, 404);
  });

  test('tells everything that is wrong at once, under the keys that the client used, and stores nothing', async () => {
    const answer = await submit({
      [f('Email')]: 'nobody',
      [f('Topic')]: 'Sales',
      [f('Interests')]: ['nothing1'],
      [f('Age')]: 200,
      [f('Agree')]: 'perhaps',
      [f('Day')]: 'tomorrow',
    });
    assert.equal(answer.status, 400, answer.text);
    assert.deepEqual([answer.json.status, answer.json.data, answer.json.errors.general_errors], [400, {}, []]);
    const errors: Record<string, string[]> = answer.json.errors.form_errors;
    assert.deepEqual(
      Object.keys(errors).sort(),
      ['Name', 'Email', 'Topic', 'Interests', 'Age', 'Agree', 'Day'].map(f).sort(),
    );
    assert.deepEqual(errors[f('Name')], ['This field is required.']);
    assert.deepEqual(errors[f('Topic')], ['Must be the slug of one of its choices.']);
    assert.deepEqual(errors[f('Age')], ['Must be at most 150.']);
    for (const texts of Object.values(errors)) {
      for (const text of texts) assert.match(text, /^[A-Z].*\.$/);
    }
    assert.deepEqual(await records(), []);
  });

  const wrong: [string, string, unknown, string][] = [
    ['a fraction in whole numbers', 'Age', '4.5', 'Must be a whole number.'],
    ['text in numbers', 'Age', 'many', 'Must be a number such as 19.9.'],
    ['an empty required text', 'Name', '', 'This field is required.'],
    ['null in a required field', 'Name', null, 'This field is required.'],
    ['a text that is too long', 'Name', 'x'.repeat(256), 'Must have at most 255 characters.'],
    ['an object in a text', 'Name', { first: 'A' }, 'Must be text.'],
  ];
  for (const [name, field, value, message] of wrong) {
    test(`refuses ${name}`, async () => {
      const answer = await submit({ [f('Name')]: 'Ann', [f(field)]: value });
      assert.equal(answer.status, 400);
      assert.deepEqual(answer.json.errors, { general_errors: [], form_errors: { [f(field)]: [message] } });
    });
  }

  test('refuses a value that is already used in a unique field', async () => {
    const body = { [f('Name')]: 'Ann', [f('Email')]: 'ann@example.com' };
    assert.equal((await submit(body)).status, 201);
    const again = await submit({ ...body, [f('Email')]: 'ANN@example.com' });
    assert.equal(again.status, 400);
    assert.deepEqual(again.json.errors.form_errors, { [f('Email')]: ['Is already used by another record.'] });
  });

  test('ignores keys that are no fields, reserved keys and a nested data object', async () => {
    const answer = await submit({
      [f('Name')]: 'Ann',
      nothing: 1,
      __proto__: 2,
      constructor: 3,
      data: { [f('Age')]: 1 },
      uuid: 'x',
      submitter_referer_address: 'https://evil.example',
      row_tags: ['x'],
    });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.data.row.data[f('Age')], null);
    assert.equal(answer.json.data.row.submitter_referer_address, null);
  });

  test('keeps the Referer header and the time that filling in took', async () => {
    const answer = await submit(
      { [f('Name')]: 'Ann', sumbit_time: '00:01:30' },
      { referer: 'https://site.example/page' },
    );
    const { row } = answer.json.data;
    assert.deepEqual([row.submitter_referer_address, row.submit_time], ['https://site.example/page', '00:01:30']);
  });

  test('a body that is no object is 400, one that is no JSON too', async () => {
    for (const body of ['[1]', '"x"', '1', '{"a":', '']) {
      const answer = await submit(body, { 'content-type': 'application/json' });
      assert.equal(answer.status, 400, body);
    }
    assert.equal((await submit('a', { 'content-type': 'text/csv' })).status, 415);
  });

  const closed: [string, Record<string, Json>, string][] = [
    ['inactive', { active: false }, 'This form is not active.'],
    ['before its start', { submit_start_time: '2026-03-05T09:00:01.000Z' }, 'This form does not take submissions yet.'],
    ['after its end', { submit_end_time: '2026-03-05T08:59:59.000Z' }, 'This form no longer takes submissions.'],
    ['for people who are logged in', { needs_login: true }, 'You have to log in to submit this form.'],
    ['behind a recaptcha', { has_recaptcha: true }, 'Please confirm that you are not a robot.'],
  ];
  for (const [name, memory, text] of closed) {
    test(`a form that is ${name} answers 400 with a general error`, async () => {
      await remember(memory);
      const answer = await submit({});
      assert.equal(answer.status, 400);
      assert.deepEqual(answer.json.errors, { general_errors: [text], form_errors: {} });
    });
  }

  test('a form takes no more submissions than its number, however many come at once', async () => {
    await remember({ max_submit_count: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit({ [f('Name')]: 'Ann' })));
    assert.equal(answers.filter(({ status }) => status === 201).length, 3);
    assert.equal((await records()).length, 3);
    const refused = answers.find(({ status }) => status === 400);
    assert.deepEqual(refused?.json.errors.general_errors, ['This form has reached its number of submissions.']);
    assert.deepEqual((await submit({ [f('Age')]: 'old' })).json.errors, refused?.json.errors);
  });

  test('one address sends no more in a day than the form takes from it', async () => {
    await remember({ max_submit_per_ip_per_day: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => submit({ [f('Name')]: 'Ann' })));
    assert.equal(answers.filter(({ status }) => status === 201).length, 2);
    clock.advance(86_400_000);
    assert.equal((await submit({ [f('Name')]: 'Ann' })).status, 201);
  });

  test('shows a tracking code where the form says so', async () => {
    await remember({ show_submit_tracking_code: true });
    const { row } = (await submit({ [f('Name')]: 'Ann' })).json.data;
    assert.match(row.tracking_code, /^[0-9A-Z]{6,15}$/);
  });

  test('tells where to go next', async () => {
    await remember({
      form_redirects_after_submit: 'https://site.example/thanks?x=1',
      include_data_on_redirect: true,
      success_message: '<p>Thanks</p>',
      elements: [{ slug: 'sP9xW3aa', type: 'success_page', title: 'Done', description: 'Bye', position: 99 }],
    });
    const { row } = (await submit({ [f('Name')]: 'Ann' })).json.data;
    assert.deepEqual(row.success_page, { slug: 'sP9xW3aa', title: 'Done', description: 'Bye' });
    assert.equal(row.form.success_message, '<p>Thanks</p>');
    const url = new URL(row.redirection_url);
    assert.deepEqual([url.searchParams.get('x'), url.searchParams.get('row_slug')], ['1', row.slug]);
    assert.deepEqual([url.searchParams.get(f('Name')), url.searchParams.has(f('Age'))], ['Ann', false]);
    const long = (await submit({ [f('Name')]: 'é'.repeat(255), [f('Age')]: 41 })).json.data.row;
    assert.equal(new URL(long.redirection_url).searchParams.get(f('Name'))?.length, 255);
    assert.equal(new URL(long.redirection_url).searchParams.get(f('Age')), '41');
  });
});
