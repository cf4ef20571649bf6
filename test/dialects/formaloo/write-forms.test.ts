import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, urlencodedOf } from './client.ts';

describe('forms that are made here', () => {
  let app: TestApp;
  let client: Client;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  after(() => app.close());

  const create = async (body: unknown = {}) => (await client.data(201, 'POST', '/v3.0/forms/', body)).form;
  const get = async (slug: string) => (await client.data(200, 'GET', `/v3.0/forms/${slug}/`)).form;
  const addField = async (form: string, body: object) =>
    (await client.data(201, 'POST', '/v3.0/fields/', { form, type: 'short_text', ...body })).field;

  test('need no attribute at all, and begin with a success page', async () => {
    const answer = await client.call('POST', '/v3.0/forms/', { body: {} });
    assert.deepEqual([answer.status, answer.json.status], [201, 200], answer.text);
    const { form } = answer.json.data;
    assert.deepEqual([form.title, form.active, form.form_type, form.logic], ['', true, 'simple', []]);
    assert.deepEqual(
      form.fields_list.map(({ type }: { type: string }) => type),
      ['success_page'],
    );
    assert.deepEqual(await get(form.slug), form);
    assert.equal((await client.call('POST', '/v3.0/forms/')).status, 201, 'without a body');
  });

  test('keep every attribute that they are given, and answer it as it came', async () => {
    const attributes = {
      title: 'Zufriedenheit: "Größe" & <b>',
      description: '<p>Hello</p>',
      show_title: false,
      form_type: 'multi_step',
      active: false,
      success_message: '<p>Thanks</p>',
      error_message: 'No',
      button_text: 'Go',
      max_submit_count: 5,
      max_submit_per_ip_per_day: 2,
      submit_start_time: '2026-03-01T00:00:00.000Z',
      submit_end_time: null,
      time_limit: '00:10:00',
      form_redirects_after_submit: 'https://site.example/thanks',
      button_color: '{"r":1,"g":2,"b":3,"a":1}',
      text_color: '#ff0000',
      theme_config: { widget_settings: { type: 'popup', position: 'left', once_per_user: true } },
      localized_content: { de: { title: 'X' } },
      custom_css: 'a{}',
      forward_submit_emails_to: ['a@example.com'],
      logic: [
        {
          type: 'field',
          identifier: 'x',
          actions: [{ action: 'hide', args: [], when: { operation: 'is', args: [] } }],
        },
      ],
      run_field_logics_on_update: true,
    };
    const { slug } = await create(attributes);
    const form = await get(slug);
    for (const [name, value] of Object.entries(attributes)) assert.deepEqual(form[name], value, name);
  });

  test('show in other dialects under their title', async () => {
    const form = await create({ title: 'Orders' });
    await addField(form.slug, { title: 'Number', required: true });
    const { json } = await app.request('GET', `/api/v1/apps/${app.appId}/tables`, { key: app.keys.native });
    const table = json.data.find(({ name }: { name: string }) => name === 'Orders');
    assert.ok(table);
    const read = await app.request('GET', `/api/v1/tables/${table.id}`, { key: app.keys.native });
    const [field] = read.json.fields;
    assert.deepEqual([field.name, field.type, field.required], ['Number', 'text', true]);
  });

  test('may have the same title, and titles that are no names', async () => {
    const titles = ['Twice', 'Twice', '', ' ', '__proto__', 'a\nb', 'x'.repeat(255), 'x'.repeat(255)];
    const slugs = new Set<string>();
    for (const title of titles) {
      const form = await create({ title });
      assert.equal((await get(form.slug)).title, title);
      slugs.add(form.slug);
    }
    assert.equal(slugs.size, titles.length);
    const together = await Promise.all(
      Array.from({ length: 5 }, () => client.call('POST', '/v3.0/forms/', { body: { title: 'Race' } })),
    );
    assert.deepEqual(
      together.map(({ status }) => status),
      [201, 201, 201, 201, 201],
    );
  });

  const wrong: [string, Record<string, unknown>, string[]][] = [
    ['a form type that there is not', { form_type: 'carousel' }, ['form_type']],
    ['logic that is no list', { logic: { type: 'field' } }, ['logic']],
    ['an empty URL of a picture', { logo: '' }, ['logo']],
    ['a title that is too long', { title: 'x'.repeat(256) }, ['title']],
    ['a button text that is too long', { button_text: 'x'.repeat(64) }, ['button_text']],
    ['an address with spaces', { address: 'a b' }, ['address']],
    ['a flag that is none', { active: 'perhaps' }, ['active']],
    [
      'several things at once',
      { form_type: 'x', max_submit_count: 'many', time_limit: 'long' },
      ['form_type', 'max_submit_count', 'time_limit'],
    ],
  ];
  for (const [name, body, keys] of wrong) {
    test(`refuse ${name}, on creation and on change, and change nothing`, async () => {
      const form = await create({ title: 'Before', logo: null });
      for (const [method, path] of [
        ['POST', '/v3.0/forms/'],
        ['PATCH', `/v3.0/forms/${form.slug}/`],
      ] as const) {
        const answer = await client.call(method, path, { body: { title: 'After', ...body } });
        assert.equal(answer.status, 400, answer.text);
        assert.deepEqual(Object.keys(answer.json.errors.form_errors).sort(), keys);
      }
      assert.deepEqual(await get(form.slug), form);
    });
  }

  test('change by PATCH and PUT in what was sent alone; unknown keys are ignored', async () => {
    const form = await create({ title: 'A', button_text: 'Go' });
    for (const method of ['PATCH', 'PUT']) {
      const { form: changed } = await client.data(200, method, `/v3.0/forms/${form.slug}/`, {
        title: method,
        slug: 'other',
        nothing: 1,
      });
      assert.deepEqual([changed.title, changed.button_text, changed.slug], [method, 'Go', form.slug]);
    }
    const { form: cleared } = await client.data(200, 'PATCH', `/v3.0/forms/${form.slug}/`, { button_text: null });
    assert.equal(cleared.button_text, '');
  });

  test('take the texts of an HTML form for flags, numbers and objects', async () => {
    const made = await client.call('POST', '/v1/forms/form/', urlencodedOf({ active: 'true', show_title: 'false' }));
    assert.equal(made.status, 201, made.text);
    const { form } = made.json.data;
    assert.deepEqual([form.active, form.show_title], [true, false]);
    const changed = await client.call(
      'PATCH',
      `/v2/forms/form/${form.slug}/`,
      urlencodedOf({
        slug: form.slug,
        title: 'NPS',
        form_type: 'nps',
        button_color: '{"r":1,"g":2,"b":3,"a":1}',
        success_message: 'Thanks',
        button_text: 'Send',
        theme_config: '{"widget_settings":{"type":"nps"}}',
      }),
    );
    assert.equal(changed.status, 200, changed.text);
    const { form: got } = await client.data(200, 'GET', `/v2/forms/form/${form.slug}/`);
    assert.deepEqual(
      [got.title, got.form_type, JSON.parse(got.button_color), got.theme_config, got.button_text, got.address],
      ['NPS', 'nps', { r: 1, g: 2, b: 3, a: 1 }, { widget_settings: { type: 'nps' } }, 'Send', form.address],
    );
  });

  test('have an address of their own, settable and unique over everybody', async () => {
    const form = await create({ address: 'Join-us_1' });
    assert.equal(form.address, 'Join-us_1');
    assert.ok(form.full_form_address.endsWith('/Join-us_1'));
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    for (const one of [client, neighbour]) {
      const taken = await one.call('POST', '/v3.0/forms/', { body: { address: 'Join-us_1' } });
      assert.deepEqual(
        [taken.status, taken.json.errors.form_errors],
        [400, { address: ['A form with this address already exists.'] }],
      );
    }
    assert.equal(
      (await client.call('PATCH', `/v3.0/forms/${form.slug}/`, { body: { address: 'Join-us_1' } })).status,
      200,
    );
    const race = await Promise.all(
      Array.from({ length: 4 }, () => client.call('POST', '/v3.0/forms/', { body: { address: 'only-one' } })),
    );
    assert.deepEqual(race.map(({ status }) => status).sort(), [201, 400, 400, 400]);
  });

  test('are deleted with their rows, and then are 404', async () => {
    const form = await create({ title: 'Gone' });
    const answer = await client.call('DELETE', `/v3.0/forms/${form.slug}/`, {
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual([answer.status, answer.json.data], [200, {}]);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      assert.equal((await client.call(method, `/v3.0/forms/${form.slug}/`)).status, 404);
    }
    const other = await create();
    await client.data(200, 'DELETE', `/v3.0/form-fields/${other.slug}/`);
    assert.equal((await client.call('GET', `/v3.0/forms/${other.slug}/`)).status, 404);
  });

  test('order their fields by form_fields, and by the position of a field', async () => {
    const form = await create();
    const fields: string[] = [];
    for (const title of ['A', 'B', 'C']) fields.push((await addField(form.slug, { title })).slug);
    const titles = async () => (await get(form.slug)).fields_list.map(({ title }: { title: string }) => title);
    assert.deepEqual(await titles(), ['A', 'B', 'C', 'Thank you']);
    const { form: ordered } = await client.data(200, 'PATCH', `/v3.0/forms/${form.slug}/`, {
      form_fields: [fields[2], fields[0], fields[1]],
    });
    assert.deepEqual(
      ordered.fields_list.map(({ position }: { position: number }) => position),
      [1, 2, 3, 4],
    );
    assert.deepEqual(await titles(), ['C', 'A', 'B', 'Thank you']);
    await client.data(200, 'PATCH', `/v3.0/fields/${fields[1]}/`, { position: 1 });
    assert.deepEqual(await titles(), ['B', 'C', 'A', 'Thank you']);
    const first = await client.data(201, 'POST', '/v3.0/fields/meta/', { form: form.slug, title: 'Part', position: 2 });
    assert.equal(first.field.position, 2);
    assert.deepEqual(await titles(), ['B', 'Part', 'C', 'A', 'Thank you']);
    await addField(form.slug, { title: 'Last' });
    assert.deepEqual(await titles(), ['B', 'Part', 'C', 'A', 'Last', 'Thank you']);
    const unknown = await client.call('PATCH', `/v3.0/forms/${form.slug}/`, { body: { form_fields: ['nosuch00'] } });
    assert.equal(unknown.status, 400);
  });

  test('are built with their fields in one request, field by field, in the order that was sent', async () => {
    const { form } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Built' });
    const path = `/v3.0/form-fields/${form.slug}/`;
    const first = await client.data(200, 'PATCH', path, {
      form: { title: 'Built anew', button_text: 'Go' },
      fields: [
        { ref_id: 'a', type: 'short_text', title: 'Name', alias: 'name' },
        { ref_id: 'b', type: 'dropdown', title: 'Topic', bulk_choices: ['Sales'] },
        { ref_id: 'c', type: 'nonsense', title: 'Wrong' },
        { ref_id: 'd', type: 'email', title: 'Mail', alias: 'name' },
        { ref_id: 'e', slug: 'nosuch00', title: 'Gone' },
      ],
    });
    assert.deepEqual([first.form.title, first.form.button_text], ['Built anew', 'Go']);
    const told = first.fields.map(({ ref_id, status, errors }: Record<string, object>) => [
      ref_id,
      status,
      Object.keys(errors ?? {}),
    ]);
    assert.deepEqual(told, [
      ['a', 201, []],
      ['b', 201, []],
      ['c', 400, ['type']],
      ['d', 400, ['alias']],
      ['e', 404, []],
    ]);
    const [name, topic] = first.fields;
    assert.deepEqual([name.object.title, topic.object.choice_items[0].title], ['Name', 'Sales']);

    const titles = (shown: { fields_list: { title: string }[] }) => shown.fields_list.map(({ title }) => title);
    const second = await client.data(200, 'PATCH', path, {
      fields: [
        { slug: topic.slug, title: 'Subject' },
        { type: 'number', title: 'Age' },
      ],
    });
    assert.deepEqual(titles(second.form), ['Subject', 'Age', 'Name', 'Thank you']);
    const got = await client.data(200, 'GET', path);
    assert.deepEqual(titles(got.form), titles(second.form));
    assert.deepEqual(got.fields, got.form.fields_list);

    for (const [body, key] of [
      [{ form: { form_type: 'none' }, fields: [{ type: 'email', title: 'New' }] }, 'form_type'],
      [{ fields: 'none' }, 'fields'],
      [{ fields: ['none'] }, 'fields'],
      [{ form: 'none' }, 'form'],
    ] as const) {
      const refused = await client.call('PATCH', path, { body });
      assert.deepEqual([refused.status, Object.keys(refused.json.errors.form_errors)], [400, [key]], refused.text);
    }
    assert.deepEqual(titles((await client.data(200, 'GET', path)).form), titles(second.form));
  });

  test('are copied with fields, choices, texts and logic, and without rows or address', async () => {
    const form = await create({ title: 'Original', address: 'original', success_message: 'Hi' });
    const field = await addField(form.slug, { title: 'Name', required: true, alias: 'name' });
    const choice = await client.data(201, 'POST', '/v3.0/fields/choice/', {
      form: form.slug,
      title: 'Pick',
      bulk_choices: ['X', 'Y'],
    });
    await client.data(200, 'PATCH', `/v3.0/forms/${form.slug}/`, {
      logic: [
        {
          type: 'field',
          identifier: field.slug,
          actions: [{ action: 'hide', args: [{ type: 'field', identifier: choice.field.slug }] }],
        },
      ],
    });
    await client.data(201, 'POST', `/v3.0/forms/${form.slug}/rows/`, { [field.slug]: 'Ann' });
    for (const copyIt of [
      () => client.call('POST', `/v3.1/forms/${form.slug}/copy/`),
      () => client.call('POST', '/v1/forms/form/copy/', urlencodedOf({ copied_form: form.slug })),
    ]) {
      const answer = await copyIt();
      assert.equal(answer.status, 201, answer.text);
      const copy = answer.json.data.form;
      assert.notEqual(copy.slug, form.slug);
      assert.notEqual(copy.address, 'original');
      assert.deepEqual(
        [copy.title, copy.copied_from, copy.submit_count, copy.success_message],
        ['Original (copy)', form.slug, 0, 'Hi'],
      );
      const [name, pick, end] = copy.fields_list;
      assert.deepEqual([name.title, name.required, name.alias], ['Name', true, 'name']);
      assert.deepEqual(
        pick.choice_items.map(({ slug, title }: { slug: string; title: string }) => [slug, title]),
        choice.field.choice_items.map(({ slug, title }: { slug: string; title: string }) => [slug, title]),
      );
      assert.equal(end.type, 'success_page');
      assert.equal(new Set([name.slug, pick.slug, end.slug, field.slug, choice.field.slug]).size, 5);
      assert.deepEqual([copy.logic[0].identifier, copy.logic[0].actions[0].args[0].identifier], [name.slug, pick.slug]);
    }
    const missing = await client.call('POST', '/v1/forms/form/copy/', { body: {} });
    assert.deepEqual(Object.keys(missing.json.errors.form_errors), ['copied_form']);
  });

  test('belong to who made them: a neighbour changes and deletes nothing', async () => {
    const form = await create({ title: 'Mine' });
    const field = await addField(form.slug, { title: 'Name' });
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    for (const [method, path, body] of [
      ['PATCH', `/v3.0/forms/${form.slug}/`, { title: 'x' }],
      ['DELETE', `/v3.0/forms/${form.slug}/`, undefined],
      ['POST', `/v3.0/forms/${form.slug}/copy/`, undefined],
      ['PATCH', `/v3.0/fields/${field.slug}/`, { title: 'x' }],
      ['PATCH', `/v3.0/fields/${field.slug}/type/`, { type: 'email' }],
      ['DELETE', `/v3.0/fields/${field.slug}/`, undefined],
      ['GET', `/v3.0/fields/${field.slug}/`, undefined],
    ] as const) {
      assert.equal((await neighbour.call(method, path, { body })).status, 404, `${method} ${path}`);
    }
    for (const [path, body] of [
      ['/v3.0/fields/', { form: form.slug, type: 'email' }],
      ['/v3.0/fields/duplicate/', { copied_field: field.slug }],
    ] as const) {
      assert.equal((await neighbour.call('POST', path, { body })).status, 400, path);
    }
    assert.equal((await get(form.slug)).title, 'Mine');
  });
});
