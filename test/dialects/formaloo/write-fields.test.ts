import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf } from './client.ts';

interface Item {
  readonly slug: string;
  readonly title: string;
}

describe('fields', () => {
  let app: TestApp;
  let client: Client;
  let form: string;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  beforeEach(async () => {
    form = (await client.data(201, 'POST', '/v3.0/forms/', { title: 'Form' })).form.slug;
  });
  after(() => app.close());

  const add = async (body: object) =>
    (await client.data(201, 'POST', '/v3.0/fields/', { form, type: 'short_text', title: 'Field', ...body })).field;
  const change = async (slug: string, body: object) =>
    (await client.data(200, 'PATCH', `/v3.0/fields/${slug}/`, body)).field;
  const submit = (body: object) => client.open('POST', `/v3.0/form-displays/slug/${form}/submit/`, { body });
  const errorsOf = async (method: string, path: string, body: object) => {
    const answer = await client.call(method, path, { body });
    assert.equal(answer.status, 400, answer.text);
    return answer.json.errors.form_errors;
  };

  test('are of a type that there is', async () => {
    for (const type of ['', 'letter', 5, null, ['email', 'text'], { toString: 1 }]) {
      assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/', { form, type, title: 'Field' })), ['type']);
    }
  });

  test('keep the attributes that all types have', async () => {
    const attributes = {
      title: 'Your <b>name</b>?',
      description: '<p>As in your passport</p>',
      answer_description: 'why',
      alias: 'full-name_1',
      json_key: 'name',
      required: true,
      unique: true,
      read_only: false,
      admin_only: false,
      invisible: true,
      is_calculatable: true,
      calculation_items: [{ value: 'x', score: 2 }],
      is_random_sortable: true,
      config: { a: { b: 1 } },
    };
    const { slug } = await add(attributes);
    const { field } = await client.data(200, 'GET', `/v3.0/fields/${slug}/`);
    for (const [name, value] of Object.entries(attributes)) assert.deepEqual(field[name], value, name);
    assert.match(field.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const changed = await change(slug, {
      title: 'Other',
      required: 'false',
      unique: false,
      alias: '',
      type: 'email',
      form: 'x',
    });
    assert.deepEqual(
      [changed.title, changed.required, changed.unique, changed.alias, changed.type, changed.description],
      ['Other', false, false, null, 'short_text', '<p>As in your passport</p>'],
    );
  });

  test('may have the same title, or none', async () => {
    const [first, second, none] = [await add({}), await add({}), await add({ title: '' })];
    assert.deepEqual([first.title, second.title, none.title], ['Field', 'Field', '']);
    const answer = await submit({ [first.slug]: 'a', [second.slug]: 'b', [none.slug]: 'c' });
    assert.deepEqual(answer.json.data.row.data, { [first.slug]: 'a', [second.slug]: 'b', [none.slug]: 'c' });
    assert.deepEqual(answer.json.data.row.readable_data, { Field: 'a', 'Field (2)': 'b', '': 'c' });
  });

  test('are refused with the attribute that is wrong', async () => {
    assert.deepEqual(await errorsOf('POST', '/v3.0/fields/', { form }), { type: ['This field is required.'] });
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/', { form, type: 'teleport' })), ['type']);
    assert.deepEqual(await errorsOf('POST', '/v3.0/fields/', { type: 'email' }), { form: ['This field is required.'] });
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/email/', { form: 'nosuch00' })), ['form']);
    const wrong = { form, type: 'short_text', title: 'x'.repeat(256), alias: 'a b', required: 'x', max_length: 'long' };
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/', wrong)).sort(), [
      'alias',
      'max_length',
      'required',
      'title',
    ]);
    assert.deepEqual(
      Object.keys(await errorsOf('POST', '/v3.0/fields/number/', { form, min_value: 5, max_value: 1 })),
      ['min_value'],
    );
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/rating/', { form, sub_type: 'hearts' })), [
      'sub_type',
    ]);
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/boolean/', { form, unique: true })), ['unique']);
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/regex/', { form, regex: '(' })), ['regex']);
    assert.equal((await client.call('POST', '/v3.0/fields/teleport/', { body: { form } })).status, 404);
    assert.equal((await client.call('POST', `/v3.0/forms/${form}/fields/`, { body: {} })).status, 404);
    const { fields_list: fields } = (await client.data(200, 'GET', `/v3.0/forms/${form}/`)).form;
    assert.equal(fields.length, 1, 'nothing was made');
  });

  test('have aliases that are unique in their form, and are submitted by them alone when asked', async () => {
    const name = await add({ alias: 'name', required: true });
    await add({ title: 'No alias', required: true });
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/email/', { form, alias: 'name' })), ['alias']);
    await change(name.slug, { alias: 'name' });
    const bySlug = await submit({ submit_by_alias: true, [name.slug]: 'x' });
    assert.equal(bySlug.status, 400);
    assert.deepEqual(bySlug.json.errors.form_errors.name, ['This field is required.']);
    assert.equal(Object.keys(bySlug.json.errors.form_errors).length, 2);
    const other = (await client.data(201, 'POST', '/v3.0/forms/', {})).form.slug;
    const email = await add({ form: other, type: 'email', alias: 'mail' });
    const path = `/v3.0/form-displays/slug/${other}/submit/`;
    const sent = await client.open('POST', path, { body: { submit_by_alias: 'true', mail: 'a@example.com' } });
    assert.equal(sent.status, 201, sent.text);
    assert.equal(sent.json.data.row.data[email.slug], 'a@example.com');
    const wrong = await client.open('POST', path, { body: { submit_by_alias: true, mail: 'nobody' } });
    assert.deepEqual(wrong.json.errors.form_errors, { mail: ['Must be an e-mail address.'] });
  });

  test('of the staff are filled in by the staff alone', async () => {
    const name = await add({});
    const note = await add({ admin_only: true, required: true, title: 'Note' });
    const fixed = await add({ read_only: true, title: 'Fixed' });
    const answer = await submit({ [name.slug]: 'a', [note.slug]: 'b', [fixed.slug]: 'c' });
    assert.equal(answer.status, 201, answer.text);
    const sent = answer.json.data.row;
    assert.deepEqual(sent.data, { [name.slug]: 'a', [fixed.slug]: null });
    const stored = (await client.data(200, 'GET', `/v3.0/rows/${sent.slug}/`)).row;
    assert.deepEqual(stored.data, { [name.slug]: 'a', [note.slug]: null, [fixed.slug]: null });
    assert.equal((await client.call('POST', `/v3.0/forms/${form}/rows/`, { body: { [name.slug]: 'a' } })).status, 400);
    const body = { [name.slug]: 'a', [note.slug]: 'b', [fixed.slug]: 'c' };
    const { row } = await client.data(201, 'POST', `/v3.0/forms/${form}/rows/`, body);
    assert.deepEqual(row.data, body);
    const display = (await client.open('GET', `/v3.0/form-displays/slug/${form}/`)).json.data.form;
    assert.equal(note.slug in display.fields, false);
  });

  test('have defaults that are validated like answers', async () => {
    const age = await add({ type: 'number', decimal_places: 0, default: '7' });
    const pick = await add({ type: 'choice', choice_items: [{ title: 'X', slug: 'chX00000' }], default: 'chX00000' });
    const yes = await add({ type: 'yes_no', default: 'yes' });
    assert.deepEqual([age.default, pick.default, yes.default], [7, 'chX00000', 'yes']);
    const { row } = (await submit({})).json.data;
    assert.deepEqual(row.data, { [age.slug]: 7, [pick.slug]: 'chX00000', [yes.slug]: 'yes' });
    const count = (await client.data(200, 'GET', `/v3.0/forms/${form}/`)).form.fields_list.length;
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/number/', { form, default: 'x' })), ['default']);
    assert.deepEqual(Object.keys(await errorsOf('PATCH', `/v3.0/fields/${pick.slug}/`, { default: 'X' })), ['default']);
    assert.equal((await client.data(200, 'GET', `/v3.0/forms/${form}/`)).form.fields_list.length, count);
    assert.equal((await change(pick.slug, { choice_items: [{ title: 'Y' }] })).default, null, 'its choice is gone');
    assert.equal((await change(age.slug, { max_value: 7 })).default, 7);
    const narrow = await change(age.slug, { max_value: 6 });
    assert.deepEqual([narrow.max_value, narrow.default], [6, null], 'it is no answer any more');
    assert.equal((await change(age.slug, { default: 5 })).default, 5);
    assert.equal((await change(age.slug, { max_value: 3, default: 2 })).default, 2);
    assert.equal((await change(age.slug, { default: null })).default, null);
    assert.deepEqual(Object.keys(await errorsOf('PATCH', `/v3.0/fields/${age.slug}/`, { min_value: 9 })), [
      'min_value',
    ]);
  });

  test('keep choices whose slug is sent, and the answers that chose them', async () => {
    const field = await add({
      type: 'dropdown',
      choice_items: [{ title: 'A', image: 'https://x.example/a.png', json_key: 'a' }, { title: 'B' }, { title: 'C' }],
    });
    const [a, b] = field.choice_items as Item[];
    assert.ok(a && b);
    assert.deepEqual(
      field.choice_items.map((item: Item & { position: number }) => [item.title, item.position]),
      [
        ['A', 1],
        ['B', 2],
        ['C', 3],
      ],
    );
    assert.deepEqual(
      [field.choice_items[0].image, field.choice_items[0].json_key, field.choice_items[0].deleted],
      ['https://x.example/a.png', 'a', false],
    );
    const { row } = (await submit({ [field.slug]: a.slug })).json.data;
    const changed = await change(field.slug, {
      choice_items: [{ title: 'New' }, { slug: b.slug, title: 'B' }, { slug: a.slug, title: 'A renamed' }],
    });
    assert.deepEqual(
      changed.choice_items.map(({ title }: Item) => title),
      ['New', 'B', 'A renamed'],
    );
    assert.deepEqual(
      changed.choice_items.slice(1).map(({ slug }: Item) => slug),
      [b.slug, a.slug],
    );
    const { row: now } = await client.data(200, 'GET', `/v3.0/rows/${row.slug}/`);
    assert.deepEqual([now.data[field.slug], now.readable_data.Field], [a.slug, 'A renamed']);
    const same = await change(field.slug, { title: 'Renamed', choices: ['ignored'] });
    const slugsOf = ({ choice_items: items }: { choice_items: Item[] }) => items.map(({ slug }) => slug);
    assert.deepEqual(slugsOf(same), slugsOf(changed));
  });

  test('take choices as a list of titles or as lines, may have equal titles, and an other choice', async () => {
    const lines = await add({ type: 'choice', bulk_choices: 'One\n Two \n\nThree' });
    assert.deepEqual(
      lines.choice_items.map(({ title }: Item) => title),
      ['One', 'Two', 'Three'],
    );
    const list = await add({ type: 'multiple_select', bulk_choices: ['Same', 'Same'] });
    assert.deepEqual(
      list.choice_items.map(({ title }: Item) => title),
      ['Same', 'Same'],
    );
    const [first, second] = list.choice_items as Item[];
    assert.notEqual(first?.slug, second?.slug);
    const { row } = (await submit({ [list.slug]: [second?.slug] })).json.data;
    assert.deepEqual([row.data[list.slug], row.readable_data.Field], [[second?.slug], null]);
    assert.deepEqual(row.readable_data['Field (2)'], ['Same']);
    const other = await change(lines.slug, { has_other_choice: true });
    assert.deepEqual(other.choice_items.at(-1).is_other_choice, true);
    assert.deepEqual(
      other.choice_items.slice(0, 3).map(({ slug }: Item) => slug),
      lines.choice_items.map(({ slug }: Item) => slug),
    );
    const both = { form, choice_items: [{ title: 'A' }], bulk_choices: ['B'] };
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/choice/', both)), ['bulk_choices']);
    assert.deepEqual(
      Object.keys(await errorsOf('POST', '/v3.0/fields/choice/', { form, choice_items: [{ title: '' }] })),
      ['choice_items'],
    );
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/choice/', { form, choice_items: 'A' })), [
      'choice_items',
    ]);
  });

  test('that list acceptable answers take no other', async () => {
    const field = await add({ acceptable_answers: ['Paris', 'Rome'] });
    assert.deepEqual(field.acceptable_answers, ['Paris', 'Rome']);
    assert.equal((await submit({ [field.slug]: 'paris' })).status, 201);
    const wrong = await submit({ [field.slug]: 'London' });
    assert.deepEqual(wrong.json.errors.form_errors, { [field.slug]: ['Is not one of the acceptable answers.'] });
  });

  test('are deleted with their answers; success pages too', async () => {
    const field = await add({});
    const { row } = (await submit({ [field.slug]: 'x' })).json.data;
    const answer = await client.call('DELETE', `/v3.0/fields/${field.slug}/`);
    assert.deepEqual([answer.status, answer.json.status, answer.json.data], [200, 200, {}]);
    assert.equal((await client.call('GET', `/v3.0/fields/${field.slug}/`)).status, 404);
    assert.equal((await client.call('DELETE', `/v3.0/fields/${field.slug}/`)).status, 404);
    assert.deepEqual((await client.data(200, 'GET', `/v3.0/rows/${row.slug}/`)).row.data, {});
    const { fields_list: fields } = (await client.data(200, 'GET', `/v3.0/forms/${form}/`)).form;
    await client.data(200, 'DELETE', `/v3.0/fields/${fields[0].slug}/`);
    assert.equal((await submit({})).json.data.row.success_page, null);
  });

  test('are duplicated behind the original, with settings and choices and without the alias', async () => {
    const field = await add({ type: 'choice', title: 'Pick', alias: 'pick', required: true, bulk_choices: ['A', 'B'] });
    await add({ title: 'Last' });
    const { field: copy } = await client.data(201, 'POST', '/v3.0/fields/duplicate/', { copied_field: field.slug });
    assert.notEqual(copy.slug, field.slug);
    assert.deepEqual([copy.title, copy.alias, copy.required, copy.position], ['Pick', null, true, 2]);
    assert.deepEqual(
      copy.choice_items.map(({ title }: Item) => title),
      ['A', 'B'],
    );
    const { fields_list: fields } = (await client.data(200, 'GET', `/v3.0/forms/${form}/`)).form;
    assert.deepEqual(
      fields.map(({ title }: Item) => title),
      ['Pick', 'Pick', 'Last', 'Thank you'],
    );
    assert.deepEqual(Object.keys(await errorsOf('POST', '/v3.0/fields/duplicate/', {})), ['copied_field']);
  });

  test('change their type under the same slug, with their answers or without', async () => {
    const field = await add({ title: 'Age', description: 'years' });
    for (const answer of ['41', 'old']) assert.equal((await submit({ [field.slug]: answer })).status, 201);
    const number = await client.data(200, 'PATCH', `/v3.0/fields/${field.slug}/type/`, {
      type: 'number',
      change_strategy: 'keep_old_data',
    });
    assert.deepEqual(
      [number.field.slug, number.field.type, number.field.title, number.field.description],
      [field.slug, 'number', 'Age', 'years'],
    );
    const rows = async () =>
      (await client.data(200, 'GET', `/v3.0/forms/${form}/rows/?ordering=created_at`)).rows.map(
        (row: { data: object }) => Object.values(row.data)[0],
      );
    assert.deepEqual(await rows(), [41, null]);
    const email = await client.data(200, 'PATCH', `/v3.0/fields/${field.slug}/type/`, {
      type: 'short_text',
      change_strategy: 'remove_old_data',
    });
    assert.equal(email.field.type, 'short_text');
    assert.deepEqual(await rows(), [null, null]);
    for (const body of [{}, { type: 'teleport' }, { type: 'success_page' }]) {
      assert.deepEqual(Object.keys(await errorsOf('PATCH', `/v3.0/fields/${field.slug}/type/`, body)), ['type']);
    }
    const strategy = { type: 'number', change_strategy: 'x' };
    assert.deepEqual(Object.keys(await errorsOf('PATCH', `/v3.0/fields/${field.slug}/type/`, strategy)), [
      'change_strategy',
    ]);
  });

  test('of one kind of choice become another without losing a choice', async () => {
    const field = await add({ type: 'choice', bulk_choices: ['A', 'B'] });
    const [a] = field.choice_items as Item[];
    const { row } = (await submit({ [field.slug]: a?.slug })).json.data;
    const dropdown = await client.data(200, 'PATCH', `/v3.0/fields/${field.slug}/type/`, { type: 'dropdown' });
    assert.deepEqual([dropdown.field.type, dropdown.field.choice_items.length], ['dropdown', 2]);
    const many = await client.data(200, 'PATCH', `/v3.0/fields/${field.slug}/type/`, { type: 'multiple_select' });
    assert.deepEqual(
      many.field.choice_items.map(({ slug }: Item) => slug),
      field.choice_items.map(({ slug }: Item) => slug),
    );
    const { row: now } = await client.data(200, 'GET', `/v3.0/rows/${row.slug}/`);
    assert.deepEqual(now.data[field.slug], [a?.slug]);
  });

  test('whose type was changed elsewhere show as what they are now', async () => {
    const field = await add({ type: 'rating', title: 'Stars' });
    const tables = await app.request('GET', `/api/v1/apps/${app.appId}/tables`, { key: app.keys.native });
    const table = tables.json.data.find(({ id }: { id: string }) => id.startsWith(form));
    const { json } = await app.request('GET', `/api/v1/tables/${table.id}`, { key: app.keys.native });
    const path = `/api/v1/tables/${table.id}/fields/${json.fields[0].id}`;
    const answer = await app.request('POST', `${path}/convert`, { key: app.keys.native, body: { type: 'text' } });
    assert.ok(answer.status < 300, answer.text);
    const { field: now } = await client.data(200, 'GET', `/v3.0/fields/${field.slug}/`);
    assert.deepEqual([now.type, now.title], ['short_text', 'Stars']);
  });
});
