import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, urlencodedOf } from './client.ts';

describe('tags, categories, templates, stats', () => {
  let app: TestApp;
  let client: Client;
  let form: string;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
    form = (await client.data(201, 'POST', '/v3.0/forms/', { title: 'Form' })).form.slug;
  });
  after(() => app.close());

  const shelves = [
    { name: 'row tags', path: () => `/v3.0/forms/${form}/row-tags/`, plural: 'row_tags', singular: 'row_tag' },
    { name: 'form tags', path: () => '/v3.0/tags/', plural: 'tags', singular: 'tag' },
    { name: 'form tags of older versions', path: () => '/v2.0/form-tags/', plural: 'tags', singular: 'tag' },
    { name: 'categories', path: () => '/v1.0/forms/category/', plural: 'categories', singular: 'category' },
  ];
  for (const { name, path, plural, singular } of shelves) {
    test(`${name} are made, listed, changed and deleted`, async () => {
      const made = await client.call('POST', path(), { body: { title: 'Hot', color: '#f00' } });
      assert.deepEqual([made.status, made.json.status], [201, 200], made.text);
      const tag = made.json.data[singular];
      assert.deepEqual([tag.title, tag.color], ['Hot', '#f00']);
      await client.data(201, 'POST', path(), { title: 'Cold' });
      const list = await client.data(200, 'GET', path());
      assert.deepEqual(list[plural], list.objects);
      const titles = list[plural].map(({ title }: { title: string }) => title);
      assert.ok(titles.includes('Hot') && titles.includes('Cold'));
      const found = await client.data(200, 'GET', `${path()}?search=hot`);
      assert.equal(found.count, 1);
      assert.deepEqual((await client.data(200, 'GET', `${path()}${tag.slug}/`))[singular], tag);
      const changed = await client.data(200, 'PATCH', `${path()}${tag.slug}/`, { title: 'Warm' });
      assert.deepEqual(changed[singular], { ...tag, title: 'Warm' });
      const missing = await client.call('POST', path(), { body: {} });
      assert.deepEqual(
        [missing.status, missing.json.errors.form_errors],
        [400, { title: ['This field is required.'] }],
      );
      const gone = await client.call('DELETE', `${path()}${tag.slug}/`);
      assert.deepEqual([gone.status, gone.json.data], [200, {}]);
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        assert.equal((await client.call(method, `${path()}${tag.slug}/`, { body: {} })).status, 404, method);
      }
      const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
      const theirs = await neighbour.call('GET', path());
      assert.ok(theirs.status === 404 || theirs.json.data.count === 0);
    });
  }

  test('tags of forms are not made with the write-only key', async () => {
    const headers = { 'x-api-key': app.keys.pair.writeOnly };
    for (const path of ['/v3.0/tags/', '/v3.0/form-tags/', '/v3.0/forms/category/']) {
      assert.equal((await app.request('POST', path, { headers, body: { title: 'X' } })).status, 403, path);
    }
  });

  test('forms are found by their tag and category', async () => {
    const { tag } = await client.data(201, 'POST', '/v3.0/tags/', { title: 'News', address: 'news' });
    const { category } = await client.data(201, 'POST', '/v3.0/forms/category/', { title: 'Events' });
    const body = { title: 'Tagged', tags: [tag.slug], category: category.slug };
    const { form: tagged } = await client.data(201, 'POST', '/v3.0/forms/', body);
    assert.deepEqual([tagged.tags, tagged.category], [[tag.slug], category.slug]);
    for (const query of [
      `tag=${tag.slug}`,
      `tags=${tag.slug},x`,
      `category=${category.slug}`,
      `categories=${category.slug}`,
    ]) {
      const { forms } = await client.data(200, 'GET', `/v3.0/forms/?${query}`);
      assert.deepEqual(
        forms.map(({ slug }: { slug: string }) => slug),
        [tagged.slug],
        query,
      );
    }
    const shown = await client.open('GET', '/v3/form-displays/tag/news/?pagination=0');
    assert.deepEqual(
      shown.json.data.forms.map(({ slug }: { slug: string }) => slug),
      [tagged.slug],
    );
  });

  test('a row tag leaves its rows when it is deleted', async () => {
    const { row_tag: tag } = await client.data(201, 'POST', `/v3.0/forms/${form}/row-tags/`, { title: 'Once' });
    const { row } = await client.data(201, 'POST', `/v3.0/forms/${form}/rows/`, { row_tags: [tag.slug] });
    assert.deepEqual(
      row.row_tags.map(({ title }: { title: string }) => title),
      ['Once'],
    );
    await client.data(200, 'DELETE', `/v3.0/forms/${form}/row-tags/${tag.slug}/`);
    assert.deepEqual((await client.data(200, 'GET', `/v3.0/rows/${row.slug}/`)).row.row_tags, []);
  });

  test('templates and payment methods are empty lists, the first without any key', async () => {
    for (const path of [
      '/v1/forms/templates/list/?page=1&search=&category=',
      '/v1/forms/templates/list/?pagination=0',
    ]) {
      const { status, json } = await app.request('GET', path);
      assert.deepEqual([status, json.data.forms, json.data.current_page, json.data.next], [200, [], 1, null]);
    }
    const categories = await app.request('GET', '/v2/forms/templates/categories/');
    assert.deepEqual([categories.status, categories.json.data.categories], [200, []]);
    assert.deepEqual((await client.open('GET', '/v1.0/forms/templates/')).json.data.forms, []);
    assert.deepEqual((await client.data(200, 'GET', '/v1.0/payment-methods/')).payment_methods, []);
    assert.equal((await client.call('GET', '/v1.0/live-dashboards/a/rows/r/votes/')).status, 404);
  });

  test('stats count rows by day and choices by slug and title', async () => {
    const { form: made } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Poll' });
    const choice_items = [
      { title: 'Yes', slug: 'chYes000' },
      { title: 'No', slug: 'chNo0000' },
    ];
    const { field } = await client.data(201, 'POST', '/v3.0/fields/choice/', {
      form: made.slug,
      title: 'Q',
      choice_items,
    });
    for (const slug of ['chYes000', 'chYes000', null]) {
      await client.data(201, 'POST', `/v3.0/forms/${made.slug}/rows/`, { [field.slug]: slug });
    }
    const { form: shown } = await client.data(200, 'GET', `/v3.0/forms/${made.slug}/stats/`);
    const { stats } = shown;
    assert.deepEqual([shown.slug, stats.total, stats.fields[field.slug]], [made.slug, 3, { chYes000: 2, chNo0000: 0 }]);
    assert.deepEqual([stats.readable.Q, stats.submits.length, stats.submits[0].count], [{ Yes: 2, No: 0 }, 1, 3]);
  });

  test('urlencoded tags of rows are taken too', async () => {
    const { row_tag: tag } = await client.data(201, 'POST', `/v3.0/forms/${form}/row-tags/`, { title: 'Form-encoded' });
    const answer = await client.call('POST', `/v3.0/forms/${form}/rows/`, urlencodedOf({ row_tags: tag.slug }));
    assert.equal(answer.json.data.row.row_tags[0]?.title, 'Form-encoded', answer.text);
  });
});
