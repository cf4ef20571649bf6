/** The sequences of real clients (wire/formaloo.md §13), with the requests that they send and the fields that they read. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Receiver, startReceiver } from '../../webhooks/receiver.ts';
import { multipartOf, urlencodedOf } from './client.ts';

interface Shown {
  readonly slug: string;
  readonly title: string;
  readonly type: string;
}

describe('clients', () => {
  let app: TestApp;
  let receiver: Receiver;
  let form: string;
  const fields: Record<string, string> = {};
  before(async () => {
    app = await startTestApp({ env: { TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on', TESSERA_TOKEN_TTL_SECONDS: '900' } });
    receiver = await startReceiver();
    const headers = await jwt();
    form = (await app.request('POST', '/v3.0/forms/', { headers, body: { title: 'Contact us', address: 'contact' } }))
      .json.data.form.slug;
    for (const [name, path, body] of [
      ['name', 'short_text', { required: true, alias: 'name' }],
      ['age', 'number', { decimal_places: 0 }],
      ['agree', 'boolean', {}],
      ['topic', 'dropdown', { bulk_choices: ['Sales', 'Support'] }],
      ['city', 'city', {}],
    ] as const) {
      const made = await app.request('POST', `/v3.0/fields/${path}/`, {
        headers: await jwt(),
        body: { form, title: name, ...body },
      });
      fields[name] = made.json.data.field.slug;
    }
  });
  after(async () => {
    await receiver.close();
    await app.close();
  });

  const f = (name: string) => fields[name] ?? '';
  async function token(version = 'v3.0'): Promise<string> {
    const { status, json } = await app.request('POST', `/${version}/oauth2/authorization-token/`, {
      headers: { Authorization: `Basic ${app.keys.pair.secret}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials' }),
    });
    assert.equal(status, 200);
    return json.authorization_token;
  }
  const jwt = async () => ({
    'X-Api-Key': app.keys.pair.key,
    Authorization: `JWT ${await token()}`,
    'Content-Type': 'application/json',
  });

  test('n8n: credential test, pickers, submit with titles and texts, trigger and its end', async () => {
    const call = async (method: string, path: string, body?: unknown) =>
      app.request(method, path, { headers: await jwt(), body: body === undefined ? undefined : JSON.stringify(body) });
    assert.equal((await call('GET', '/v3.0/profile/')).status, 200);

    const { data: page } = (await call('GET', '/v3.0/forms/?page_size=25&search=contact')).json;
    assert.ok(Array.isArray(page.forms));
    assert.deepEqual([page.forms[0].slug, page.forms[0].title, page.next], [form, 'Contact us', null]);

    const { form: detail } = (await call('GET', `/v3.0/forms/${form}/`)).json.data;
    const shown = detail.fields_list.filter((one: Shown) => one.title !== '' && one.type !== 'success_page');
    assert.deepEqual(
      shown.map(({ title }: Shown) => title),
      ['name', 'age', 'agree', 'topic', 'city'],
    );

    const { field } = (await call('GET', `/v3.0/fields/${f('topic')}/`)).json.data;
    const choice = field.choice_items.find((one: Shown) => one.title.toLowerCase() === 'support');
    const cities = (await call('GET', `/v4/fields/${f('city')}/choices/?search=${encodeURIComponent('berlin')}`)).json
      .data;
    // Of several it takes the one whose title is equal, and fails unless there is exactly one.
    const equal = cities.objects.filter(({ title }: Shown) => title.toLowerCase() === 'berlin');
    assert.deepEqual([cities.count > 1, equal.length], [true, 1]);

    const submitted = await call('POST', `/v3.0/form-displays/slug/${form}/submit/`, {
      [f('name')]: 'Ann',
      [f('age')]: '41',
      [f('agree')]: 'true',
      [f('topic')]: choice.slug,
      [f('city')]: equal[0].slug,
    });
    assert.equal(submitted.status, 201, submitted.text);
    assert.deepEqual(submitted.json.data.row.readable_data, {
      name: 'Ann',
      age: 41,
      agree: true,
      topic: 'Support',
      city: 'Berlin',
    });

    const path = `/v3.0/forms/${form}/webhooks/`;
    const created = await call('POST', path, {
      title: 'n8n',
      url: receiver.url,
      form_submit_events: true,
      row_payment_events: false,
      row_update_events: false,
      send_raw_data: true,
      send_rendered_data: false,
    });
    assert.equal(created.json.status, 200);
    const { slug } = created.json.data.webhook;
    assert.equal((await call('GET', `${path}${slug}/`)).status, 200);
    await call('POST', `/v3.0/form-displays/slug/${form}/submit/`, { [f('name')]: 'Bo' });
    const [told] = await receiver.waitFor(1);
    assert.equal(told?.json.form, form);
    assert.equal((await call('DELETE', `${path}${slug}/`)).status, 200);
    assert.equal((await call('GET', `${path}${slug}/`)).status, 404);
  });

  test('activepieces: a token by multipart without the API key', async () => {
    const { body, headers } = multipartOf([['grant_type', 'client_credentials']]);
    const answer = await app.request('POST', '/v2.0/oauth2/authorization-token/', {
      headers: { ...headers, Authorization: `Basic ${app.keys.pair.secret}` },
      body,
    });
    const authorization = `JWT ${answer.json.authorization_token}`;
    const own = { 'x-api-key': app.keys.pair.key, Authorization: authorization };
    assert.equal((await app.request('GET', `/v2.0/forms/${form}/rows/`, { headers: own })).status, 200);
  });

  test('the JS client: customers by token or by the write-only key, the envelope as it is, errors that it can throw', async () => {
    const minted = await app.request('POST', '/v1.0/oauth2/authorization-token/', {
      ...urlencodedOf({ grant_type: 'client_credentials' }),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-api-key': app.keys.pair.key,
        Authorization: `Basic ${app.keys.pair.secret}`,
      },
    });
    const { authorization_token: token } = minted.json;
    const byToken = { 'x-api-key': app.keys.pair.key, Authorization: `JWT ${token}` };
    const byWriteKey = { 'x-api-key': app.keys.pair.writeOnly };
    const call = (method: string, path: string, body?: object, headers: object = byToken) =>
      app.request(method, `/v1.0/${path}`, {
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    for (const headers of [byToken, byWriteKey]) {
      const made = await call('POST', 'customers/', { email: 'js@example.com', customer_data: { a: 1 } }, headers);
      assert.deepEqual([made.status, made.json.status], [201, 201], made.text);
      const { code, slug } = made.json.data.customer;
      assert.ok(code && slug);
      assert.equal((await call('PATCH', `customers/${code}/`, { full_name: 'J' }, headers)).json.status, 200);
      const customers_data = [{ email: 'js2@example.com' }];
      const batch = await call('POST', 'customers/batch/', { customers_data }, headers);
      assert.deepEqual([batch.json.status, batch.json.data.customer_batch.status], [201, 'imported']);
      const customer = { email: 'js@example.com' };
      const activity = await call('POST', 'activities/', { action: 'order', customer, activity_data: {} }, headers);
      assert.ok(activity.json.data.activity.slug, activity.text);
      const activities_data = [{ action: 'order', customer }];
      const many = await call('POST', 'activities/batch/', { activities_data }, headers);
      assert.ok(many.json.data.activity_batch.slug, many.text);
      assert.equal((await call('POST', 'tags/', { title: `JS ${Object.keys(headers).length}` }, headers)).status, 201);
      assert.equal((await call('POST', 'action-types/', { title: 'order' }, headers)).status, 201);
      const settings = { cash_back_minimum: 1, cash_back_maximum: 2 };
      assert.equal((await call('PATCH', 'gamification-settings/', settings, headers)).json.status, 200);
    }
    const listed = await call('GET', 'customers/?search=js@');
    const [{ code }] = listed.json.data.customers;
    for (const path of [`customers/${code}/`, 'activities/', 'tags/', 'action-types/', 'businesses/active_business/']) {
      assert.equal((await call('GET', path)).json.status, 200, path);
    }
    assert.equal((await call('GET', 'businesses/')).json.data.businesses.length, 1);
    for (const [path, key] of [
      [`customers/${code}/gdpr-data-requests/`, 'customer_data_request'],
      [`customers/${code}/gdpr-delete-requests/`, 'customer_delete_request'],
      ['businesses/business/gdpr-delete-requests/', 'business_delete_request'],
    ] as const) {
      assert.ok((await call('POST', path, {})).json.data[key].slug, path);
    }
    assert.deepEqual((await call('DELETE', `customers/${code}/`)).json.data, {});
    for (const refused of [
      await call('GET', `customers/${code}/`),
      await call('GET', 'customers/', undefined, byWriteKey),
    ])
      assert.equal(typeof refused.json.errors.general_errors[0], 'string');
  });

  test('the Python SDK: every answer has a JSON body, that of DELETE too', async () => {
    const minted = await app.request('POST', '/v1.0/oauth2/authorization-token/', {
      ...urlencodedOf({ grant_type: 'client_credentials' }),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        Authorization: `Basic ${app.keys.pair.secret}`,
        'x-api-key': app.keys.pair.key,
      },
    });
    assert.equal(minted.status, 200);
    const headers = {
      'x-api-key': app.keys.pair.key,
      Authorization: `JWT ${minted.json.authorization_token}`,
      'Content-Type': 'application/json',
    };
    const call = async (method: string, path: string, body?: object) => {
      const answer = await app.request(method, `/v1.0/${path}`, {
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
      assert.equal(typeof answer.json, 'object', `${method} ${path}`);
      return answer.json.data;
    };
    const { form: made } = await call('POST', 'forms/', { title: 'From Python', form_type: 'simple' });
    await call('GET', 'forms/');
    await call('GET', `forms/${made.slug}/`);
    await call('PATCH', `forms/${made.slug}/`, { title: 'Changed' });
    const { field } = await call('POST', 'fields/', { form: made.slug, type: 'short_text', title: 'Q' });
    await call('GET', 'fields/');
    await call('PATCH', `fields/${field.slug}/`, { title: 'R' });
    await call('GET', `form-displays/address/${made.address}/`);
    await call('GET', `form-displays/slug/${made.slug}/`);
    await call('POST', `form-displays/slug/${made.slug}/submit/`, { [field.slug]: 'x' });
    for (const path of ['forms/category/', 'forms/templates/', 'payment-methods/', `forms/${made.slug}/row-tags/`])
      await call('GET', path);
    const { row_tag: tag } = await call('POST', `forms/${made.slug}/row-tags/`, { title: 'T' });
    await call('DELETE', `forms/${made.slug}/row-tags/${tag.slug}/`);
    await call('DELETE', `fields/${field.slug}/`);
    await call('DELETE', `forms/${made.slug}/`);
  });

  test('the WordPress plugin: token, admin pages, a block, a submission, and an error that it can show', async () => {
    const minted = await app.request('POST', '/v1/oauth2/authorization-token/', {
      ...urlencodedOf({ grant_type: 'client_credentials' }),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${app.keys.pair.secret}`,
        'x-api-key': app.keys.pair.key,
        origin: 'https://blog.example',
      },
    });
    assert.equal(minted.headers['access-control-allow-origin'], '*');
    const headers = { 'x-api-key': app.keys.pair.key, Authorization: `JWT ${minted.json.authorization_token}` };
    const get = async (path: string) => (await app.request('GET', path, { headers })).json;
    const list = await get('/v2/forms/list/?page=1');
    assert.deepEqual([list.status, typeof list.data.page_size, typeof list.data.count], [200, 'number', 'number']);
    const item = list.data.forms.find(({ slug }: Shown) => slug === form);
    for (const key of [
      'slug',
      'title',
      'address',
      'active',
      'submit_count',
      'form_type',
      'export_in_progress',
      'last_export_file',
      'last_export_time',
    ]) {
      assert.ok(key in item, key);
    }
    assert.equal((await get('/v2/profiles/profile/me/')).data.profile.first_name, 'Owner');
    assert.equal((await get('/v1/forms/form/contact/show/')).data.form.slug, form);
    const submits = (await get(`/v1/forms/form/${form}/submits/?page=1`)).data;
    assert.deepEqual(
      submits.top_fields.slice(0, 3).map(({ slug }: Shown) => slug),
      Object.values(submits.rows[0].rendered_data)
        .slice(0, 3)
        .map((one) => (one as Shown).slug),
    );
    const { form: shown } = (await get(`/v2/forms/form/${form}/`)).data;
    assert.deepEqual(Object.keys(JSON.parse(shown.button_color)), ['r', 'g', 'b', 'a']);
    const expired = await app.request('GET', '/v2/forms/list/', { headers: { ...headers, Authorization: 'JWT x' } });
    assert.deepEqual(
      [expired.status, expired.json.status, typeof expired.json.errors.general_errors[0]],
      [401, 401, 'string'],
    );
  });

  test('Pipedream: the secret comes back in X-Formaloo-Token with an event id and a time', async () => {
    const headers = { 'x-api-key': app.keys.pair.key, Authorization: `JWT ${await token('v2.0')}` };
    const { forms } = (await app.request('GET', '/v2.0/forms/?page=1', { headers })).json.data;
    assert.ok(forms.some(({ slug }: Shown) => slug === form));
    const path = `/v2.0/forms/${form}/webhooks/`;
    const body = {
      url: `${receiver.url}/pd`,
      secret: 'shh',
      active: true,
      send_rendered_data: true,
      send_raw_data: true,
      row_update_events: true,
    };
    const { slug } = (await app.request('POST', path, { headers, body })).json.data.webhook;
    const rows = (await app.request('GET', `/v3.0/forms/${form}/rows/`, { headers })).json.data.rows;
    await app.request('PATCH', `/v3.0/rows/${rows[0].slug}/`, { headers, body: { [f('age')]: 50 } });
    const [told] = await receiver.waitFor(1, ({ path: at }) => at.endsWith('/pd'));
    assert.equal(told?.headers['x-formaloo-token'], 'shh');
    assert.deepEqual([told?.json.event_type, typeof told?.json.event_id], ['row_update', 'string']);
    assert.ok(!Number.isNaN(Date.parse(told?.json.created_at)));
    assert.equal((await app.request('DELETE', `${path}${slug}/`, { headers })).status, 200);
  });

  test('independent integrations: submit by alias, page through rows, change, delete many, and start anew', async () => {
    const headers = await jwt();
    for (const name of ['One', 'Two', 'Three']) {
      const body = JSON.stringify({ submit_by_alias: true, name });
      const answer = await app.request('POST', `/v3.0/form-displays/slug/${form}/submit/`, { headers, body });
      assert.equal(answer.status, 201, answer.text);
    }
    const page = (
      await app.request('GET', `/v3.0/forms/${form}/rows/?page=1&page_size=50&ordering=-created_at`, { headers })
    ).json.data;
    assert.equal(page.count, page.rows.length);
    const [latest] = page.rows;
    for (const key of ['slug', 'created_at', 'data', 'rendered_data', 'submit_code', 'tracking_code'])
      assert.ok(key in latest, key);
    const { row } = (await app.request('GET', `/v3.0/rows/${latest.slug}/`, { headers })).json.data;
    assert.deepEqual(row.data, latest.data);
    const slugs = page.rows.slice(0, 3).map(({ slug }: Shown) => slug);
    const body = JSON.stringify({ slugs_list: slugs });
    const gone = await app.request('POST', `/v3.0/forms/${form}/rows/bulk-delete/`, { headers, body });
    assert.ok(gone.status === 200 || gone.status === 201);
    const left = (await app.request('GET', `/v3.0/forms/${form}/rows?page_size=999`, { headers })).json.data;
    assert.equal(left.count, page.count - 3);
    const made = (await app.request('POST', '/v3.0/forms/', { headers, body: '{"title":"New"}' })).json.data.form;
    assert.ok(made.slug && made.address && made.full_form_address);
    const choices = (await app.request('GET', `/v3.0/fields/${f('topic')}/choices/`, { headers })).json.data;
    assert.deepEqual(
      choices.objects.map(({ title }: Shown) => title),
      ['Sales', 'Support'],
    );
  });
});
