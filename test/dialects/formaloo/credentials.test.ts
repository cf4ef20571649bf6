import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { clientOf } from './client.ts';

const probe = '/v3.0/profile/';

describe('credentials of a call', () => {
  let app: TestApp;
  let token: string;
  before(async () => {
    app = await startTestApp();
    token = await clientOf(app).mint();
  });
  after(() => app.close());

  const get = (headers: Record<string, string>, path = probe) => app.request('GET', path, { headers });

  test('API key and token together open it, whatever the case of names and scheme', async () => {
    const { key } = app.keys.pair;
    assert.equal((await get({ 'x-api-key': key, authorization: `JWT ${token}` })).status, 200);
    assert.equal((await get({ 'X-API-KEY': key, Authorization: `jwt ${token}` })).status, 200);
  });

  test('a JSON content type without a body is no error', async () => {
    const headers = {
      'x-api-key': app.keys.pair.key,
      authorization: `JWT ${token}`,
      'content-type': 'application/json',
    };
    assert.equal((await app.request('GET', probe, { headers })).status, 200);
  });

  const refused: [string, (app: TestApp) => Record<string, string>, number, string][] = [
    ['nothing', () => ({}), 401, 'Authentication credentials were not provided.'],
    [
      'the API key without a token',
      (one) => ({ 'x-api-key': one.keys.pair.key }),
      401,
      'Authentication credentials were not provided.',
    ],
    [
      'a token without the API key',
      () => ({ authorization: `JWT ${token}` }),
      401,
      'Authentication credentials were not provided.',
    ],
    [
      'Bearer in place of JWT',
      (one) => ({ 'x-api-key': one.keys.pair.key, authorization: `Bearer ${token}` }),
      401,
      'The Authorization header must be "JWT {authorization token}".',
    ],
    [
      'the secret in place of a token',
      (one) => ({ 'x-api-key': one.keys.pair.key, authorization: `JWT ${one.keys.pair.secret}` }),
      401,
      'Error decoding signature.',
    ],
    [
      'a token that is none',
      (one) => ({ 'x-api-key': one.keys.pair.key, authorization: 'JWT abc.def.ghi' }),
      401,
      'Error decoding signature.',
    ],
    [
      'an unknown API key',
      () => ({ 'x-api-key': 'nobody', authorization: `JWT ${token}` }),
      401,
      'Error decoding signature.',
    ],
    [
      'a token beside the write-only key',
      (one) => ({ 'x-api-key': one.keys.pair.writeOnly, authorization: `JWT ${token}` }),
      401,
      'Error decoding signature.',
    ],
    [
      'the write-only key alone on a read',
      (one) => ({ 'x-api-key': one.keys.pair.writeOnly }),
      403,
      'You do not have permission to perform this action.',
    ],
    ['a key of another kind', (one) => ({ 'x-api-key': one.keys.app }), 401, 'Invalid API key.'],
  ];
  for (const [name, headers, status, text] of refused) {
    test(`${name}: ${status}`, async () => {
      const answer = await get(headers(app));
      assert.equal(answer.status, status, answer.text);
      assert.deepEqual(answer.json, { status, errors: { general_errors: [text], form_errors: {} }, data: {} });
      assert.equal(answer.headers['www-authenticate'], status === 401 ? 'JWT realm="api"' : undefined);
    });
  }

  test("a token of one integration does not go with another's API key", async () => {
    const { secrets } = await app.makeKey({ kind: 'pair' });
    assert.equal((await get({ 'x-api-key': secrets.key ?? '', authorization: `JWT ${token}` })).status, 401);
  });

  test('a plan without API access is refused with 403', async () => {
    const poor = await startTestApp({ plan: 'free' });
    try {
      const answer = await poor.request('POST', '/v3.0/oauth2/authorization-token/', {
        headers: { authorization: `Basic ${poor.keys.pair.secret}` },
        body: { grant_type: 'client_credentials' },
      });
      assert.equal(answer.status, 403, answer.text);
    } finally {
      await poor.close();
    }
  });

  test('an unknown path under a version prefix is 404 in the envelope', async () => {
    for (const path of ['/v3.0/nothing/', '/v1/nothing', '/v2.0/forms/a/b/c/d/']) {
      const answer = await get({}, path);
      assert.equal(answer.status, 404);
      assert.deepEqual(answer.json.errors.general_errors, ['Not found.']);
    }
  });

  test('an unknown path is 404 whatever its body, also where there is none under a JSON content type', async () => {
    for (const method of ['DELETE', 'POST', 'PATCH']) {
      for (const body of [undefined, '{', 'x'.repeat(2_000_000)]) {
        const headers = { 'content-type': 'application/json' };
        const answer = await app.request(method, '/v3.0/nothing/', { headers, body });
        assert.deepEqual([answer.status, answer.json.status], [404, 404], `${method} ${String(body).slice(0, 9)}`);
      }
    }
  });

  test('pages of any origin may call, and pre-flight needs no credentials', async () => {
    const preflight = await app.request('OPTIONS', '/v3.0/forms/', {
      headers: {
        origin: 'https://site.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key,authorization,content-type,x-workspace,x-app-id,x-scope',
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase();
    for (const name of ['x-api-key', 'authorization', 'content-type', 'x-workspace', 'x-app-id', 'x-scope']) {
      assert.ok(allowed.includes(name), name);
    }
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      assert.ok(String(preflight.headers['access-control-allow-methods']).includes(method), method);
    }
    const refused = await get({ origin: 'https://site.example' });
    assert.equal(refused.headers['access-control-allow-origin'], '*');
  });
});
