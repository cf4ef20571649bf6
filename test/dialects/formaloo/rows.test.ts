import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { getTable } from '../../../src/core/tables/get-table.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { updateTable } from '../../../src/core/tables/update-table.ts';
import { createFakeClock, startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, urlencodedOf } from './client.ts';
import { choiceSlug, fieldSlug, makeContactForm, slugOf } from './forms.ts';

interface Row {
  readonly slug: string;
  readonly id: number;
  readonly data: Record<string, unknown>;
  readonly readable_data: Record<string, unknown>;
  readonly rendered_data: { readonly slug: string; readonly value: unknown; readonly raw_value: unknown }[];
}

describe('rows of a form', () => {
  const clock = createFakeClock();
  let app: TestApp;
  let client: Client;
  let table: TableSchema;
  let path: string;
  let f: (name: string) => string;
  let rows: Row[];
  /** The day of the first row, or so many days later. */
  let day: (later: number) => string;
  before(async () => {
    app = await startTestApp({ clock });
    client = clientOf(app);
  });
  beforeEach(async () => {
    const tags = [
      { slug: 'tagHot00', title: 'Hot', color: '#f00' },
      { slug: 'tagCold0', title: 'Cold', color: null },
    ];
    table = await updateTable(app.core, systemActor, await makeContactForm(app), {
      foreign: { formaloo: { row_tags: tags } },
    });
    path = `/v3.0/forms/${slugOf(table)}/rows/`;
    f = (name) => fieldSlug(table, name);
    rows = [];
    const start = clock.now();
    day = (later) => new Date(start + later * 86_400_000).toISOString().slice(0, 10);
    for (const [name, age, topic] of [
      ['Ann', 41, 'Sales'],
      ['Bo', 7, 'Support'],
      ['Cé', 41, 'Sales'],
    ] as const) {
      const { row } = await client.data(201, 'POST', path, {
        [f('Name')]: name,
        [f('Age')]: age,
        [f('Topic')]: choiceSlug(table, 'Topic', topic),
        [f('Interests')]: [choiceSlug(table, 'Interests', name === 'Bo' ? 'B' : 'A')],
        ...(name === 'Bo' ? { row_tags: ['tagHot00'] } : {}),
      });
      rows.push(row);
      clock.advance(86_400_000);
    }
  });
  after(() => app.close());

  const names = async (query: string) => {
    const data = await client.data(200, 'GET', `${path}${query}`);
    assert.equal(data.count, data.rows.length, query);
    return data.rows.map((row: Row) => row.readable_data.Name);
  };

  test('are listed newest first, each as the submission answered it', async () => {
    const data = await client.data(200, 'GET', path);
    assert.deepEqual(
      data.rows.map((row: Row) => row.slug),
      rows.map(({ slug }) => slug).reverse(),
    );
    const [row] = data.rows;
    assert.equal(row.form, slugOf(table));
    assert.deepEqual(row, rows[2]);
    assert.equal('top_fields' in data, false);
  });

  test('are rendered as a map by slug under the older versions, with the fields on top', async () => {
    for (const version of ['v3', 'v3.1', 'v3.2', 'v3.3']) {
      const data = await client.data(200, 'GET', path.replace('v3.0', version));
      const [row] = data.rows;
      assert.deepEqual(
        Object.keys(row.rendered_data),
        data.top_fields.map(({ slug }: { slug: string }) => slug),
      );
      assert.equal(row.rendered_data[f('Name')].value, 'Cé');
      assert.deepEqual(data.top_fields[0], { slug: f('Name'), title: 'Name', type: 'short_text', position: 1 });
    }
    for (const version of ['v1.0', 'v2.0', 'v5']) {
      const data = await client.data(200, 'GET', path.replace('v3.0', version));
      assert.ok(Array.isArray(data.rows[0].rendered_data), version);
    }
    const legacy = await client.data(200, 'GET', `/v1/forms/form/${slugOf(table)}/submits/?page=1`);
    assert.deepEqual([legacy.page_size, legacy.count, legacy.rows[0].form], [10, 3, slugOf(table)]);
    const [first] = Object.values(legacy.rows[0].rendered_data as Record<string, { slug: string; value: unknown }>);
    assert.deepEqual([first?.slug, first?.value], [f('Name'), 'Cé']);
  });

  test('come in pages of any size up to 1000, without a trailing slash too', async () => {
    const second = await client.data(200, 'GET', `${path.slice(0, -1)}?page_size=2&page=2`);
    assert.deepEqual([second.count, second.page_count, second.rows.length], [3, 2, 1]);
    assert.equal(second.previous, `http://tessera.test${path.slice(0, -1)}?page=1&page_size=2`);
    assert.equal((await client.data(200, 'GET', `${path}?page_size=999`)).page_size, 999);
    assert.equal((await client.call('GET', `${path}?page=3&page_size=2`)).status, 404);
  });

  test('come all at once with pagination=0, in the same order and shape', async () => {
    const body = { create: Array.from({ length: 1000 }, (_, n) => ({ fields: { Name: `More ${n}` } })) };
    for (let batch = 0; batch < 2; batch += 1) {
      const path = `/api/v1/tables/${table.id}/records/batch`;
      assert.equal((await app.request('POST', path, { key: app.keys.native, body })).status, 200);
    }
    const whole = await client.call('GET', `${path}?pagination=0`);
    assert.equal(whole.status, 200);
    assert.deepEqual([whole.json.status, whole.json.data.count, whole.json.data.rows.length], [200, 2003, 2003]);
    const ids = whole.json.data.rows.map(({ id }: Row) => id);
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => b - a),
    );
    const some = await client.call('GET', `${path}?pagination=0&${f('Age')}=41&ordering=${f('Name')}`);
    assert.deepEqual(
      some.json.data.rows.map((row: Row) => row.readable_data.Name),
      ['Ann', 'Cé'],
    );
  });

  const queries: [string, (f: (name: string) => string, on: (later: number) => string) => string, string[]][] = [
    ['search in texts, whatever the case', () => '?search=ANN', ['Ann']],
    ['search in titles of choices', () => '?search=support', ['Bo']],
    ['search in numbers', () => '?search=41', ['Cé', 'Ann']],
    ['search without a hit', () => '?search=zzz', []],
    ['tags', () => '?tags=tagCold0,tagHot00', ['Bo']],
    ['tags without rows', () => '?tags=tagCold0', []],
    ['unknown tags', () => '?tags=nothing', []],
    ['the day of the submission', (_f, on) => `?created_at=${on(1)}`, ['Bo']],
    ['days after', (_f, on) => `?created_at_gt=${on(0)}`, ['Cé', 'Bo']],
    ['days from on', (_f, on) => `?created_at_gte=${on(1)}`, ['Cé', 'Bo']],
    ['days before', (_f, on) => `?submit_time_lt=${on(1)}`, ['Ann']],
    ['days up to', (_f, on) => `?created_at_lte=${on(1)}`, ['Bo', 'Ann']],
    ['a time that is none', () => '?created_at=yesterday', []],
    ['an exact text', (one) => `?${one('Name')}=Ann`, ['Ann']],
    ['part of a text', (one) => `?${one('Name')}_has=N`, ['Ann']],
    ['part of a text, in the other spelling', (one) => `?${one('Name')}_icontains=B`, ['Bo']],
    ['an exact number', (one) => `?${one('Age')}=41`, ['Cé', 'Ann']],
    ['a bound of a number', (one) => `?${one('Age')}_lt=41`, ['Bo']],
    ['a number that is none', (one) => `?${one('Age')}=x`, []],
    ['a title of a choice', (one) => `?${one('Topic')}=Sales`, ['Cé', 'Ann']],
    ['a title among several choices', (one) => `?${one('Interests')}_has=b`, ['Bo']],
    ['unknown parameters', () => '?nothing=1', ['Cé', 'Bo', 'Ann']],
    ['several conditions', (one, on) => `?search=sales&${one('Age')}=41&created_at=${on(0)}`, ['Ann']],
    ['oldest first', () => '?ordering=created_at', ['Ann', 'Bo', 'Cé']],
    ['newest first', () => '?ordering=-created_at', ['Cé', 'Bo', 'Ann']],
    ['by a field', (one) => `?sort_by=${one('Age')},-created_at`, ['Bo', 'Cé', 'Ann']],
    ['by what has no order', () => '?sort=-vote_count', ['Cé', 'Bo', 'Ann']],
  ];
  for (const [name, query, expected] of queries) {
    test(`are found by ${name}`, async () => assert.deepEqual(await names(query(f, day)), expected));
  }

  test('are found by the slug of a choice', async () => {
    assert.deepEqual(await names(`?${f('Topic')}=${choiceSlug(table, 'Topic', 'Sales')}`), ['Cé', 'Ann']);
    assert.deepEqual(await names(`?${f('Interests')}=${choiceSlug(table, 'Interests', 'B')}`), ['Bo']);
  });

  test('are found by their tracking code', async () => {
    const foreign = { formaloo: { show_submit_tracking_code: true } };
    await updateTable(app.core, systemActor, table, { foreign });
    const { row } = await client.data(200, 'GET', `/v3.0/rows/${rows[1]?.slug}/`);
    assert.deepEqual(await names(`?tracking_code=${row.tracking_code.toLowerCase()}`), ['Bo']);
    assert.deepEqual(await names('?tracking_code=AAAAAAAA'), []);
  });

  test('GET /rows/{slug}/ shows one with its neighbours; only the row slug opens it', async () => {
    const [first, second, third] = rows;
    const { row } = await client.data(200, 'GET', `/v3.0/rows/${second?.slug}/`);
    assert.deepEqual([row.next_row, row.previous_row], [third?.slug, first?.slug]);
    assert.deepEqual(row.row_tags, [{ slug: 'tagHot00', title: 'Hot', color: '#f00' }]);
    assert.deepEqual([row.data[f('Name')], row.form], ['Bo', slugOf(table)]);
    const last = (await client.data(200, 'GET', `/v3.0/rows/${third?.slug}/`)).row;
    assert.equal(last.next_row, null);
    for (const wrong of [row.submit_code, String(row.id), 'nosuch', `${row.slug.slice(0, -1)}!`]) {
      assert.equal((await client.call('GET', `/v3.0/rows/${wrong}/`)).status, 404, wrong);
    }
    assert.equal((await client.call('GET', `${path}${row.slug}/`)).status, 404);
  });

  test('a neighbour finds none of them', async () => {
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    const slug = rows[0]?.slug ?? '';
    for (const [method, target] of [
      ['GET', path],
      ['POST', path],
      ['GET', `/v3.0/rows/${slug}/`],
      ['PATCH', `/v3.0/rows/${slug}/`],
      ['DELETE', `/v3.0/rows/${slug}/`],
      ['POST', `${path}bulk-delete/`],
    ] as const) {
      assert.equal((await neighbour.call(method, target, { body: { slugs_list: [slug] } })).status, 404, target);
    }
    assert.equal((await client.data(200, 'GET', path)).count, 3);
  });

  test('PATCH and PUT change what was sent and nothing else', async () => {
    const slug = rows[0]?.slug;
    for (const [method, name] of [
      ['PATCH', 'Anna'],
      ['PUT', 'Anne'],
    ] as const) {
      const { row } = await client.data(200, method, `/v3.0/rows/${slug}/`, { [f('Name')]: name });
      assert.deepEqual([row.data[f('Name')], row.data[f('Age')]], [name, 41]);
    }
    const form = urlencodedOf({ [f('Age')]: '42', [f('Agree')]: 'false' });
    const answer = await client.call('PATCH', `/v3/rows/${slug}`, form);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.json.data.row.data[f('Age')], answer.json.data.row.data[f('Agree')]], [42, false]);
  });

  test('an update wrapped in data, or with unknown keys alone, changes nothing at all', async () => {
    const [row] = rows;
    for (const body of [{ data: { [f('Name')]: 'X' } }, { nothing: 1 }, {}, undefined]) {
      const { row: after } = await client.data(200, 'PATCH', `/v3.0/rows/${row?.slug}/`, body);
      assert.equal(after.data[f('Name')], 'Ann');
    }
    const { row: now } = await client.data(200, 'GET', `/v3.0/rows/${row?.slug}/`);
    assert.equal(now.updated_at, now.created_at);
  });

  test('an update takes slugs of choices, and passes over labels', async () => {
    const [row] = rows;
    const label = await client.data(200, 'PATCH', `/v3.0/rows/${row?.slug}/`, {
      [f('Topic')]: 'Support',
      [f('Interests')]: ['B'],
      [f('Age')]: 1,
    });
    assert.deepEqual([label.row.readable_data.Topic, label.row.readable_data.Age], ['Sales', 1]);
    assert.deepEqual(label.row.readable_data.Interests, ['A']);
    const slug = await client.data(200, 'PATCH', `/v3.0/rows/${row?.slug}/`, {
      [f('Topic')]: choiceSlug(table, 'Topic', 'Support'),
    });
    assert.equal(slug.row.readable_data.Topic, 'Support');
  });

  test('an update asks for no required field, and refuses wrong types', async () => {
    const [row] = rows;
    const { row: cleared } = await client.data(200, 'PATCH', `/v3.0/rows/${row?.slug}/`, { [f('Name')]: null });
    assert.equal(cleared.data[f('Name')], null);
    const wrong = await client.call('PATCH', `/v3.0/rows/${row?.slug}/`, {
      body: { [f('Age')]: 'x', [f('Day')]: 'y' },
    });
    assert.equal(wrong.status, 400);
    assert.deepEqual(Object.keys(wrong.json.errors.form_errors).sort(), [f('Age'), f('Day')].sort());
  });

  test('an update replaces the tags of a row', async () => {
    const [row] = rows;
    const tagged = await client.data(200, 'PATCH', `/v3.0/rows/${row?.slug}/`, { row_tags: ['tagCold0', 'tagHot00'] });
    assert.deepEqual(tagged.row.row_tags.map(({ title }: { title: string }) => title).sort(), ['Cold', 'Hot']);
    assert.deepEqual(await names('?tags=tagCold0'), ['Ann']);
    const bare = await client.data(200, 'PATCH', `/v3.0/rows/${row?.slug}/`, { row_tags: [] });
    assert.deepEqual(bare.row.row_tags, []);
    const wrong = await client.call('PATCH', `/v3.0/rows/${row?.slug}/`, { body: { row_tags: ['nothing'] } });
    assert.deepEqual([wrong.status, Object.keys(wrong.json.errors.form_errors)], [400, ['row_tags']]);
  });

  test('DELETE answers the envelope with 200, and the row is gone', async () => {
    const slug = rows[1]?.slug;
    const answer = await client.call('DELETE', `/v3.0/rows/${slug}/`, {
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { status: 200, errors: { general_errors: [], form_errors: {} }, data: {} });
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      assert.equal((await client.call(method, `/v3.0/rows/${slug}/`)).status, 404, method);
    }
    assert.deepEqual(await names('?tags=tagHot00'), []);
    assert.equal(await app.core.store.count('record_tags', { table_id: table.id }), 0);
  });

  test('bulk-delete deletes what exists of its list, by POST and by DELETE', async () => {
    const [first, second] = rows;
    const target = `${path}bulk-delete/`;
    await client.data(200, 'POST', target, { slugs_list: [first?.slug, 'nosuch', 7] });
    assert.deepEqual(await names(''), ['Cé', 'Bo']);
    await client.data(200, 'DELETE', target, { slugs_list: [second?.slug] });
    assert.deepEqual(await names(''), ['Cé']);
    const missing = await client.call('POST', target, { body: {} });
    assert.deepEqual(
      [missing.status, missing.json.errors.form_errors],
      [400, { slugs_list: ['This field is required.'] }],
    );
  });

  test('POST stores as a submission does, also while the form takes none from the public', async () => {
    const foreign = { formaloo: { active: false, max_submit_count: 1 } };
    await updateTable(app.core, systemActor, table, { foreign });
    const answer = await client.call('POST', path, { body: { [f('Name')]: 'Dan' } });
    assert.deepEqual([answer.status, answer.json.status], [201, 200], answer.text);
    assert.equal(typeof answer.json.data.row.form, 'string');
    assert.equal((await client.call('POST', path, { body: {} })).status, 400);
  });

  test('GET /rows/ lists the rows of all forms with their form', async () => {
    const other = await makeContactForm(app);
    await client.data(201, 'POST', `/v3.0/forms/${slugOf(other)}/rows/`, { [fieldSlug(other, 'Name')]: 'Zoe' });
    const before = await client.data(200, 'GET', '/v3.0/rows/?page_size=1');
    assert.equal(before.rows[0].form.slug, slugOf(other));
    assert.equal(before.rows[0].readable_data.Name, 'Zoe');
    const found = await client.data(200, 'GET', '/v3.0/rows/?search=zoe&page_size=50');
    assert.deepEqual([found.count, found.rows.length], [1, 1]);
    const seen = new Set<string>();
    let next = '/v3.0/rows/?page_size=3';
    while (next !== '') {
      const data = await client.data(200, 'GET', next);
      for (const row of data.rows) {
        assert.equal(seen.has(row.slug), false);
        seen.add(row.slug);
      }
      next = data.next === null ? '' : data.next.slice('http://tessera.test'.length);
    }
    assert.equal(seen.size, before.count);
  });

  test('what was sent through a form is forgotten with its table', async () => {
    const current = await getTable(app.core, systemActor, table.id);
    await client.open('POST', `/v3.0/form-displays/slug/${slugOf(table)}/submit/`, {
      body: { [f('Name')]: 'x' },
      headers: { referer: 'https://site.example/' },
    });
    assert.equal(await app.core.store.count('submissions', { table_id: table.id }), 1);
    const path = `/api/v1/tables/${current.id}`;
    assert.ok((await app.request('DELETE', path, { key: app.keys.native })).status < 300);
    assert.equal(await app.core.store.count('submissions', { table_id: table.id }), 0);
    assert.equal(await app.core.store.count('record_tags', { table_id: table.id }), 0);
  });
});

describe('relations between forms', () => {
  let app: TestApp;
  let client: Client;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  after(() => app.close());

  test('are answered with slugs of rows, and shown with their titles', async () => {
    const cities = await app.makeTable([{ name: 'Name', type: 'text' }], 'Cities');
    const people = await app.makeTable(
      [
        { name: 'Name', type: 'text' },
        { name: 'Lived in', type: 'relation', options: { target: cities.id } },
      ],
      'People',
    );
    const slugs: string[] = [];
    for (const name of ['Berlin', 'Paris', 'Bern']) {
      const body = { [fieldSlug(cities, 'Name')]: name };
      slugs.push((await client.data(201, 'POST', `/v3.0/forms/${slugOf(cities)}/rows/`, body)).row.slug);
    }
    const field = fieldSlug(people, 'Lived in');
    const choices = await client.open('GET', `/v3.0/fields/${field}/choices/?search=ber`);
    assert.deepEqual(
      choices.json.data.objects,
      [
        { slug: slugs[0], title: 'Berlin' },
        { slug: slugs[2], title: 'Bern' },
      ],
      choices.text,
    );
    const path = `/v3.0/forms/${slugOf(people)}/rows/`;
    const { row } = await client.data(201, 'POST', path, {
      [fieldSlug(people, 'Name')]: 'Ann',
      [field]: [slugs[1], slugs[0]],
    });
    assert.deepEqual(
      [row.data[field], row.readable_data['Lived in']],
      [
        [slugs[0], slugs[1]],
        ['Berlin', 'Paris'],
      ],
    );
    const listed = await client.data(200, 'GET', path);
    assert.deepEqual(listed.rows[0].data[field], [slugs[0], slugs[1]]);
    const wrong = await client.call('POST', path, { body: { [field]: ['Berlin'] } });
    assert.deepEqual(wrong.json.errors.form_errors, { [field]: ['Must hold slugs of rows of the related form.'] });
  });
});
