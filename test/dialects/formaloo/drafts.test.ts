import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf } from './client.ts';

describe('drafts and results by submit code', () => {
  let app: TestApp;
  let client: Client;
  let form: string;
  let name: string;
  let age: string;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  beforeEach(async () => {
    form = (await client.data(201, 'POST', '/v3.0/forms/', { accept_draft_answers: true })).form.slug;
    const add = async (body: object) =>
      (await client.data(201, 'POST', '/v3.0/fields/', { form, ...body })).field.slug as string;
    name = await add({ type: 'short_text', title: 'Name', required: true });
    age = await add({ type: 'number', title: 'Age', decimal_places: 0 });
  });
  after(() => app.close());

  const submit = (body: object) => client.open('POST', `/v3.0/form-displays/slug/${form}/submit/`, { body });
  const rows = async () => (await client.data(200, 'GET', `/v3.0/forms/${form}/rows/`)).rows;

  test('a draft asks for no required field, is no row yet, and goes on under its code', async () => {
    const begun = await submit({ status: 'draft', [age]: '41' });
    assert.equal(begun.status, 201, begun.text);
    const { submit_code: code, status, data } = begun.json.data.row;
    assert.match(code, /^[a-z0-9]{20}$/);
    assert.deepEqual([status, data], ['draft', { [name]: null, [age]: 41 }]);
    assert.deepEqual(await rows(), []);

    const path = `/v3.0/draft-rows/${code}/`;
    const changed = await client.open('PATCH', path, { body: { [age]: 42 } });
    assert.deepEqual([changed.status, changed.json.data.row.data[age]], [200, 42], changed.text);
    const again = await submit({ status: 'draft', submit_code: code, [name]: 'A' });
    assert.deepEqual(again.json.data.row.data, { [name]: 'A', [age]: 42 });
    const read = await client.open('GET', path);
    assert.deepEqual([read.status, read.json.data.row.data], [200, { [name]: 'A', [age]: 42 }]);

    const done = await submit({ submit_code: code, [name]: 'Ann' });
    assert.equal(done.status, 201, done.text);
    const { row } = done.json.data;
    assert.deepEqual([row.status, row.submit_code, row.data], ['submit', code, { [name]: 'Ann', [age]: 42 }]);
    const [listed] = await rows();
    assert.deepEqual([listed.slug, listed.submit_code], [row.slug, code]);
    assert.equal((await client.open('GET', path)).status, 404);
    const result = await client.open('GET', `/v3.0/row-results/${code}/`);
    assert.equal(result.json.data.row.slug, row.slug);
  });

  test('a draft that is submitted is validated whole, and stays while it is refused', async () => {
    const { submit_code: code } = (await submit({ status: 'draft', [age]: 1 })).json.data.row;
    const refused = await submit({ submit_code: code });
    assert.deepEqual([refused.status, refused.json.errors.form_errors], [400, { [name]: ['This field is required.'] }]);
    const wrong = await client.open('PATCH', `/v3.0/draft-rows/${code}/`, { body: { [age]: 'x' } });
    assert.deepEqual([wrong.status, Object.keys(wrong.json.errors.form_errors)], [400, [age]]);
    assert.equal((await submit({ submit_code: code, [name]: 'Ann' })).status, 201);
  });

  test('a draft becomes one row however often it is submitted at once', async () => {
    const { submit_code: code } = (await submit({ status: 'draft', [name]: 'Ann' })).json.data.row;
    const answers = await Promise.all(Array.from({ length: 5 }, () => submit({ submit_code: code })));
    const made = answers.filter(({ status }) => status === 201).length;
    assert.ok(made >= 1);
    assert.equal((await rows()).filter((row: { submit_code: string }) => row.submit_code === code).length, 1);
  });

  test('a form that takes no drafts submits at once; a code of the client alone means nothing', async () => {
    await client.data(200, 'PATCH', `/v3.0/forms/${form}/`, { accept_draft_answers: false });
    assert.equal((await submit({ status: 'draft' })).status, 400);
    const { row } = (await submit({ status: 'draft', submit_code: 'mine', [name]: 'Ann' })).json.data;
    assert.deepEqual([row.status, row.submit_code === 'mine'], ['submit', false]);
  });

  test('fields of the staff are shown to nobody who has the API key or the code alone', async () => {
    const note = (
      await client.data(201, 'POST', '/v3.0/fields/', {
        form,
        type: 'short_text',
        title: 'Note',
        admin_only: true,
        default: 'fresh',
      })
    ).field.slug;
    const sent = await submit({ [name]: 'Ann', [note]: 'mine' });
    const { row } = sent.json.data;
    const [own] = await rows();
    assert.equal(own.data[note], 'fresh');
    await client.data(200, 'PATCH', `/v3.0/rows/${row.slug}/`, { [note]: 'difficult person' });
    const result = await client.open('GET', `/v3.0/row-results/${row.submit_code}/`);
    const draft = await submit({ status: 'draft', [name]: 'Bo' });
    for (const { text } of [sent, result, draft]) {
      assert.ok(text.includes(name));
      assert.doesNotMatch(text, new RegExp(`${note}|fresh|difficult|"Note"`));
    }
    assert.equal((await client.data(200, 'GET', `/v3.0/rows/${row.slug}/`)).row.data[note], 'difficult person');
  });

  test('a result is opened by the code of its submission alone', async () => {
    const { row } = (await submit({ [name]: 'Ann' })).json.data;
    const found = await client.open('GET', `/v3.0/row-results/${row.submit_code}/`);
    assert.deepEqual([found.status, found.json.data.row.data[name]], [200, 'Ann']);
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    assert.equal((await neighbour.open('GET', `/v3.0/row-results/${row.submit_code}/`)).status, 404);
    for (const code of [row.slug, 'a'.repeat(20), 'x']) {
      assert.equal((await client.open('GET', `/v3.0/row-results/${code}/`)).status, 404, code);
      assert.equal((await client.open('GET', `/v3.0/draft-rows/${code}/`)).status, 404, code);
    }
    const { submit_code: draft } = (await submit({ status: 'draft' })).json.data.row;
    assert.equal((await neighbour.open('GET', `/v3.0/draft-rows/${draft}/`)).status, 404);
    assert.equal((await neighbour.open('PATCH', `/v3.0/draft-rows/${draft}/`, { body: {} })).status, 404);
  });
});
