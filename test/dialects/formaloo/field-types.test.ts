import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { kinds } from '../../../src/dialects/formaloo/kinds.ts';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf } from './client.ts';

interface TypeCase {
  readonly type: string;
  /** Last part of the path that creates it. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Attributes that the field shows. */
  readonly shows?: Readonly<Record<string, unknown>>;
  /** [sent, raw value, value]; the last two are as sent unless given. */
  readonly accepted: readonly (readonly [unknown, unknown?, unknown?])[];
  /** [sent, message] */
  readonly refused: readonly (readonly [unknown, string])[];
}

const choiceItems = [
  { title: 'Red', slug: 'chRed000' },
  { title: 'Blue', slug: 'chBlue00' },
  { title: 'Green', slug: 'chGreen0' },
];
const noChoice = 'Must be the slug of one of its choices.';
const notNumber = 'Must be a number such as 19.9.';

const cases: readonly TypeCase[] = [
  {
    type: 'short_text',
    path: 'short_text',
    body: { min_length: 2, max_length: 5 },
    shows: { min_length: 2, max_length: 5 },
    accepted: [['abc'], [12345, '12345'], ['', null]],
    refused: [
      ['a', 'Must have at least 2 characters.'],
      ['abcdef', 'Must have at most 5 characters.'],
      [['a'], 'Must be text.'],
    ],
  },
  {
    type: 'short_text',
    path: 'short-text',
    shows: { max_length: 255 },
    accepted: [['x'.repeat(255)]],
    refused: [['x'.repeat(256), 'Must have at most 255 characters.']],
  },
  {
    type: 'long_text',
    path: 'long_text',
    body: { max_length: 20 },
    shows: { max_length: 20 },
    accepted: [['two\nlines']],
    refused: [['x'.repeat(21), 'Must have at most 20 characters.']],
  },
  { type: 'email', path: 'email', accepted: [['ann@example.com']], refused: [['ann', 'Must be an e-mail address.']] },
  {
    type: 'phone',
    path: 'phone',
    body: { phone_type: 'mobile' },
    shows: { phone_type: 'mobile' },
    accepted: [['+1-123-4567']],
    refused: [['call me', 'Must be a telephone number of 5 to 20 digits.']],
  },
  {
    type: 'website',
    path: 'website',
    accepted: [['https://example.com/a?b=c']],
    refused: [['example.com', 'Must be an absolute URL such as https://example.com.']],
  },
  {
    type: 'number',
    path: 'number',
    body: { min_value: 1, max_value: 10, decimal_places: 0 },
    shows: { min_value: 1, max_value: 10, decimal_places: 0 },
    accepted: [[5], ['7', 7], [' 8 ', 8]],
    refused: [
      [2.5, 'Must be a whole number.'],
      [0, 'Must be at least 1.'],
      ['11', 'Must be at most 10.'],
      ['many', notNumber],
      [true, notNumber],
    ],
  },
  {
    type: 'number',
    path: 'number',
    body: { decimal_places: 2 },
    shows: { decimal_places: 2, min_value: null },
    accepted: [[2.25], ['-3.5', -3.5]],
    refused: [['1.234', 'Must have at most 2 decimal places.']],
  },
  {
    type: 'money',
    path: 'money',
    body: { currency: 'eur', min_value: 0 },
    shows: { currency: 'EUR', min_value: 0 },
    accepted: [[19.9], ['5', 5]],
    refused: [
      [-1, 'Must be at least 0.'],
      ['5 EUR', notNumber],
    ],
  },
  {
    type: 'checkbox',
    path: 'boolean',
    accepted: [[true], ['true', true], ['false', false], [false]],
    refused: [['perhaps', 'Must be true or false.']],
  },
  {
    type: 'yes_no',
    path: 'yes_no',
    accepted: [['yes'], ['No', 'no'], [true, 'yes']],
    refused: [['maybe', 'Must be "yes" or "no".']],
  },
  ...(['choice', 'dropdown', 'text_choice'] as const).map(
    (type): TypeCase => ({
      type,
      path: type,
      body: { choice_items: choiceItems, shuffle_choices: true },
      shows: { shuffle_choices: true, has_other_choice: false },
      accepted: [
        ['chRed000', 'chRed000', 'Red'],
        [['chBlue00'], 'chBlue00', 'Blue'],
      ],
      refused: [
        ['Red', noChoice],
        ['nothing0', noChoice],
        [['chRed000', 'chBlue00'], noChoice],
        [7, noChoice],
      ],
    }),
  ),
  {
    type: 'choice',
    path: 'choice',
    body: { choice_items: [{ title: 'Red', slug: 'chRed000' }], has_other_choice: 'true' },
    shows: { has_other_choice: true },
    accepted: [['chRed000', 'chRed000', 'Red']],
    refused: [['Yellow', noChoice]],
  },
  {
    type: 'multiple_select',
    path: 'multiple_select',
    body: { choice_items: choiceItems, max_selectable_choices: 2, min_selectable_choices: 1, sub_type: 'dropdown' },
    shows: { max_selectable_choices: 2, min_selectable_choices: 1, sub_type: 'dropdown' },
    accepted: [
      [
        ['chGreen0', 'chRed000'],
        ['chGreen0', 'chRed000'],
        ['Green', 'Red'],
      ],
      ['chRed000', ['chRed000'], ['Red']],
      ['chRed000,chBlue00', ['chRed000', 'chBlue00'], ['Red', 'Blue']],
      ['["chRed000","chBlue00"]', ['chRed000', 'chBlue00'], ['Red', 'Blue']],
      [[], null],
    ],
    refused: [
      [['Red'], 'Must be a list of slugs of its choices.'],
      [['chRed000', 'nothing0'], 'Must be a list of slugs of its choices.'],
      [['chRed000', 'chBlue00', 'chGreen0'], 'Must have at most 2 choices.'],
    ],
  },
  {
    type: 'rating',
    path: 'rating',
    shows: { sub_type: 'star', range_start: 1, range_end: 5 },
    accepted: [[3], ['5', 5]],
    refused: [
      [0, 'Must be at least 1.'],
      [6, 'Must be a whole number from 0 to 5.'],
      [2.5, 'Must be a whole number.'],
    ],
  },
  {
    type: 'rating',
    path: 'rating',
    body: { sub_type: 'nps', min_message: 'No', max_message: 'Yes' },
    shows: { sub_type: 'nps', range_start: 0, range_end: 10, min_message: 'No', max_message: 'Yes' },
    accepted: [[0], [10]],
    refused: [[11, 'Must be a whole number from 0 to 10.']],
  },
  {
    type: 'rating',
    path: 'rating',
    body: { sub_type: 'like_dislike' },
    shows: { sub_type: 'like_dislike', range_start: -1, range_end: 1 },
    accepted: [[-1], [1]],
    refused: [[2, 'Must be at most 1.']],
  },
  {
    type: 'matrix',
    path: 'matrix',
    body: {
      choice_items: [
        { title: 'Good', slug: 'colGood0' },
        { title: 'Bad', slug: 'colBad00' },
      ],
      choice_groups: [
        { title: 'Food', slug: 'rowFood0' },
        { title: 'Room', slug: 'rowRoom0' },
      ],
    },
    accepted: [
      [
        { rowFood0: 'colGood0', rowRoom0: 'colBad00' },
        { rowFood0: 'colGood0', rowRoom0: 'colBad00' },
        { Food: 'Good', Room: 'Bad' },
      ],
      ['{"rowFood0":"colBad00"}', { rowFood0: 'colBad00' }, { Food: 'Bad' }],
      [{}, null],
    ],
    refused: [
      ['Good', 'Must be an object of the form {row slug: column slug}.'],
      [{ rowFood0: 'Good' }, 'Must have one of its columns in the row "rowFood0".'],
      [{ nothing: 'colGood0' }, 'Must not have the row "nothing".'],
    ],
  },
  {
    type: 'date',
    path: 'date',
    body: { from_date: '2026-01-01', to_date: '2026-12-31', date_format: 'YYYY/MM/DD' },
    shows: { from_date: '2026-01-01', to_date: '2026-12-31', date_format: 'YYYY/MM/DD' },
    accepted: [['2026-03-05']],
    refused: [
      ['2025-12-31', 'Must be a date from 2026-01-01 on.'],
      ['2027-01-01', 'Must be a date not after 2026-12-31.'],
      ['2026-02-30', 'Must be a date in the form YYYY-MM-DD.'],
      ['05/03/2026', 'Must be a date in the form YYYY-MM-DD.'],
    ],
  },
  {
    type: 'time',
    path: 'time',
    body: { from_time: '08:00', to_time: '18:00:00' },
    shows: { from_time: '08:00', to_time: '18:00:00' },
    accepted: [['09:30', '09:30:00'], ['18:00:00']],
    refused: [
      ['07:59', 'Must be a time from 08:00:00 on.'],
      ['18:01', 'Must be a time not after 18:00:00.'],
      ['noon', 'Must be a time in the form HH:MM or HH:MM:SS.'],
    ],
  },
  {
    type: 'datetime',
    path: 'date-time',
    accepted: [
      ['2026-03-05T09:30:00Z', '2026-03-05T09:30:00.000Z'],
      ['2026-03-05T09:30:00+03:30', '2026-03-05T06:00:00.000Z'],
    ],
    refused: [['soon', 'Must be a date and time in the form YYYY-MM-DDTHH:MM:SSZ.']],
  },
  { type: 'hidden', path: 'hidden', accepted: [['utm=1&x=2'], ['x'.repeat(1000)]], refused: [[{}, 'Must be text.']] },
  {
    type: 'regex',
    path: 'regex',
    body: { regex: '[A-Z]{2}-[0-9]+' },
    shows: { regex: '[A-Z]{2}-[0-9]+' },
    accepted: [['AB-12']],
    refused: [['ab-12', 'Must match the pattern of the field.']],
  },
  {
    type: 'country',
    path: 'country',
    accepted: [['DE', 'DE', 'Germany']],
    refused: [['Germany', 'Must be a slug from its list of choices.']],
  },
  {
    type: 'city',
    path: 'city',
    body: { has_other_choice: true },
    shows: { has_other_choice: true },
    accepted: [['6JkQRWPT', '6JkQRWPT', 'Berlin'], ['Little Town']],
    refused: [[['Berlin', 'Paris'], 'Must be text.']],
  },
  {
    type: 'city',
    path: 'city',
    shows: { has_other_choice: false },
    accepted: [['BuxaJJ9D', 'BuxaJJ9D', 'London']],
    refused: [
      ['London', 'Must be a slug from its list of choices.'],
      [7, 'Must be a slug from its list of choices.'],
    ],
  },
  {
    type: 'choice_fetch',
    path: 'choice-fetch',
    body: { choices_source: 'https://example.com/choices' },
    shows: { choices_source: 'https://example.com/choices' },
    accepted: [[{ label: 'One', value: 1 }, { label: 'One', value: 1 }, 'One']],
    refused: [['One', 'Must be an object with label and value.']],
  },
  {
    type: 'product',
    path: 'product',
    body: { unit_price: 9.5, max_value: 3 },
    shows: { unit_price: 9.5, max_value: 3 },
    accepted: [[2], ['3', 3]],
    refused: [
      [4, 'Must be at most 3.'],
      [-1, 'Must be at least 0.'],
      [1.5, 'Must be a whole number.'],
    ],
  },
  {
    type: 'variable',
    path: 'variable',
    shows: { sub_type: 'int' },
    accepted: [[7]],
    refused: [[7.5, 'Must be a whole number.']],
  },
  {
    type: 'variable',
    path: 'variable',
    body: { sub_type: 'decimal', decimal_places: 1 },
    shows: { sub_type: 'decimal', decimal_places: 1 },
    accepted: [[7.5]],
    refused: [[7.55, 'Must have at most 1 decimal places.']],
  },
  {
    type: 'variable',
    path: 'variable',
    body: { sub_type: 'string' },
    accepted: [['x']],
    refused: [[{}, 'Must be text.']],
  },
  {
    type: 'table',
    path: 'table',
    body: { column_groups: [{ title: 'A', slug: 'colA0000' }], min_rows: 1, max_rows: 2 },
    shows: { min_rows: 1, max_rows: 2, column_groups: [{ title: 'A', slug: 'colA0000' }] },
    accepted: [[[{ colA0000: 'x' }]], ['[{"colA0000":"y"}]', [{ colA0000: 'y' }]]],
    refused: [
      [[], 'Must have at least 1 rows.'],
      [[{}, {}, {}], 'Must have at most 2 rows.'],
      ['x', 'Must be a list of objects, one for each row.'],
    ],
  },
  {
    type: 'repeating_section',
    path: 'repeating_section',
    accepted: [[[{ a: 1 }, { a: 2 }]]],
    refused: [[[1], 'Must be a list of objects, one for each row.']],
  },
  {
    type: 'email_verification',
    path: 'email_verification',
    accepted: [['a@example.com']],
    refused: [['a@', 'Must be an e-mail address.']],
  },
  {
    type: 'phone_verification',
    path: 'phone-verification',
    accepted: [['+989121234567']],
    refused: [['12', 'Must be a telephone number of 5 to 20 digits.']],
  },
  {
    type: 'barcode',
    path: 'barcode',
    accepted: [['4006381333931'], [4006381333931, '4006381333931']],
    refused: [[['x'], 'Must be text.']],
  },
  {
    type: 'location',
    path: 'location',
    accepted: [
      ['52.5,13.4', { address: null, name: null, latitude: 52.5, longitude: 13.4, elements: {} }, '52.5,13.4'],
      [
        { latitude: 52.5, longitude: 13.4, address: 'Berlin' },
        { address: 'Berlin', name: null, latitude: 52.5, longitude: 13.4, elements: {} },
        'Berlin',
      ],
    ],
    refused: [[{ latitude: 91, longitude: 0 }, 'Must have a latitude between -90 and 90.']],
  },
];

/** Files and pictures are in files.test.ts, lookups and people at the end of this file. */
const elsewhere = ['file', 'signature', 'lookup', 'linked_rows', 'user', 'assignee'];

describe('every field type', () => {
  let app: TestApp;
  let client: Client;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  after(() => app.close());

  for (const { type, path, body = {}, shows = {}, accepted, refused } of cases) {
    test(`${type} at /fields/${path}/ with ${JSON.stringify(body)}`, async () => {
      const { form } = await client.data(201, 'POST', '/v3.0/forms/', { title: type });
      const { field } = await client.data(201, 'POST', `/v3.0/fields/${path}/`, {
        form: form.slug,
        title: 'Question',
        ...body,
      });
      assert.equal(field.type, type);
      for (const [name, value] of Object.entries(shows)) assert.deepEqual(field[name], value, name);
      const again = await client.data(200, 'GET', `/v3.0/fields/${field.slug}/`);
      assert.deepEqual(again.field, field);
      const byType = await client.data(201, 'POST', '/v3.0/fields/', {
        form: form.slug,
        type,
        title: 'Second',
        ...body,
      });
      assert.equal(byType.field.type, type);
      await client.data(200, 'DELETE', `/v3.0/fields/${byType.field.slug}/`);

      const submit = (value: unknown) =>
        client.open('POST', `/v3.0/form-displays/slug/${form.slug}/submit/`, { body: { [field.slug]: value } });
      for (const one of accepted) {
        const [sent, raw = sent, value = raw] = one;
        const answer = await submit(sent);
        assert.equal(answer.status, 201, `${JSON.stringify(sent)}: ${answer.text}`);
        const { row } = answer.json.data;
        const expected = one.length > 1 && one[1] === null ? null : raw;
        assert.deepEqual(row.data[field.slug], expected, JSON.stringify(sent));
        assert.deepEqual(row.rendered_data[0].raw_value, expected);
        assert.deepEqual(row.readable_data.Question, expected === null ? null : value);
        // What comes out goes in again, and means the same.
        const { row: same } = await client.data(200, 'PATCH', `/v3.0/rows/${row.slug}/`, { [field.slug]: expected });
        assert.deepEqual(same.data, row.data);
      }
      for (const [sent, message] of refused) {
        const answer = await submit(sent);
        assert.equal(answer.status, 400, JSON.stringify(sent));
        assert.deepEqual(answer.json.errors.form_errors, { [field.slug]: [message] }, JSON.stringify(sent));
      }
      const nothing = await submit(null);
      assert.equal(nothing.json.data.row.data[field.slug], null);
    });
  }

  const elements: [string, string, Record<string, unknown>][] = [
    ['meta', 'meta', { sub_type: 'section', description: '<p>Part one</p>' }],
    ['meta', 'meta', { sub_type: 'video', video_link: 'https://video.example/1' }],
    ['oembed', 'oembed', { url: 'https://video.example/1', config: { height: 300 } }],
    ['success_page', 'success-page', { description: 'Bye' }],
    ['profile', 'profile', {}],
    ['profile_data', 'profile-data', {}],
    ['ai_box', 'ai-box', {}],
    ['variable', 'variable', { sub_type: 'formula', config: { formula: 'a+b' } }],
  ];
  for (const [type, path, body] of elements) {
    test(`${type} ${JSON.stringify(body)} is part of the form and takes no answer`, async () => {
      const { form } = await client.data(201, 'POST', '/v3.0/forms/', {});
      const { field } = await client.data(201, 'POST', `/v3.0/fields/${path}/`, {
        form: form.slug,
        title: 'Part',
        ...body,
      });
      for (const [name, value] of Object.entries({ type, title: 'Part', ...body }))
        assert.deepEqual(field[name], value);
      const answer = await client.open('POST', `/v3.0/form-displays/slug/${form.slug}/submit/`, {
        body: { [field.slug]: 'x' },
      });
      assert.equal(answer.status, 201, answer.text);
      assert.deepEqual(answer.json.data.row.data, {});
      const changed = await client.data(200, 'PATCH', `/v3.0/fields/${field.slug}/`, { title: 'Other' });
      assert.deepEqual(changed.field, { ...field, title: 'Other', updated_at: changed.field.updated_at });
      await client.data(200, 'DELETE', `/v3.0/fields/${field.slug}/`);
      assert.equal((await client.call('GET', `/v3.0/fields/${field.slug}/`)).status, 404);
    });
  }

  test('every type that there is has its cases', () => {
    const seen = new Set([...cases.map(({ type }) => type), ...elements.map(([type]) => type), ...elsewhere]);
    assert.deepEqual(
      [...kinds.keys()].filter((name) => !seen.has(name)),
      [],
    );
  });

  test('user and assignee are answered with a member of the workspace', async () => {
    const { form } = await client.data(201, 'POST', '/v3.0/forms/', {});
    for (const path of ['user', 'assignee']) {
      const { field } = await client.data(201, 'POST', `/v3.0/fields/${path}/`, { form: form.slug, title: path });
      const send = (value: unknown) =>
        client.call('POST', `/v3.0/forms/${form.slug}/rows/`, { body: { [field.slug]: value } });
      for (const value of [app.ownerId, 'owner@example.com']) {
        const answer = await send(value);
        assert.equal(answer.status, 201, answer.text);
        const { row } = answer.json.data;
        assert.deepEqual([row.data[field.slug], row.readable_data[path]], [app.ownerId, 'Owner']);
      }
      const refused = await send('stranger@example.com');
      assert.deepEqual([refused.status, Object.keys(refused.json.errors.form_errors)], [400, [field.slug]]);
      // The public cannot try who is one, and is told of none.
      for (const value of [app.ownerId, 'stranger@example.com']) {
        const open = await client.open('POST', `/v3.0/form-displays/slug/${form.slug}/submit/`, {
          body: { [field.slug]: value },
        });
        assert.equal(open.status, 201, open.text);
        assert.equal(open.text.includes(field.slug), false);
      }
    }
    const display = (await client.open('GET', `/v3.0/form-displays/slug/${form.slug}/`)).json.data.form;
    assert.deepEqual(
      display.fields_list.map(({ type }: { type: string }) => type),
      ['success_page'],
    );
  });

  test('who made a row elsewhere is shown to the staff, not to the public', async () => {
    const table = await app.makeTable([
      { name: 'Note', type: 'text' },
      { name: 'By', type: 'created_by' },
    ]);
    const slug = table.id.slice(0, 8);
    const path = `/v3.0/form-displays/slug/${slug}/submit/`;
    const sent = await client.open('POST', path, { body: { [table.fields[0]?.id.slice(0, 8) ?? '']: 'x' } });
    assert.equal(sent.status, 201, sent.text);
    assert.doesNotMatch(sent.text, /Owner|owner@example|"By"/);
    const [row] = (await client.data(200, 'GET', `/v3.0/forms/${slug}/rows/`)).rows;
    assert.equal(row.readable_data.By, 'Owner');
  });

  test('lookup and linked_rows are answered with slugs of rows of the related form', async () => {
    const { form: shops } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Shops' });
    const { field: name } = await client.data(201, 'POST', '/v3.0/fields/short_text/', {
      form: shops.slug,
      title: 'Name',
    });
    const { row } = await client.data(201, 'POST', `/v3.0/forms/${shops.slug}/rows/`, { [name.slug]: 'Corner' });
    const { form } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Visits' });
    for (const [path, type, sent, raw, value] of [
      ['lookup', 'lookup', row.slug, row.slug, 'Corner'],
      ['linked-rows', 'linked_rows', [row.slug], [row.slug], ['Corner']],
    ] as const) {
      const { field } = await client.data(201, 'POST', `/v3.0/fields/${path}/`, {
        form: form.slug,
        title: type,
        related_form: shops.slug,
        field: name.slug,
      });
      assert.deepEqual([field.type, field.related_form], [type, shops.slug]);
      const submit = await client.open('POST', `/v3.0/form-displays/slug/${form.slug}/submit/`, {
        body: { [field.slug]: sent },
      });
      assert.equal(submit.status, 201, submit.text);
      assert.deepEqual(submit.json.data.row.data[field.slug], raw);
      assert.deepEqual(submit.json.data.row.readable_data[type], value);
      const choices = await client.open('GET', `/v3.0/fields/${field.slug}/choices/?search=corn`);
      assert.deepEqual(choices.json.data.objects, [{ slug: row.slug, title: 'Corner' }]);
    }
    const wrong = await client.call('POST', '/v3.0/fields/lookup/', {
      body: { form: form.slug, related_form: 'nosuch00' },
    });
    assert.deepEqual(Object.keys(wrong.json.errors.form_errors), ['related_form']);
  });
});
