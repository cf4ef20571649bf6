import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { errorMeanings } from '../../../src/core/errors.ts';
import { startTestApp, type TestApp } from '../../harness.ts';
import { type Document, operationsOf } from './documented-app.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is what is being looked at
type Any = any;

describe('the OpenAPI document of the native API', () => {
  let app: TestApp;
  let document: Document;
  before(async () => {
    app = await startTestApp();
    document = (await app.request('GET', '/api/v1/openapi.json')).json;
  });
  after(() => app.close());

  test('needs no key and is JSON', async () => {
    const { status, headers } = await app.request('GET', '/api/v1/openapi.json');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  });

  test('is OpenAPI 3.1 in its structure: every reference resolves, every parameter of a path is declared', () => {
    assertDocument(document);
  });

  test('has every route that the server answers, and only those', () => {
    const listed = operationsOf(document).map(({ method, path }) => `${method} ${path}`);
    const routes = routesOf(app.app.server.printRoutes({ commonPrefix: false }));
    const undocumented = ['/api/v1/reference', '/api/v1/reference/viewer.js', '/api/v1/reference/start.js'];
    const served = routes.filter((route) => !undocumented.some((path) => route === `GET ${path}`));
    assert.deepEqual(listed.toSorted(), served.toSorted());
  });

  test('explains every error code under its status', () => {
    const responses = document.components.responses as Any;
    const codes = Object.values(responses).flatMap((one: Any) =>
      Object.keys(one.content['application/problem+json'].examples),
    );
    assert.deepEqual(codes.toSorted(), Object.keys(errorMeanings).toSorted());
  });

  test('has examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(document as object, 'document');
    let count = 0;
    walk(document, '', (value, at) => {
      const { schema, example } = value as Any;
      if (schema === undefined || example === undefined) return;
      count += 1;
      const validate = ajv.compile({ $ref: `document#${at}/schema` });
      assert.ok(validate(example), `${at}: ${ajv.errorsText(validate.errors)} ${JSON.stringify(example)}`);
    });
    assert.ok(count > 50);
  });

  test('is the same text after a restart', async () => {
    const before = await app.request('GET', '/api/v1/openapi.json');
    await app.restart();
    const again = await app.request('GET', '/api/v1/openapi.json');
    assert.equal(again.text, before.text);
  });
});

describe('the OpenAPI document of an app', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  test('describes its tables as they are, and follows them', async () => {
    const table = await app.makeTable(
      [
        { name: 'Name', type: 'text', required: true },
        { name: 'Price', type: 'number' },
        { name: 'Secret', type: 'password' },
      ],
      'Größen & Co',
    );
    const path = `/api/v1/apps/${app.appId}/openapi.json`;
    const { json, status } = await app.request('GET', path, { key: app.keys.native });
    assert.equal(status, 200);
    assertDocument(json);
    const { post, get } = json.paths[`/api/v1/tables/${table.id}/records`];
    const input = resolve(json, post.requestBody.content['application/json'].schema.properties.fields);
    assert.deepEqual(Object.keys(input.properties), ['Name', 'Price', 'Secret']);
    assert.deepEqual(input.required, ['Name']);
    const page = get.responses['200'].content['application/json'].schema;
    const shown = resolve(json, resolve(json, page.properties.data.items).properties.fields);
    assert.deepEqual(Object.keys(shown.properties), ['Name', 'Price'], 'a password is written, never read');

    await app.request('PATCH', `/api/v1/tables/${table.id}`, { key: app.keys.native, body: { name: 'Sizes' } });
    const { json: renamed } = await app.request('GET', path, { key: app.keys.native });
    assert.deepEqual(renamed.paths[`/api/v1/tables/${table.id}/records`].get.tags, ['Sizes']);
  });

  test('shows a key only what it may see and do', async () => {
    const seen = await app.makeTable([
      { name: 'A', type: 'text' },
      { name: 'B', type: 'text' },
    ]);
    const unseen = await app.makeTable([{ name: 'A', type: 'text' }]);
    const mask = [seen.fields[0]?.id ?? ''];
    const { secrets } = await app.makeKey({ scopes: [{ table: seen.id, verbs: ['read'], readable: mask }] });
    const { json, text } = await app.request('GET', `/api/v1/apps/${app.appId}/openapi.json`, {
      key: secrets.key ?? '',
    });
    assertDocument(json);
    assert.ok(!text.includes(unseen.id));
    assert.deepEqual(Object.keys(json.paths[`/api/v1/tables/${seen.id}/records`]), ['get']);
    assert.equal(json.paths[`/api/v1/tables/${seen.id}/records/batch`], undefined);
    assert.ok(!text.includes(seen.fields[1]?.id ?? ''));
  });

  test('404: the app of somebody else has none', async () => {
    const neighbour = await app.makeNeighbour();
    const { status } = await app.request('GET', `/api/v1/apps/${app.appId}/openapi.json`, {
      key: neighbour.keys.native,
    });
    assert.equal(status, 404);
  });
});

describe('the reference page', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  test('loads nothing from elsewhere', async () => {
    const page = await app.request('GET', '/api/v1/reference');
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.doesNotMatch(page.text, /https?:\/\//);
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /connect-src 'self'/);
    assert.doesNotMatch(policy, /https?:|\*/);
    for (const [, source = ''] of page.text.matchAll(/src="([^"]+)"/g)) {
      const script = await app.request('GET', source);
      assert.equal(script.status, 200, source);
      assert.match(String(script.headers['content-type']), /^text\/javascript/);
    }
  });

  test('its script is the viewer, is sent packed, and is not sent twice to who has it', async () => {
    const path = '/api/v1/reference/viewer.js';
    const plain = await app.request('GET', path);
    assert.match(plain.text, /createApiReference/);
    const packed = await app.request('GET', path, { headers: { 'accept-encoding': 'gzip, br' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.ok(Number(packed.headers['content-length']) < plain.text.length / 2);
    const known = await app.request('GET', path, { headers: { 'if-none-match': String(plain.headers.etag) } });
    assert.equal(known.status, 304);
  });
});

/** The tree that Fastify prints, as `METHOD /path` of the native API; HEAD is left out. */
function routesOf(tree: string): string[] {
  const routes: string[] = [];
  const parents: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^([│ ]*)[├└]── (\S*) \(([^)]+)\)$/.exec(line) ?? /^([│ ]*)[├└]── (\S+)$/.exec(line);
    if (match === null) continue;
    const depth = (match[1] ?? '').length / 4;
    parents[depth] = (depth === 0 ? '' : (parents[depth - 1] ?? '')) + (match[2] ?? '');
    const path = (parents[depth] ?? '').replace(/:([A-Za-z]+)/g, '{$1}');
    if (!path.startsWith('/api/v1/')) continue;
    for (const method of (match[3] ?? '').split(', ')) {
      if (method !== '' && method !== 'HEAD') routes.push(`${method} ${path}`);
    }
  }
  return routes;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** The rules of OpenAPI 3.1 that a generated document could break. */
function assertDocument(document: Any): void {
  assert.equal(document.openapi, '3.1.0');
  assert.equal(typeof document.info.title, 'string');
  assert.equal(typeof document.info.version, 'string');
  const ids = new Set<string>();
  const tags = new Set(document.tags.map((tag: Any) => tag.name));
  for (const [path, item] of Object.entries<Any>(document.paths)) {
    assert.match(path, /^\//);
    for (const [method, operation] of Object.entries<Any>(item)) {
      const name = `${method} ${path}`;
      assert.ok(methods.includes(method), name);
      assert.ok(operation.operationId && !ids.has(operation.operationId), `${name}: id ${operation.operationId}`);
      ids.add(operation.operationId);
      assert.ok(operation.summary, `${name}: summary`);
      for (const tag of operation.tags) assert.ok(tags.has(tag), `${name}: tag ${tag}`);
      const parameters = (operation.parameters ?? []).map((one: Any) => resolve(document, one));
      for (const one of parameters) {
        assert.ok(['path', 'query', 'header', 'cookie'].includes(one.in) && one.schema, `${name}: ${one.name}`);
      }
      const inPath = parameters.filter((one: Any) => one.in === 'path');
      assert.ok(
        inPath.every((one: Any) => one.required === true),
        name,
      );
      const wanted = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      assert.deepEqual(
        inPath.map((one: Any) => one.name),
        wanted,
        name,
      );
      assert.equal(new Set(parameters.map((one: Any) => `${one.in} ${one.name}`)).size, parameters.length, name);
      assert.ok(
        Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)),
        `${name}: a success`,
      );
      for (const [status, response] of Object.entries<Any>(operation.responses)) {
        assert.match(status, /^[1-5]\d\d$/);
        assert.ok(resolve(document, response).description, `${name} ${status}`);
      }
    }
  }
  for (const name of Object.keys(document.components.schemas)) assert.match(name, /^[A-Za-z0-9._-]+$/);
  walk(document, '', (value, at) => {
    if ('x-name' in value) assert.fail(`${at} has its internal name`);
    if (typeof (value as Any).$ref === 'string') assert.ok(resolve(document, value), at);
  });
}

function resolve(document: Any, value: Any): Any {
  if (typeof value?.$ref !== 'string') return value;
  const found = value.$ref
    .split('/')
    .slice(1)
    .reduce((at: Any, key: string) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  assert.ok(found, `${value.$ref} leads nowhere`);
  return found;
}

function walk(value: unknown, at: string, visit: (value: object, at: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  visit(value, at);
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'example' || key === 'examples') continue;
    walk(inner, `${at}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`, visit);
  }
}
