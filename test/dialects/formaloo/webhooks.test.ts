import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createFakeClock, startTestApp, type TestApp } from '../../harness.ts';
import { type Receiver, startReceiver, until } from '../../webhooks/receiver.ts';
import { type Client, clientOf } from './client.ts';

describe('webhooks of a form', () => {
  let app: TestApp;
  let client: Client;
  let receiver: Receiver;
  let form: string;
  let name: string;
  let path: string;
  before(async () => {
    app = await startTestApp({ env: { TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on' } });
    client = clientOf(app);
  });
  beforeEach(async () => {
    receiver = await startReceiver();
    form = (await client.data(201, 'POST', '/v3.0/forms/', { title: 'Form' })).form.slug;
    const field = await client.data(201, 'POST', '/v3.0/fields/short_text/', { form, title: 'Name', alias: 'name' });
    name = field.field.slug;
    path = `/v3.0/forms/${form}/webhooks/`;
  });
  after(() => app.close());

  const create = async (body: object = {}) =>
    (await client.data(201, 'POST', path, { url: receiver.url, form_submit_events: true, ...body })).webhook;
  const submit = (body: object = { [name]: 'Ann' }) =>
    client.open('POST', `/v3.0/form-displays/slug/${form}/submit/`, { body });

  test('are created with 201 around 200 and the slug that clients keep', async () => {
    const answer = await client.call('POST', path, {
      body: {
        title: 'n8n',
        url: receiver.url,
        form_submit_events: true,
        row_payment_events: false,
        row_update_events: false,
        form_update_events: true,
        send_raw_data: true,
        send_rendered_data: false,
      },
    });
    assert.deepEqual([answer.status, answer.json.status], [201, 200], answer.text);
    const { webhook } = answer.json.data;
    assert.ok(webhook.slug);
    assert.deepEqual(
      [
        webhook.title,
        webhook.url,
        webhook.secret,
        webhook.active,
        webhook.form_submit_events,
        webhook.row_update_events,
      ],
      ['n8n', receiver.url, null, true, true, false],
    );
    assert.deepEqual(
      [webhook.send_raw_data, webhook.send_rendered_data, webhook.row_payment_events],
      [true, false, false],
    );
    const { webhook: got } = await client.data(200, 'GET', `${path}${webhook.slug}/`);
    assert.deepEqual(got, webhook);
    await receiver.close();
  });

  test('are listed without pages, found by search, the same under every version', async () => {
    await create({ title: 'One' });
    await create({ title: 'Two', secret: 'hush' });
    for (const version of ['v1.0', 'v2.0', 'v3.0']) {
      const data = await client.data(200, 'GET', path.replace('v3.0', version));
      assert.deepEqual(Object.keys(data), ['webhooks']);
      assert.deepEqual(
        data.webhooks.map(({ title }: { title: string }) => title),
        ['One', 'Two'],
      );
    }
    const found = await client.data(200, 'GET', `${path}?search=two`);
    assert.deepEqual(
      found.webhooks.map(({ secret }: { secret: string }) => secret),
      ['hush'],
    );
    const audit = async () =>
      (await app.request('GET', `/api/v1/apps/${app.appId}/audit`, { key: app.keys.native })).json.data.filter(
        ({ action }: { action: string }) => action === 'webhook.reveal',
      );
    await create({ title: 'Three', secret: 'hush-too' });
    const before = await audit();
    await client.data(200, 'GET', path);
    const [entry, ...others] = await audit();
    assert.equal(others.length, before.length, 'one entry for all secrets of a list');
    assert.equal(entry.detail.webhooks.length, 2);
    await receiver.close();
  });

  test('change in what was sent alone, and are deleted with an answer that has a body', async () => {
    const { slug } = await create({ title: 'One', secret: 'hush' });
    for (const method of ['PATCH', 'PUT']) {
      const { webhook } = await client.data(200, method, `${path}${slug}/`, { title: method, row_update_events: true });
      assert.deepEqual(
        [webhook.title, webhook.secret, webhook.url, webhook.form_submit_events],
        [method, 'hush', receiver.url, true],
      );
    }
    const off = await client.data(200, 'PATCH', `${path}${slug}/`, { active: false, secret: null });
    assert.deepEqual([off.webhook.active, off.webhook.secret], [false, null]);
    const answer = await client.call('DELETE', `${path}${slug}/`, { headers: { 'content-type': 'application/json' } });
    assert.deepEqual([answer.status, answer.json.data], [200, {}]);
    for (const method of ['GET', 'PATCH', 'DELETE'])
      assert.equal((await client.call(method, `${path}${slug}/`)).status, 404);
    await receiver.close();
  });

  test('are refused without a URL, with a bad one, or with flags that are none', async () => {
    for (const [body, key] of [
      [{}, 'url'],
      [{ url: '' }, 'url'],
      [{ url: 'nowhere' }, 'url'],
      [{ url: 'ftp://x.example/' }, 'url'],
      [{ url: `https://x.example/${'a'.repeat(512)}` }, 'url'],
      [{ url: 'https://x.example/', active: 'perhaps' }, 'active'],
      [{ url: 'https://x.example/', secret: 'with space' }, 'secret'],
    ] as const) {
      const answer = await client.call('POST', path, { body });
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.deepEqual(Object.keys(answer.json.errors.form_errors), [key]);
    }
    assert.deepEqual((await client.data(200, 'GET', path)).webhooks, []);
    await receiver.close();
  });

  test('DELETE without a slug is a wrong method, not a missing webhook', async () => {
    const { slug } = await create();
    const answer = await client.call('DELETE', path, { body: { id: slug, url: receiver.url } });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, 'GET, HEAD, POST');
    await receiver.close();
  });

  test('of another form or of a neighbour are 404', async () => {
    const { slug } = await create();
    const other = (await client.data(201, 'POST', '/v3.0/forms/', {})).form.slug;
    assert.equal((await client.call('GET', `/v3.0/forms/${other}/webhooks/${slug}/`)).status, 404);
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    for (const [method, target] of [
      ['GET', path],
      ['POST', path],
      ['GET', `${path}${slug}/`],
      ['DELETE', `${path}${slug}/`],
      ['POST', `${path}${slug}/send-test/`],
    ] as const) {
      assert.equal((await neighbour.call(method, target, { body: { url: 'https://x.example/' } })).status, 404, target);
    }
    await receiver.close();
  });

  test('are told of a submission, flat, with the secret in X-Formaloo-Token and a signature beside it', async () => {
    await create({ secret: 'hush' });
    const { row } = (await submit()).json.data;
    const [got] = await receiver.waitFor(1);
    assert.ok(got);
    assert.equal(got.headers['x-formaloo-token'], 'hush');
    assert.match(String(got.headers['content-type']), /^application\/json/);
    const { event_id: id, ...payload } = got.json;
    assert.equal(id, got.headers['webhook-id']);
    // As any library of Standard Webhooks works it out.
    const signed = `${id}.${got.headers['webhook-timestamp']}.${got.text}`;
    const signature = createHmac('sha256', 'hush').update(signed).digest('base64');
    assert.equal(got.headers['webhook-signature'], `v1,${signature}`);
    assert.deepEqual(payload, {
      event_type: 'form_submit',
      form,
      slug: row.slug,
      submit_code: row.submit_code,
      created_at: row.created_at,
      updated_at: row.updated_at,
      data: row.data,
      rendered_data: row.rendered_data,
      readable_data: { Name: 'Ann' },
      tracking_code: null,
      submit_number: 1,
      pdf_link: null,
    });
    await receiver.close();
  });

  test('leave out what they were told not to send', async () => {
    await create({ send_raw_data: false });
    await create({ send_rendered_data: false });
    await submit();
    const [first, second] = (await receiver.waitFor(2)).map(({ json }) => json).sort((a) => ('data' in a ? 1 : -1));
    assert.deepEqual(['data' in first, 'rendered_data' in first, 'readable_data' in first], [false, true, true]);
    assert.deepEqual(['data' in second, 'rendered_data' in second, 'readable_data' in second], [true, false, false]);
    await receiver.close();
  });

  test('are told of updates where they asked for them, and never of rows that the staff makes', async () => {
    await create({ row_update_events: true, form_submit_events: true });
    await create({ form_submit_events: false, row_payment_events: true });
    const { row } = await client.data(201, 'POST', `/v3.0/forms/${form}/rows/`, { [name]: 'Staff' });
    await client.data(200, 'PATCH', `/v3.0/rows/${row.slug}/`, { [name]: 'Changed' });
    await submit({ [name]: 'Public' });
    const got = await receiver.waitFor(2);
    assert.deepEqual(
      got.map(({ json }) => [json.event_type, json.readable_data.Name]),
      [
        ['row_update', 'Changed'],
        ['form_submit', 'Public'],
      ],
    );
    await receiver.close();
  });

  test('keep the id of an event over its retries', async () => {
    await create();
    receiver.behave((index) => (index === 0 ? 500 : 200));
    await submit();
    await receiver.waitFor(1);
    const ids = receiver.received.map(({ json }) => json.event_id);
    assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
    await receiver.close();
  });

  test('are sent again by one event or by a range of time, under the ids that they had', async () => {
    const { slug } = await create();
    for (const value of ['1', '2', '3']) await submit({ [name]: value });
    const first = await receiver.waitFor(3);
    await until(async () => {
      const { events } = await client.data(200, 'GET', `${path}${slug}/events/?status=success`);
      return events.length === 3;
    }, 'all in the log');
    const webhook = `/api/v1/apps/${app.appId}/webhooks/${slug}`;
    const replay = (at: string, body?: object) =>
      app.request('POST', `${webhook}${at}`, { key: app.keys.native, body });
    const [one] = first;
    assert.equal((await replay(`/events/${one?.json.event_id}/replay`)).status < 300, true);
    const [, , , again] = await receiver.waitFor(4);
    assert.deepEqual(again?.json, one?.json);
    const settled = async () => (await client.data(200, 'GET', `${path}${slug}/events/?status=success`)).count === 3;
    await until(settled, 'the one is settled again');
    const { json } = await replay('/replay', { from: one?.json.created_at });
    assert.equal(json.count, 3);
    const all = await receiver.waitFor(4 + json.count);
    assert.equal(new Set(all.map((received) => received.json.event_id)).size, 3);
    await receiver.close();
  });

  test('show a sample, send a test, and keep a log of what was sent', async () => {
    const { slug } = await create();
    const sample = await client.data(200, 'GET', `${path}${slug}/sample-data/?event_type=row_update`);
    assert.deepEqual([sample.event_type, sample.form, Object.keys(sample.data)], ['row_update', form, [name]]);
    const paid = await client.data(200, 'GET', `${path}${slug}/sample-data/?event_type=row_payment`);
    assert.deepEqual([paid.event_type, Object.keys(paid.data)], ['row_payment', [name]]);
    const sent = await client.data(200, 'POST', `${path}${slug}/send-test/`);
    assert.deepEqual([sent.event.status, sent.event.response_status], ['success', 200]);
    await submit();
    await receiver.waitFor(2);
    await until(async () => {
      const { events } = await client.data(200, 'GET', `${path}${slug}/events/?status=success`);
      return events.length === 2;
    }, 'both events in the log');
    const log = await client.data(200, 'GET', `${path}${slug}/events/?event_type=form_submit&page_size=1`);
    assert.deepEqual([log.count, log.page_count, log.events.length, 'data' in log.events[0]], [2, 2, 1, false]);
    const second = await client.data(200, 'GET', `${path}${slug}/events/?page_size=1&page=2`);
    assert.notEqual(second.events[0].slug, log.events[0].slug);
    const { event } = await client.data(200, 'GET', `${path}${slug}/events/${log.events[0].slug}/`);
    assert.deepEqual(
      [event.event_type, event.data.form, event.retry_count, event.error_logs.length],
      ['form_submit', form, 0, 1],
    );
    assert.equal((await client.call('GET', `${path}${slug}/events/nothing/`)).status, 404);
    assert.equal((await client.data(200, 'GET', `${path}${slug}/events/?status=failed`)).count, 0);
    await receiver.close();
  });

  test('that nobody answers hold up no submission', async () => {
    await create();
    receiver.behave(() => null);
    const answer = await submit();
    assert.equal(answer.status, 201);
    await receiver.close();
  });
});

test('a private address is refused unless the operator allows it', async () => {
  const app = await startTestApp();
  try {
    const client = clientOf(app);
    const { form } = await client.data(201, 'POST', '/v3.0/forms/', {});
    for (const url of [
      'http://127.0.0.1:9/',
      'http://localhost/',
      'http://192.168.1.1/',
      'http://[::1]/',
      'http://169.254.169.254/',
    ]) {
      const answer = await client.call('POST', `/v3.0/forms/${form.slug}/webhooks/`, {
        body: { url, form_submit_events: true },
      });
      assert.equal(answer.status, 400, url);
      assert.deepEqual(Object.keys(answer.json.errors.form_errors), ['url']);
    }
  } finally {
    await app.close();
  }
});

test('a receiver that fails for five days is switched off, which its webhook says, and on again', async () => {
  const clock = createFakeClock();
  const app = await startTestApp({ clock, env: { TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on' } });
  const receiver = await startReceiver();
  receiver.behave(() => 500);
  const client = clientOf(app);
  const { form } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Form' });
  const path = `/v3.0/forms/${form.slug}/webhooks/`;
  const { webhook } = await client.data(201, 'POST', path, { url: receiver.url, form_submit_events: true });
  const now = async () => (await client.data(200, 'GET', `${path}${webhook.slug}/`)).webhook;
  const submit = () => client.open('POST', `/v3.0/form-displays/slug/${form.slug}/submit/`, { body: {} });
  await submit();
  await until(async () => (await now()).last_error !== null, 'it fails');
  assert.equal((await now()).active, true);
  clock.advance(5 * 24 * 3600 * 1000);
  await submit();
  await until(async () => !(await now()).active, 'it is switched off');
  assert.match((await now()).last_error, /switched off after 5 days of failure/);
  receiver.behave(() => 200);
  const { webhook: on } = await client.data(200, 'PATCH', `${path}${webhook.slug}/`, { active: true });
  assert.deepEqual([on.active, on.last_error], [true, null]);
  await submit();
  await receiver.waitFor(1);
  await receiver.close();
  await app.close();
});
