import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, multipartOf, urlencodedOf } from './client.ts';

interface Titled {
  readonly title: string;
}

describe('customers, activities and their tags', () => {
  let app: TestApp;
  let client: Client;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  after(() => app.close());

  const add = async (body: object) => (await client.data(201, 'POST', '/v1.0/customers/', body)).customer;

  test('lists are empty before anything was written, and nothing is made by reading', async () => {
    for (const [path, key] of [
      ['customers', 'customers'],
      ['activities', 'activities'],
      ['tags', 'tags'],
      ['action-types', 'action_types'],
      ['action-type-groups', 'action_type_groups'],
    ] as const) {
      for (const version of ['v1.0', 'v2.0']) {
        const data = await client.data(200, 'GET', `/${version}/${path}/`);
        assert.deepEqual([data.count, data[key]], [0, []], path);
      }
    }
    assert.equal((await client.call('GET', '/v1.0/customers/nobody/')).status, 404);
    assert.equal((await client.data(200, 'GET', '/v3.0/forms/')).count, 0);
  });

  test('what is refused has made nothing: no table, no tag, no customer', async () => {
    const customer = { email: 'new@example.com' };
    for (const [path, body, key] of [
      ['customers', { email: '../../etc/passwd', tags: [{ title: 'New' }] }, 'email'],
      ['customers', { ...customer, score: 'many' }, 'score'],
      ['customers', { ...customer, tags: [{ title: 'New' }, {}] }, 'tags'],
      ['customers', { ...customer, tags: [{ title: 'New' }, { slug: 'nobody' }] }, 'tags'],
      ['activities', { action: 'buy', customer, activity_date: 'soon' }, 'activity_date'],
      ['activities', { action: 'buy', customer, tags: 'New' }, 'tags'],
      ['tags', { title: { toString: 1 } }, 'title'],
    ] as const) {
      const answer = await client.call('POST', `/v1.0/${path}/`, { body });
      assert.deepEqual([answer.status, Object.keys(answer.json.errors.form_errors)], [400, [key]], answer.text);
    }
    assert.equal((await client.data(200, 'GET', '/v3.0/forms/')).count, 0);
    assert.equal((await client.data(200, 'GET', '/v1.0/tags/')).count, 0);
  });

  test('a customer is created with 201 in the body too, and found by code, slug and search', async () => {
    const body = {
      email: 'ann@example.com',
      full_name: 'Ann Example',
      phone_number: '+491234567',
      customer_data: { plan: 'gold' },
      tags: [{ title: 'VIP' }],
      city: 'Berlin',
      score: '7',
    };
    const answer = await client.call('POST', '/v1.0/customers/', { body });
    assert.deepEqual([answer.status, answer.json.status], [201, 201], answer.text);
    const { customer } = answer.json.data;
    assert.match(customer.code, /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      [customer.full_name, customer.score, customer.data, customer.city],
      ['Ann Example', 7, { plan: 'gold' }, 'Berlin'],
    );
    assert.deepEqual(
      customer.tags.map(({ title }: Titled) => title),
      ['VIP'],
    );
    for (const name of [customer.code, customer.slug]) {
      const { customer: got } = await client.data(200, 'GET', `/v2.0/customers/${name}/`);
      assert.deepEqual(got, customer);
    }
    for (const query of [
      'search=ann',
      'email=ANN@example.com',
      'phone_number=%2B491234567',
      `tag=${customer.tags[0].slug}`,
    ]) {
      assert.equal((await client.data(200, 'GET', `/v1.0/customers/?${query}`)).count, 1, query);
    }
    for (const query of ['search=zzz', 'email=bo@example.com', 'tag=nothing', 'level=3']) {
      assert.equal((await client.data(200, 'GET', `/v1.0/customers/?${query}`)).count, 0, query);
    }
  });

  test('the same e-mail, number or code is the same customer, whose tags grow until they are replaced', async () => {
    const first = await add({ email: 'bo@example.com', code: 'bo-1', tags: [{ title: 'A' }] });
    const byEmail = await add({ email: 'BO@example.com', last_name: 'B', tags: [{ title: 'B' }] });
    assert.deepEqual([byEmail.slug, byEmail.code, byEmail.last_name], [first.slug, 'bo-1', 'B']);
    assert.deepEqual(
      byEmail.tags.map(({ title }: Titled) => title),
      ['A', 'B'],
    );
    const byCode = await add({
      code: 'bo-1',
      tags: [{ slug: byEmail.tags[1].slug }],
      remove_other_tags: true,
      reset_score: true,
    });
    assert.deepEqual([byCode.slug, byCode.score, byCode.tags.length], [first.slug, 0, 1]);
    const together = await Promise.all(
      Array.from({ length: 8 }, () => client.call('POST', '/v1.0/customers/', { body: { email: 'race@example.com' } })),
    );
    assert.equal(new Set(together.map(({ json }) => json.data.customer.slug)).size, 1);
  });

  test('PATCH and PUT change, DELETE removes, newest come first', async () => {
    const made = await add({ email: 'cy@example.com' });
    for (const method of ['PATCH', 'PUT']) {
      const { customer } = await client.data(200, method, `/v1.0/customers/${made.code}/`, { first_name: method });
      assert.deepEqual([customer.first_name, customer.email], [method, 'cy@example.com']);
    }
    const { customers } = await client.data(200, 'GET', '/v2.0/customers/?page_size=1');
    assert.deepEqual([customers[0].code, typeof customers[0].created_at], [made.code, 'string']);
    const gone = await client.call('DELETE', `/v1.0/customers/${made.code}/`);
    assert.deepEqual([gone.status, gone.json.data], [200, {}]);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      assert.equal((await client.call(method, `/v1.0/customers/${made.code}/`, { body: {} })).status, 404);
    }
  });

  test('wrong values are told under their keys', async () => {
    for (const [body, key] of [
      [{ email: 'nobody' }, 'email'],
      [{ phone_number: 'call me' }, 'phone_number'],
      [{ email: 'd@example.com', score: 'many' }, 'score'],
      [{ email: 'd@example.com', tags: 'VIP' }, 'tags'],
      [{ email: 'd@example.com', tags: [{}] }, 'tags'],
    ] as const) {
      const answer = await client.call('POST', '/v1.0/customers/', { body });
      assert.deepEqual(
        [answer.status, Object.keys(answer.json.errors.form_errors)],
        [400, [key]],
        JSON.stringify(body),
      );
    }
  });

  test('an activity brings its customer along; nulls are as if left out', async () => {
    const body = {
      action: 'order',
      customer: { email: 'eve@example.com' },
      activity_data: { id: 5 },
      activity_date: '2026-03-01T10:00:00Z',
      monetary_value: '19.9',
      currency: 'EUR',
      relations: null,
      tags: null,
      operation_type: null,
    };
    const answer = await client.call('POST', '/v1.0/activities/', { body });
    assert.deepEqual([answer.status, answer.json.status], [201, 201], answer.text);
    const { activity } = answer.json.data;
    assert.deepEqual(
      [activity.action, activity.monetary_value, activity.activity_data, activity.customer.email],
      ['order', 19.9, { id: 5 }, 'eve@example.com'],
    );
    assert.deepEqual((await client.data(200, 'GET', `/v1.0/activities/${activity.slug}/`)).activity, activity);
    const own = await client.data(200, 'GET', `/v1.0/activities/?customer=${activity.customer.slug}&action=order`);
    assert.equal(own.count, 1);
    for (const [wrong, key] of [
      [{ customer: { email: 'x@example.com' } }, 'action'],
      [{ action: 'x' }, 'customer'],
      [{ action: 'x', customer: {} }, 'customer'],
    ] as const) {
      const refused = await client.call('POST', '/v1.0/activities/', { body: wrong });
      assert.deepEqual([refused.status, Object.keys(refused.json.errors.form_errors)], [400, [key]]);
    }
  });

  test('batches are done when they are answered, can be asked for, and name what was refused', async () => {
    const customers_data = [
      ...Array.from({ length: 120 }, (_, n) => ({ email: `b${n}@example.com` })),
      { email: 'b0@example.com' },
    ];
    const answer = await client.call('POST', '/v1.0/customers/batch/', { body: { customers_data } });
    assert.deepEqual([answer.status, answer.json.status], [201, 201], answer.text);
    const { customer_batch: batch } = answer.json.data;
    assert.deepEqual([batch.status, batch.error_log, batch.import_results.imported_count], ['imported', {}, 121]);
    assert.deepEqual((await client.data(200, 'GET', `/v1.0/customers/batch/${batch.slug}/`)).customer_batch, batch);
    assert.equal((await client.data(200, 'GET', '/v1.0/customers/?search=b119@')).count, 1);
    const activities_data = [{ action: 'a', customer: { email: 'b0@example.com' } }, { action: 'b' }];
    const { activity_batch: second } = await client.data(201, 'POST', '/v1.0/activities/batch/', { activities_data });
    assert.deepEqual([second.import_results.imported_count, Object.keys(second.error_log)], [1, ['1']]);
    assert.equal((await client.call('GET', `/v1.0/customers/batch/${second.slug}/`)).status, 404);
    const empty = await client.data(201, 'POST', '/v1.0/customers/batch/', { customers_data: [] });
    assert.equal(empty.customer_batch.status, 'imported');
    assert.equal((await client.call('POST', '/v1.0/customers/batch/', { body: {} })).status, 400);
  });

  test('a batch of customers is taken from a file too', async () => {
    const bytes = Buffer.from('email,full_name,score,other\nfile1@example.com,Filed One,7,x\nwrong,Nobody,,\n');
    const answer = await client.call(
      'POST',
      '/v1.0/customers/batch/',
      multipartOf([['file', { name: 'customers.csv', type: 'text/csv', bytes }]]),
    );
    assert.deepEqual([answer.status, answer.json.status], [201, 201], answer.text);
    const { import_results: results, error_log: log } = answer.json.data.customer_batch;
    assert.deepEqual([results.imported_count, results.failed_count, Object.keys(log)], [1, 1, ['1']]);
    const { customers } = await client.data(200, 'GET', '/v1.0/customers/?email=file1@example.com');
    assert.deepEqual([customers[0].full_name, customers[0].score], ['Filed One', 7]);
  });

  test('notes about a customer are kept, listed newest first, searched and shown with the customer', async () => {
    const { code, slug } = await add({ email: 'noted@example.com' });
    const other = await add({ email: 'unnoted@example.com' });
    const path = `/v1.0/customers/${code}/notes/`;
    const answer = await client.call('POST', path, { body: { text: 'Called twice' } });
    assert.deepEqual([answer.status, answer.json.status], [201, 201], answer.text);
    const { note } = answer.json.data;
    assert.deepEqual(
      [Object.keys(note).sort(), note.text, note.writer],
      [['created_at', 'slug', 'text', 'updated_at', 'writer'], 'Called twice', null],
    );
    await client.call('POST', `/v2.0/customers/${slug}/notes/`, urlencodedOf({ text: 'Wrote back' }));
    const listed = await client.data(200, 'GET', path);
    assert.deepEqual(
      [listed.count, listed.current_page, listed.notes.map(({ text }: { text: string }) => text)],
      [2, 1, ['Wrote back', 'Called twice']],
    );
    assert.equal((await client.data(200, 'GET', `${path}?search=twice`)).count, 1);
    assert.deepEqual((await client.data(200, 'GET', `/v1.0/customers/${code}/`)).customer.notes, listed.notes);
    assert.equal((await client.data(200, 'GET', `/v1.0/customers/${other.code}/notes/`)).count, 0);
    for (const [body, key] of [
      [{}, 'text'],
      [{ text: ' ' }, 'text'],
      [{ text: 7 }, 'text'],
    ] as const) {
      const refused = await client.call('POST', path, { body });
      assert.deepEqual([refused.status, Object.keys(refused.json.errors.form_errors)], [400, [key]]);
    }
    for (const method of ['GET', 'POST']) {
      assert.equal((await client.call(method, '/v1.0/customers/nobody/notes/', { body: { text: 'x' } })).status, 404);
    }
  });

  test('many customers are tagged or deleted at once, by slug or code', async () => {
    const [one, two, three] = [
      await add({ email: 'bulk1@example.com', tags: [{ title: 'Old' }] }),
      await add({ email: 'bulk2@example.com' }),
      await add({ email: 'bulk3@example.com' }),
    ];
    const { tag } = await client.data(201, 'POST', '/v2.0/tags/', { title: 'Bulk' });
    const body = { customers: [one.slug, two.code], tags: [tag.slug] };
    const answer = await client.call('POST', '/v2.0/customers/bulk-tag/', { body });
    assert.deepEqual([answer.status, answer.json.status, answer.json.data.customers], [201, 201, body.customers]);
    const tagged = await client.data(200, 'GET', `/v1.0/customers/?tag=${tag.slug}`);
    assert.deepEqual(tagged.customers.map(({ code }: { code: string }) => code).sort(), [one.code, two.code].sort());
    const { customer } = await client.data(200, 'GET', `/v1.0/customers/${one.code}/`);
    assert.deepEqual(
      customer.tags.map(({ title }: Titled) => title),
      ['Old', 'Bulk'],
    );
    for (const [wrong, key] of [
      [{ tags: [tag.slug] }, 'customers'],
      [{ customers: 'nobody', tags: [tag.slug] }, 'customers'],
      [{ customers: [three.slug, 'nobody'], tags: [tag.slug] }, 'customers'],
      [{ customers: [7], tags: [tag.slug] }, 'customers'],
      [{ customers: [three.slug] }, 'tags'],
      [{ customers: [three.slug], tags: ['nothing'] }, 'tags'],
    ] as const) {
      const refused = await client.call('POST', '/v2.0/customers/bulk-tag/', { body: wrong });
      assert.deepEqual([refused.status, Object.keys(refused.json.errors.form_errors)], [400, [key]], refused.text);
    }
    assert.equal((await client.data(200, 'GET', `/v1.0/customers/?tag=${tag.slug}`)).count, 2);

    const gone = await client.call(
      'POST',
      '/v1.0/customers/bulk-delete/',
      urlencodedOf({ customers: `${one.slug},${two.code},nobody` }),
    );
    assert.deepEqual([gone.status, gone.json.status], [201, 201], gone.text);
    for (const { code } of [one, two]) assert.equal((await client.call('GET', `/v1.0/customers/${code}/`)).status, 404);
    await client.data(200, 'GET', `/v1.0/customers/${three.code}/`);
    assert.equal((await client.call('POST', '/v1.0/customers/bulk-delete/')).status, 400);
  });

  test('the activities of one customer are listed under them', async () => {
    const { activity } = await client.data(201, 'POST', '/v1.0/activities/', {
      action: 'visit',
      customer: { email: 'visitor@example.com' },
    });
    const { activities, count } = await client.data(
      200,
      'GET',
      `/v2.0/customers/${activity.customer.slug}/activities/`,
    );
    assert.deepEqual([count, activities], [1, [activity]]);
    assert.equal(
      (await client.data(200, 'GET', `/v2.0/customers/${activity.customer.code}/activities/?action=x`)).count,
      0,
    );
    assert.equal((await client.call('GET', '/v2.0/customers/nobody/activities/')).status, 404);
  });

  test('a score that is reset begins at the score that is sent beside it', async () => {
    await add({ email: 'score@example.com', score: 9 });
    assert.equal((await add({ email: 'score@example.com', score: 4, reset_score: true })).score, 4);
    assert.equal((await add({ email: 'score@example.com', reset_score: 'true' })).score, 0);
  });

  test('tags and action types are made, changed and deleted', async () => {
    for (const [segment, singular, plural] of [
      ['tags', 'tag', 'tags'],
      ['action-types', 'action_type', 'action_types'],
    ] as const) {
      const path = `/v1.0/${segment}/`;
      const answer = await client.call('POST', path, { body: { title: 'Gold', description: 'x' } });
      assert.deepEqual([answer.status, answer.json.status], [201, 201], answer.text);
      const thing = answer.json.data[singular];
      const changed = await client.data(200, 'PATCH', `${path}${thing.slug}/`, { title: 'Golden' });
      assert.equal(changed[singular].title, 'Golden');
      assert.deepEqual(
        (await client.data(200, 'GET', `${path}?search=golden`))[plural].map(({ title }: Titled) => title),
        ['Golden'],
      );
      assert.equal((await client.call('POST', path, { body: {} })).status, 400);
      await client.data(200, 'DELETE', `${path}${thing.slug}/`);
      assert.equal((await client.call('GET', `${path}${thing.slug}/`)).status, 404);
    }
  });

  test('the write-only key writes and reads nothing', async () => {
    const headers = { 'x-api-key': app.keys.pair.writeOnly };
    const send = (method: string, path: string, body?: object) =>
      app.request(method, `/v1.0/${path}`, { headers, body });
    const made = await send('POST', 'customers/', { email: 'w@example.com', full_name: 'W' });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(Object.keys(made.json.data.customer).sort(), ['code', 'slug']);
    const { code } = made.json.data.customer;
    assert.equal((await send('PATCH', `customers/${code}/`, { full_name: 'V' })).status, 200);
    assert.equal((await send('POST', 'activities/', { action: 'x', customer: { code } })).status, 201);
    assert.equal((await send('POST', 'customers/batch/', { customers_data: [] })).status, 201);
    const noted = await send('POST', `customers/${code}/notes/`, { text: 'Hello' });
    assert.deepEqual([noted.status, Object.keys(noted.json.data.note)], [201, ['slug']]);
    const tagged = await send('POST', 'customers/bulk-tag/', { customers: [code], tags: [{ title: 'W' }] });
    assert.equal(tagged.status, 201, tagged.text);
    for (const [method, path] of [
      ['GET', 'customers/'],
      ['GET', `customers/${code}/`],
      ['DELETE', `customers/${code}/`],
      ['GET', `customers/${code}/notes/`],
      ['GET', `customers/${code}/activities/`],
      ['POST', 'customers/bulk-delete/'],
      ['GET', 'activities/'],
      ['GET', 'tags/'],
      ['GET', 'gamification-settings/'],
    ] as const) {
      assert.equal((await send(method, path)).status, 403, path);
    }
    assert.equal(
      (await app.request('POST', '/v1.0/customers/', { headers: { 'x-api-key': app.keys.pair.key }, body: {} })).status,
      401,
    );
  });

  test('a write-only key makes the tables when it is the first to write', async () => {
    const neighbour = await app.makeNeighbour();
    const headers = { 'x-api-key': neighbour.keys.pair.writeOnly };
    const together = await Promise.all(
      [1, 2, 3].map((n) => app.request('POST', '/v1.0/customers/', { headers, body: { email: `n${n}@example.com` } })),
    );
    assert.deepEqual(
      together.map(({ status }) => status),
      [201, 201, 201],
    );
    const theirs = clientOf(app, neighbour.keys.pair);
    assert.equal((await theirs.data(200, 'GET', '/v1.0/customers/')).count, 3);
    assert.equal((await theirs.data(200, 'GET', '/v1.0/customers/?search=ann')).count, 0);
  });

  test('what is kept are ordinary tables, also when people rename them', async () => {
    const { json } = await app.request('GET', `/api/v1/apps/${app.appId}/tables`, { key: app.keys.native });
    const names = json.data.map(({ name }: { name: string }) => name);
    for (const name of ['Customers', 'Activities', 'Customer tags'])
      assert.equal(names.filter((one: string) => one === name).length, 1, name);
    const customers = json.data.find(({ name }: { name: string }) => name === 'Customers');
    const renamed = await app.request('PATCH', `/api/v1/tables/${customers.id}`, {
      key: app.keys.native,
      body: { name: 'Clients' },
    });
    assert.equal(renamed.status, 200, renamed.text);
    assert.equal((await client.data(200, 'GET', '/v1.0/customers/?email=ann@example.com')).count, 1);
  });

  test('gamification settings are decimal texts', async () => {
    const before = await client.data(200, 'GET', '/v1.0/gamification-settings/');
    assert.deepEqual(before.gamification_settings, { cash_back_minimum: '0.00', cash_back_maximum: '0.00' });
    const form = urlencodedOf({ cash_back_minimum: '5', cash_back_maximum: '10.5' });
    const changed = await client.call('PATCH', '/v1.0/gamification-settings/', form);
    assert.deepEqual(
      [changed.status, changed.json.data.gamification_settings],
      [200, { cash_back_minimum: '5.00', cash_back_maximum: '10.50' }],
    );
    for (const value of ['x', true, [5], { toString: 1 }]) {
      const body = { cash_back_minimum: value };
      const wrong = await client.call('PATCH', '/v1.0/gamification-settings/', { body });
      assert.deepEqual(Object.keys(wrong.json.errors.form_errors), ['cash_back_minimum']);
    }
    assert.equal((await client.call('POST', '/v1.0/gamification-calculation-jobs/')).status, 201);
  });

  test('requests about personal data are answered and carry nothing out', async () => {
    const { code } = await add({ email: 'gdpr@example.com' });
    for (const [path, key] of [
      ['gdpr-data-requests', 'customer_data_request'],
      ['gdpr-delete-requests', 'customer_delete_request'],
    ] as const) {
      const data = await client.data(201, 'POST', `/v1.0/customers/${code}/${path}/`);
      assert.deepEqual([typeof data[key].slug, data[key].status], ['string', 'new']);
    }
    await client.data(200, 'GET', `/v1.0/customers/${code}/`);
  });

  test('countries, cities and languages are listed in pages', async () => {
    const { countries, next } = await client.data(200, 'GET', '/v2.0/countries/?page=1');
    assert.deepEqual(
      [countries.length, typeof countries[0].slug, typeof countries[0].name, typeof next],
      [10, 'string', 'string', 'string'],
    );
    const { cities, count } = await client.data(200, 'GET', '/v2.0/cities/?search=tehran&page_size=1');
    assert.deepEqual([cities.length, cities[0].name, count > 1], [1, 'Tehran', true]);
    assert.ok(
      (await client.data(200, 'GET', '/v2.0/languages/?pagination=0')).languages.some(
        ({ title }: Titled) => title === 'Persian',
      ),
    );
    const { states } = await client.data(200, 'GET', '/v2.0/countries/DE/states/?pagination=0');
    const bavaria = states.find(({ name }: { name: string }) => name === 'Bavaria');
    assert.equal(states.length, 16);
    const within = await client.data(200, 'GET', `/v2.0/cities/?state=${bavaria.slug}&search=munich`);
    assert.deepEqual(within.cities.at(0).name, 'Munich');
    assert.equal((await client.data(200, 'GET', '/v2.0/cities/?state=nowhere')).count, 0);
    assert.equal((await client.call('GET', '/v2.0/countries/XX/states/')).status, 404);
  });
});
