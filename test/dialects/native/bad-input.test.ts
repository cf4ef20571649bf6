import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TestApp } from '../../harness.ts';
import { startDocumentedApp } from './documented-app.ts';

let app: TestApp;
let key: string;
let path: string;
let tableId: string;
const json = { 'content-type': 'application/json' };

before(async () => {
  app = await startDocumentedApp({ env: { TESSERA_BODY_MIB_MAX: '1' } });
  key = app.keys.native;
  tableId = (
    await app.makeTable([
      { name: 'Text', type: 'text' },
      { name: 'Number', type: 'number' },
      { name: 'Json', type: 'json' },
      { name: 'Links', type: 'multi_select', options: { choices: [{ name: 'a' }] } },
    ])
  ).id;
  path = `/api/v1/tables/${tableId}/records`;
});
after(() => app.close());

/** Sends what is expected to be refused; checks that nothing was stored by it, anywhere. */
async function refused(method: string, at: string, more: object = {}) {
  const count = async () => {
    const tables = [
      'workspaces',
      'memberships',
      'apps',
      'tables',
      'fields',
      'keys',
      'changes',
      'audit',
      'idempotency',
    ] as const;
    return Promise.all(tables.map((table) => app.core.store.count(table, {})));
  };
  const before = await count();
  const answer = await app.request(method, at, { key, ...more });
  assert.deepEqual(await count(), before, 'something was stored');
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.equal(answer.json.status, answer.status);
  assert.equal(answer.json.type, `/api/v1/errors/${answer.json.code}`);
  assert.doesNotMatch(answer.text, /at \/|node_modules|SELECT|INSERT|sqlite/i);
  return answer;
}

describe('a body', () => {
  const malformed = [
    { name: 'empty', body: '' },
    { name: 'cut off', body: '{"fields":{"Text":"x"' },
    { name: 'a trailing comma', body: '{"fields":{},}' },
    { name: 'single quotes', body: "{'fields':{}}" },
    { name: 'two values', body: '{"fields":{}}{"fields":{}}' },
    { name: 'NaN', body: '{"fields":{"Number":NaN}}' },
    { name: 'a raw control character', body: '{"fields":{"Text":"a\u0001b"}}' },
  ];
  for (const { name, body } of malformed) {
    test(`400: ${name}`, async () => {
      const { status, json: problem } = await refused('POST', path, { body, headers: json });
      assert.equal(status, 400);
      assert.ok(['body_invalid_json', 'body_invalid'].includes(problem.code), problem.code);
    });
  }

  const shapes = [
    { name: 'a list', body: [], field: 'body' },
    { name: 'a text', body: '"x"', field: 'body' },
    { name: 'null', body: 'null', field: 'body' },
    { name: 'without fields', body: {}, field: 'fields' },
    { name: 'fields as a list', body: { fields: [] }, field: 'fields' },
    { name: 'fields as null', body: { fields: null }, field: 'fields' },
    { name: 'with more than fields', body: { fields: {}, id: 7 }, field: 'id' },
  ];
  for (const { name, body, field } of shapes) {
    test(`400: ${name}`, async () => {
      const { status, json: problem } = await refused('POST', path, { body, headers: json });
      assert.equal(status, 400);
      assert.equal(problem.code, 'body_invalid');
      assert.equal(problem.errors[0].field, field);
    });
  }

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'x',
  ]) {
    test(`415: ${type}`, async () => {
      const { status, json: problem } = await refused('POST', path, {
        body: '{"fields":{}}',
        headers: { 'content-type': type },
      });
      assert.equal(status, 415);
      assert.equal(problem.code, 'content_type_unsupported');
    });
  }

  test('415: without a content type', async () => {
    assert.equal((await refused('POST', path, { body: '{"fields":{}}' })).status, 415);
  });

  test('201: JSON under its other names', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/vnd.api+json', 'APPLICATION/JSON']) {
      const options = { key, body: '{"fields":{}}', headers: { 'content-type': type } };
      assert.equal((await app.request('POST', path, options)).status, 201, type);
    }
  });

  test('413: larger than the server accepts', async () => {
    const body = JSON.stringify({ fields: { Text: 'x'.repeat(1024 * 1024) } });
    const { status, json: problem } = await refused('POST', path, { body, headers: json });
    assert.equal(status, 413);
    assert.equal(problem.code, 'body_too_large');
  });

  test('400: a hundred thousand wrong items are refused with a short answer', async () => {
    const { status, text } = await refused('POST', `${path}/batch`, { body: { create: Array(100_000).fill(0) } });
    assert.equal(status, 400);
    assert.ok(text.length < 100_000, String(text.length));
  });
});

describe('10,000 levels of JSON', () => {
  const depth = 10_000;
  const list = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const object = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const cases = [
    { name: 'as a value', at: () => path, body: `{"fields":{"Json":${list}}}` },
    { name: 'as a text value', at: () => path, body: `{"fields":{"Text":${object}}}` },
    { name: 'as choices', at: () => path, body: `{"fields":{"Links":${list}}}` },
    { name: 'as an unknown field', at: () => path, body: `{"fields":{"Nope":${object}}}` },
    { name: 'as the body', at: () => path, body: object },
    { name: 'in a batch', at: () => `${path}/batch`, body: `{"create":[{"fields":{"Json":${object}}}]}` },
    {
      name: 'as a filter',
      at: () => `${path}/query`,
      body: `{"filter":${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}}`,
    },
    { name: 'as a value of a filter', at: () => `${path}/query`, body: `{"filter":{"Text":{"eq":${list}}}}` },
    {
      name: 'as options of a field',
      at: () => `/api/v1/tables/${tableId}/fields`,
      body: `{"name":"x","type":"text","options":${object}}`,
    },
    {
      name: 'as a default',
      at: () => `/api/v1/tables/${tableId}/fields`,
      body: `{"name":"x","type":"json","default":${object}}`,
    },
  ];
  for (const { name, at, body } of cases) {
    test(`4xx: ${name}`, async () => {
      await refused('POST', at(), { body, headers: json });
    });
    test(`4xx: ${name}, with an Idempotency-Key`, async () => {
      await refused('POST', at(), { body, headers: { ...json, 'idempotency-key': 'deep' } });
    });
  }
});

describe('a value', () => {
  const values = [
    { name: 'a number beyond 2^53', fields: '{"Number":9007199254740993}', field: 'Number' },
    { name: 'a number beyond 2^53 as text', fields: '{"Number":"9007199254740993"}', field: 'Number' },
    { name: 'a number beyond every double', fields: '{"Number":1e400}', field: 'Number' },
    { name: 'half a surrogate pair', fields: '{"Text":"a\\ud800b"}', field: 'Text' },
    { name: 'the other half', fields: '{"Text":"\\udc00"}', field: 'Text' },
    { name: 'half a surrogate pair deep in JSON', fields: '{"Json":{"a":["\\ud800"]}}', field: 'Json' },
    { name: 'half a surrogate pair as a key in JSON', fields: '{"Json":{"\\ud800":1}}', field: 'Json' },
    { name: 'NUL', fields: '{"Text":"a\\u0000b"}', field: 'Text' },
    { name: 'an object where a text belongs', fields: '{"Text":{"a":1}}', field: 'Text' },
    { name: 'a list where a number belongs', fields: '{"Number":[1]}', field: 'Number' },
    { name: 'true where a number belongs', fields: '{"Number":true}', field: 'Number' },
    { name: 'a choice that is none', fields: '{"Links":["b"]}', field: 'Links' },
  ];
  for (const { name, fields, field } of values) {
    test(`422: ${name}, naming the field`, async () => {
      const { status, json: problem } = await refused('POST', path, { body: `{"fields":${fields}}`, headers: json });
      assert.equal(status, 422);
      assert.equal(problem.code, 'value_invalid');
      assert.equal(problem.errors[0].field, field);
    });
  }

  for (const name of [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '',
    'id',
    'text',
    'Text ',
  ]) {
    test(`422: a field named ${JSON.stringify(name)} is unknown like any other`, async () => {
      const { status, json: problem } = await refused('POST', path, {
        body: `{"fields":{${JSON.stringify(name)}:{"polluted":true}}}`,
        headers: json,
      });
      assert.equal(status, 422);
      assert.equal(problem.code, 'field_unknown');
      assert.equal(problem.errors[0].field, name);
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    });
  }

  test('prototype names inside JSON are data and come back as they went in', async () => {
    const body = '{"fields":{"Json":{"__proto__":{"a":1},"constructor":2}}}';
    const { status, text } = await app.request('POST', path, { key, body, headers: json });
    assert.equal(status, 201);
    assert.ok(text.includes('{"__proto__":{"a":1},"constructor":2}'), text);
    assert.equal(({} as { a?: number }).a, undefined);
  });

  test('a duplicate key counts once, the last', async () => {
    const body = '{"fields":{"Text":"first","Text":"last"}}';
    const answer = await app.request('POST', path, { key, body, headers: json });
    assert.equal(answer.json.fields.Text, 'last');
  });
});

describe('a path', () => {
  const unknown = [
    '/api',
    '/api/v1',
    '/api/v2/me',
    '/api/v1/nothing',
    '/api/v1/tables',
    '/api/v1//me',
    '/api/v1/me/keys/x/y',
  ];
  for (const at of unknown) {
    test(`404: ${at}`, async () => {
      const { status, json: problem } = await refused('GET', at);
      assert.equal(status, 404);
      assert.equal(problem.code, 'route_not_found');
    });
  }

  test('404: ids of any form, without a difference', async () => {
    const first = await refused('GET', '/api/v1/tables/aaaaaaaaaaaaaaaa/records');
    for (const id of [
      'x',
      'a'.repeat(400),
      '..',
      '%2e%2e%2f',
      "'%20or%201=1--",
      '%00',
      '__proto__',
      'constructor',
      '%F0%9F%92%A5',
      '*',
    ]) {
      const { status, json: problem } = await refused('GET', `/api/v1/tables/${id}/records`);
      assert.equal(status, 404, id);
      assert.deepEqual(problem, first.json, id);
    }
  });

  test('404: what no URL can be', async () => {
    for (const at of [
      '/api/v1/tables/%ZZ/records',
      '/api/v1/tables/%ff/records',
      `/api/v1/tables/${'a'.repeat(600)}/records`,
    ]) {
      assert.equal((await refused('GET', at)).status, 404, at);
    }
  });

  test('405: a known path with another method says which it has', async () => {
    const cases = [
      ['DELETE', path, 'GET, HEAD, POST'],
      ['POST', `${path}/1`, 'DELETE, GET, HEAD, PATCH, PUT'],
      ['PUT', '/api/v1/me', 'GET, HEAD'],
      ['GET', `${path}/batch`, 'POST'],
      ['DELETE', '/api/v1/openapi.json', 'GET, HEAD'],
    ] as const;
    for (const [method, at, allow] of cases) {
      // GET …/batch is the record "batch".
      if (at.endsWith('/batch')) continue;
      const { status, headers, json: problem } = await refused(method, at);
      assert.equal(status, 405, at);
      assert.equal(problem.code, 'method_not_allowed');
      assert.equal(headers.allow, allow, at);
    }
  });

  test('a trailing slash is no other path, HEAD answers like GET without a body', async () => {
    assert.equal((await app.request('GET', `${path}/`, { key })).status, 200);
    const head = await app.request('HEAD', path, { key });
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
  });

  test('4xx: bytes that are no HTTP do not disturb the next caller', async () => {
    const { hostname, port } = new URL(app.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.end('NONSENSE\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += String(chunk);
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal((await app.request('GET', path, { key })).status, 200);
  });
});

describe('control-plane bodies', () => {
  const bodies = [
    { name: 'a name that is a number', at: '/api/v1/workspaces', body: { name: 7 }, field: 'name' },
    { name: 'a name with half a surrogate pair', at: '/api/v1/workspaces', body: '{"name":"\\ud800"}', field: 'name' },
    { name: 'a name that is too long', at: '/api/v1/workspaces', body: { name: 'x'.repeat(256) }, field: 'name' },
    { name: 'something unknown', at: '/api/v1/workspaces', body: { name: 'x', plan: 'gold' }, field: 'plan' },
    { name: 'a prototype name', at: '/api/v1/workspaces', body: '{"name":"x","__proto__":{}}', field: '__proto__' },
  ];
  for (const { name, at, body, field } of bodies) {
    test(`400: ${name}, naming it`, async () => {
      const { status, json: problem } = await refused('POST', at, { body, headers: json });
      assert.equal(status, 400);
      assert.equal(problem.errors[0].field, field);
    });
  }
});
