import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { disableKey } from '../../../src/core/keys/disable-key.ts';
import { enableKey } from '../../../src/core/keys/enable-key.ts';
import { rotateKey } from '../../../src/core/keys/rotate-key.ts';
import { createFakeClock, startTestApp, type TestApp } from '../../harness.ts';
import { multipartOf, type Pair, urlencodedOf } from './client.ts';

const path = '/v3.0/oauth2/authorization-token/';
const probe = '/v3.0/profile/';
const grant = { grant_type: 'client_credentials' };

async function newPair(app: TestApp): Promise<Pair & { readonly id: string }> {
  const { key, secrets } = await app.makeKey({ kind: 'pair', name: 'Integration' });
  const { key: apiKey = '', secret = '', write_only: writeOnly = '' } = secrets;
  return { id: key.id, key: apiKey, secret, writeOnly };
}

describe('the token endpoint', () => {
  let app: TestApp;
  let basic: { authorization: string };
  before(async () => {
    app = await startTestApp();
    basic = { authorization: `Basic ${app.keys.pair.secret}` };
  });
  after(() => app.close());

  const encodings = {
    json: { body: JSON.stringify(grant), headers: { 'content-type': 'application/json' } },
    'json with charset': {
      body: JSON.stringify(grant),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    },
    urlencoded: urlencodedOf(grant),
    multipart: multipartOf([['grant_type', 'client_credentials']]),
  };
  const versions = ['v1', 'v1.0', 'v2', 'v2.0', 'v3', 'v3.0', 'v3.1', 'v3.2', 'v3.3', 'v4', 'v5'];
  for (const version of versions) {
    for (const [encoding, { body, headers }] of Object.entries(encodings)) {
      test(`answers exactly 200 with the bare token at /${version} for ${encoding}`, async () => {
        for (const slash of ['/', '']) {
          const answer = await app.request('POST', `/${version}/oauth2/authorization-token${slash}`, {
            headers: { ...basic, ...headers },
            body,
          });
          assert.equal(answer.status, 200, answer.text);
          assert.deepEqual(Object.keys(answer.json), ['authorization_token']);
          assert.match(answer.json.authorization_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
          assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
        }
      });
    }
  }

  const accepted = [
    { name: 'the older spelling of the grant', headers: {}, body: { grant_type: 'client-credentials' } },
    { name: 'the API key beside the secret', headers: { key: true }, body: grant },
    { name: 'unknown keys in the body', headers: {}, body: { ...grant, scope: 'all' } },
  ];
  for (const { name, headers, body } of accepted) {
    test(`accepts ${name}`, async () => {
      const more = 'key' in headers ? { 'x-api-key': app.keys.pair.key } : {};
      assert.equal((await app.request('POST', path, { headers: { ...basic, ...more }, body })).status, 200);
    });
  }

  test('accepts client_id and client_secret in the body in place of the header', async () => {
    const { key, secret } = app.keys.pair;
    for (const { body, headers } of [
      urlencodedOf({ ...grant, client_id: key, client_secret: secret }),
      multipartOf([
        ['grant_type', 'client_credentials'],
        ['client_id', key],
        ['client_secret', secret],
      ]),
    ]) {
      const answer = await app.request('POST', path, { headers, body });
      assert.equal(answer.status, 200, answer.text);
    }
  });

  const refused = [
    { name: 'no credentials', headers: {}, body: grant, status: 401, error: 'invalid_client' },
    {
      name: 'an unknown secret',
      headers: { authorization: 'Basic nothing' },
      body: grant,
      status: 401,
      error: 'invalid_client',
    },
    {
      name: 'another scheme',
      headers: { authorization: 'Bearer x' },
      body: grant,
      status: 401,
      error: 'invalid_client',
    },
    { name: 'a body without a grant', headers: 'basic', body: {}, status: 400, error: 'invalid_request' },
    { name: 'no body at all', headers: 'basic', body: undefined, status: 400, error: 'invalid_request' },
    {
      name: 'another grant',
      headers: 'basic',
      body: { grant_type: 'password' },
      status: 400,
      error: 'unsupported_grant_type',
    },
    { name: 'a body that is no JSON', headers: 'basic json', body: '{', status: 400, error: 'invalid_request' },
  ] as const;
  for (const { name, headers, body, status, error } of refused) {
    test(`refuses ${name} with ${status} ${error}`, async () => {
      const sent =
        typeof headers === 'string'
          ? { ...basic, ...(headers.endsWith('json') ? { 'content-type': 'application/json' } : {}) }
          : headers;
      const answer = await app.request('POST', path, { headers: sent, body });
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.json.status, status);
      assert.equal(answer.json.error, error);
      const { general_errors: general, form_errors: form } = answer.json.errors;
      assert.ok(general.length > 0 || form.grant_type?.length > 0, answer.text);
      assert.equal('authorization_token' in answer.json, false);
    });
  }

  test('says under grant_type what is wrong with it', async () => {
    const missing = await app.request('POST', path, { headers: basic, body: {} });
    assert.deepEqual(missing.json.errors, {
      general_errors: [],
      form_errors: { grant_type: ['This field is required.'] },
    });
  });

  test("refuses every other secret than the pair's: its API key, its write-only key, keys of other kinds", async () => {
    const { pair, native, app: appKey, personal } = app.keys;
    for (const secret of [pair.key, pair.writeOnly, native, appKey, personal]) {
      const answer = await app.request('POST', path, { headers: { authorization: `Basic ${secret}` }, body: grant });
      assert.equal(answer.status, 401);
    }
  });

  test('refuses a secret beside the API key of another integration', async () => {
    const other = await newPair(app);
    const headers = { ...basic, 'x-api-key': other.key };
    assert.equal((await app.request('POST', path, { headers, body: grant })).status, 401);
  });

  test('answers 405 with Allow to any other method', async () => {
    const answer = await app.request('GET', path, { headers: basic });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, 'POST');
    assert.deepEqual(answer.json.errors.general_errors, ['Method "GET" not allowed.']);
  });

  test('answers 415 to a content type that it does not read', async () => {
    const answer = await app.request('POST', path, { headers: { ...basic, 'content-type': 'text/csv' }, body: 'a,b' });
    assert.equal(answer.status, 415);
  });
});

describe('tokens', () => {
  const clock = createFakeClock();
  let app: TestApp;
  before(async () => {
    app = await startTestApp({ clock });
  });
  after(() => app.close());

  async function mint(secret: string): Promise<string> {
    const answer = await app.request('POST', path, { headers: { authorization: `Basic ${secret}` }, body: grant });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.authorization_token;
  }
  const use = (token: string, key: string) =>
    app.request('GET', probe, { headers: { authorization: `JWT ${token}`, 'x-api-key': key } });

  test('live for 30 seconds', async () => {
    const { key, secret } = app.keys.pair;
    const token = await mint(secret);
    clock.advance(29_000);
    assert.equal((await use(token, key)).status, 200);
    clock.advance(2_000);
    const late = await use(token, key);
    assert.equal(late.status, 401);
    assert.deepEqual(late.json.errors.general_errors, ['Signature has expired.']);
  });

  test('live as long as their integration says', async () => {
    const { secrets } = await app.makeKey({ kind: 'pair', settings: { token_ttl_seconds: 300 } });
    const token = await mint(secrets.secret ?? '');
    clock.advance(290_000);
    assert.equal((await use(token, secrets.key ?? '')).status, 200);
    clock.advance(20_000);
    assert.equal((await use(token, secrets.key ?? '')).status, 401);
  });

  test('of one secret live side by side', async () => {
    const { key, secret } = app.keys.pair;
    const tokens = [await mint(secret), await mint(secret), await mint(secret)];
    for (const token of tokens) assert.equal((await use(token, key)).status, 200);
  });

  test('die with the rotation of their secret, and the new secret mints new ones', async () => {
    const pair = await newPair(app);
    const token = await mint(pair.secret);
    assert.equal((await use(token, pair.key)).status, 200);
    const { secrets } = await rotateKey(app.core, systemActor, pair.id);
    assert.equal((await use(token, pair.key)).status, 401);
    assert.equal((await use(token, secrets.key ?? '')).status, 401);
    assert.equal((await use(await mint(secrets.secret ?? ''), secrets.key ?? '')).status, 200);
    const old = { authorization: `Basic ${pair.secret}` };
    assert.equal((await app.request('POST', path, { headers: old, body: grant })).status, 401);
  });

  test('stop working while their integration is disabled', async () => {
    const pair = await newPair(app);
    const token = await mint(pair.secret);
    await disableKey(app.core, systemActor, pair.id);
    assert.equal((await use(token, pair.key)).status, 401);
    const basic = { authorization: `Basic ${pair.secret}` };
    assert.equal((await app.request('POST', path, { headers: basic, body: grant })).status, 401);
    await enableKey(app.core, systemActor, pair.id);
    assert.equal((await use(token, pair.key)).status, 200);
  });
});

test('the operator sets the lifetime of tokens for all integrations that say none', async () => {
  const clock = createFakeClock();
  const app = await startTestApp({ clock, env: { TESSERA_TOKEN_TTL_SECONDS: '600' } });
  try {
    const { json } = await app.request('POST', path, {
      headers: { authorization: `Basic ${app.keys.pair.secret}` },
      body: grant,
    });
    clock.advance(590_000);
    const headers = { authorization: `JWT ${json.authorization_token}`, 'x-api-key': app.keys.pair.key };
    assert.equal((await app.request('GET', probe, { headers })).status, 200);
    clock.advance(20_000);
    assert.equal((await app.request('GET', probe, { headers })).status, 401);
  } finally {
    await app.close();
  }
});

test('a client that mints a token for each of its calls has all of its calls', async () => {
  const clock = createFakeClock();
  const app = await startTestApp({ clock, areLimitsOn: true });
  try {
    const statuses: number[] = [];
    for (let call = 0; call < 21; call += 1) {
      const minted = await app.request('POST', path, {
        headers: { authorization: `Basic ${app.keys.pair.secret}` },
        body: grant,
      });
      if (minted.status === 429) {
        assert.ok(Number(minted.headers['retry-after']) >= 1);
        statuses.push(429);
        continue;
      }
      const headers = { authorization: `JWT ${minted.json.authorization_token}`, 'x-api-key': app.keys.pair.key };
      statuses.push((await app.request('GET', probe, { headers })).status);
    }
    assert.deepEqual(statuses, [...new Array(20).fill(200), 429]);
  } finally {
    await app.close();
  }
});
