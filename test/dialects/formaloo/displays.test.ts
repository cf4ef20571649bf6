import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf } from './client.ts';

describe('GET /form-displays/', () => {
  let app: TestApp;
  let client: Client;
  let form: { slug: string; address: string };
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
    form = (
      await client.data(201, 'POST', '/v3.0/forms/', {
        title: 'Join',
        address: 'join',
        domain: 'forms.example.org',
        tags: ['tagNews0'],
        max_submit_count: 5,
        success_message: 'Thanks',
        logic: [{ type: 'submit' }],
      })
    ).form;
    await client.data(201, 'POST', '/v3.0/fields/email/', { form: form.slug, title: 'Email', required: true });
    await client.data(201, 'POST', '/v3.0/fields/short_text/', { form: form.slug, title: 'Note', admin_only: true });
    await client.data(201, 'POST', '/v3.0/forms/', { title: 'Other' });
  });
  after(() => app.close());

  const show = async (path: string, headers = {}) => {
    const answer = await client.open('GET', path, { headers });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer.json.data;
  };

  test('shows a form to who fills it in: fields in order and by slug, texts, logic; nothing of its staff', async () => {
    const { form: shown } = await show(`/v3.0/form-displays/slug/${form.slug}/`);
    assert.deepEqual(
      shown.fields_list.map(({ title }: { title: string }) => title),
      ['Email', 'Thank you'],
    );
    assert.deepEqual(
      Object.keys(shown.fields),
      shown.fields_list.map(({ slug }: { slug: string }) => slug),
    );
    assert.deepEqual([shown.title, shown.success_message, shown.logic], ['Join', 'Thanks', [{ type: 'submit' }]]);
    for (const hidden of [
      'active',
      'max_submit_count',
      'submit_start_time',
      'send_emails_to',
      'owner',
      'submit_count',
    ]) {
      assert.equal(hidden in shown, false, hidden);
    }
    const [email] = shown.fields_list;
    assert.deepEqual([email.type, email.required, 'admin_only' in email], ['email', true, false]);
  });

  test('finds it by slug, address, domain and tag under every version', async () => {
    for (const version of ['v1.0', 'v2.0', 'v3', 'v3.0', 'v3.1']) {
      assert.equal((await show(`/${version}/form-displays/slug/${form.slug}/`)).form.slug, form.slug);
      assert.equal((await show(`/${version}/form-displays/address/join`)).form.slug, form.slug);
    }
    assert.equal((await show('/v3.0/form-displays/by-domain/?domain=forms.example.org')).form.slug, form.slug);
    const origin = { origin: 'https://forms.example.org' };
    assert.equal((await show('/v3.0/form-displays/by-domain/', origin)).form.slug, form.slug);
    const tagged = await show('/v3/form-displays/tag/tagNews0/?pagination=0');
    assert.deepEqual(
      tagged.forms.map(({ slug }: { slug: string }) => slug),
      [form.slug],
    );
    const legacy = await client.call('GET', '/v1/forms/form/join/show/');
    assert.equal(legacy.json.data.form.slug, form.slug);
  });

  test('finds forms that were made elsewhere by the address that they show', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }], 'Elsewhere');
    const { form: listed } = await client.data(200, 'GET', `/v3.0/forms/${table.id.slice(0, 8)}/`);
    assert.equal((await show(`/v3.0/form-displays/address/${listed.address}/`)).form.slug, listed.slug);
  });

  test('follows every change at once', async () => {
    const { form: made } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'One' });
    const path = `/v3.0/form-displays/slug/${made.slug}/`;
    assert.equal((await show(path)).form.title, 'One');
    await client.data(200, 'PATCH', `/v3.0/forms/${made.slug}/`, { title: 'Two', address: 'second' });
    assert.equal((await show(path)).form.title, 'Two');
    assert.equal((await show('/v3.0/form-displays/address/second/')).form.slug, made.slug);
    assert.equal((await client.open('GET', `/v3.0/form-displays/address/${made.address}/`)).status, 404);
  });

  test('404 for what is not there or of somebody else, 401 without a key, 403 for the write-only key', async () => {
    for (const path of ['slug/nosuch00', 'address/nosuch', 'by-domain/?domain=nobody.example', 'by-domain/']) {
      assert.equal((await client.open('GET', `/v3.0/form-displays/${path}`)).status, 404, path);
    }
    const path = `/v3.0/form-displays/slug/${form.slug}/`;
    const neighbour = clientOf(app, (await app.makeNeighbour()).keys.pair);
    assert.equal((await neighbour.open('GET', path)).status, 404);
    assert.equal((await neighbour.open('GET', '/v3.0/form-displays/address/join/')).status, 404);
    assert.equal((await app.request('GET', path)).status, 401);
    assert.equal((await app.request('GET', path, { headers: { 'x-api-key': app.keys.pair.writeOnly } })).status, 403);
    assert.equal((await client.open('GET', path, { headers: { authorization: 'JWT broken' } })).status, 200);
  });
});
