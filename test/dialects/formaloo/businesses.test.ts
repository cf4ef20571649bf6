import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Client, clientOf, urlencodedOf } from './client.ts';

describe('profile, businesses and keys', () => {
  let app: TestApp;
  let client: Client;
  before(async () => {
    app = await startTestApp();
    client = clientOf(app);
  });
  after(() => app.close());

  test('the profile is the person behind the integration, at every path', async () => {
    for (const path of ['/v3.0/profile/', '/v3.0/profiles/me/', '/v3.0/forms-profile/', '/v2/profiles/profile/me/']) {
      const { profile } = await client.data(200, 'GET', path);
      assert.deepEqual(
        [profile.first_name, profile.email, profile.username],
        ['Owner', 'owner@example.com', 'owner@example.com'],
      );
    }
  });

  test('the profile among the forms counts them and their rows', async () => {
    const { form } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Counted' });
    const { field } = await client.data(201, 'POST', '/v3.0/fields/', { form: form.slug, type: 'short_text' });
    await client.data(201, 'POST', `/v3.0/forms/${form.slug}/rows/`, { [field.slug]: 'x' });
    for (const path of ['/v3.0/profiles/me/', '/v3.0/forms-profile/']) {
      const { profile } = await client.data(200, 'GET', path);
      assert.deepEqual([profile.total_forms, profile.total_submits], [1, 1], path);
    }
  });

  test('PATCH changes the names of that person, and nothing else', async () => {
    const change = { first_name: 'Ada', last_name: 'L', email: 'other@example.com', score: 9 };
    const { profile } = await client.data(200, 'PATCH', '/v3.0/profile/', change);
    assert.deepEqual(
      [profile.first_name, profile.last_name, profile.email, profile.score],
      ['Ada', 'L', 'owner@example.com', 0],
    );
    assert.deepEqual((await client.data(200, 'GET', '/v3.0/profile/')).profile, profile);
    const refused = await client.call('PATCH', '/v3.0/profile/', { body: { first_name: ' ' } });
    assert.deepEqual([refused.status, refused.json.errors.form_errors], [400, { first_name: ['May not be blank.'] }]);
    const back = await client.call('PATCH', '/v3.0/profile/', urlencodedOf({ first_name: 'Owner', last_name: '' }));
    assert.deepEqual([back.status, back.json.data.profile.first_name], [200, 'Owner']);
  });

  test('the workspace of the integration is the one business, also as active_business', async () => {
    for (const version of ['v1.0', 'v2.0', 'v3.0']) {
      const { businesses } = await client.data(200, 'GET', `/${version}/businesses/`);
      assert.deepEqual(
        businesses.map(({ title }: { title: string }) => title),
        ['App'],
      );
      for (const slug of ['active_business', businesses[0].slug]) {
        const data = await client.data(200, 'GET', `/${version}/businesses/${slug}/`);
        assert.deepEqual([data.object.title, data.business], ['App', data.object]);
      }
    }
    assert.equal((await client.call('GET', '/v3.0/businesses/other/')).status, 404);
    const patched = await client.call(
      'PATCH',
      '/v1.0/businesses/active_business/',
      urlencodedOf({ calculate_rfm: 'true' }),
    );
    assert.deepEqual([patched.status, patched.json.status], [200, 200]);
  });

  test('keys are shown to who holds them, and audited', async () => {
    const { keys } = await client.data(200, 'GET', '/v3.0/keys/');
    const { key, secret, writeOnly } = app.keys.pair;
    assert.deepEqual(keys, { api_key: key, api_secret: secret, write_only_key: writeOnly });
    const { json } = await app.request('GET', `/api/v1/apps/${app.appId}/audit`, { key: app.keys.native });
    assert.ok(
      json.data.some(({ action }: { action: string }) => action === 'key.reveal'),
      JSON.stringify(json),
    );
  });

  test('rotating replaces key, secret and tokens at once', async () => {
    const { secrets } = await app.makeKey({ kind: 'pair' });
    const own = clientOf(app, {
      key: secrets.key ?? '',
      secret: secrets.secret ?? '',
      writeOnly: secrets.write_only ?? '',
    });
    const token = await own.mint();
    const headers = { 'x-api-key': own.pair.key, authorization: `JWT ${token}` };
    const rotated = await app.request('GET', '/v3.0/keys/?rotate=true', { headers });
    assert.equal(rotated.status, 200, rotated.text);
    const { keys } = rotated.json.data;
    assert.equal((await app.request('GET', '/v3.0/profile/', { headers })).status, 401);
    const next = clientOf(app, { key: keys.api_key, secret: keys.api_secret, writeOnly: keys.write_only_key });
    await next.data(200, 'GET', '/v3.0/profile/');
  });
});
