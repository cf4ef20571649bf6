import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type Ended, type InitJson, makePlace, type Place } from './tessera.ts';

describe('tessera init --demo --json', () => {
  let place: Place;
  let ended: Ended;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    ended = await place.run(['init', '--demo', '--json'], { PORT: '4321' });
    made = JSON.parse(ended.stdout) as InitJson;
  });
  after(() => place.remove());

  test('prints one JSON document, in the shape that scripts rely on, and nothing else', () => {
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout.trim().split('\n').length, 1);
    assert.equal(ended.stderr, '');
    assert.deepEqual(shapeOf(made), {
      url: 'string',
      workspace: { id: 'string', name: 'string' },
      owner: { id: 'string', email: 'string' },
      app: { id: 'string', name: 'string' },
      tables: [
        { id: 'string', name: 'string' },
        { id: 'string', name: 'string' },
      ],
      keys: {
        native: 'string',
        adalo: 'string',
        formaloo: { apiKey: 'string', secretKey: 'string', writeOnlyKey: 'string' },
        retable: 'string',
      },
    });
    assert.equal(made.url, 'http://127.0.0.1:4321');
    assert.deepEqual(
      made.tables.map(({ name }) => name),
      ['Customers', 'Orders'],
    );
  });

  test('gives every key the look that its clients expect', () => {
    assert.match(made.keys.native, /^tsr_[0-9A-Za-z]{38}$/);
    assert.match(made.keys.adalo, /^[0-9a-z]{25}$/);
    assert.match(made.keys.retable, /^RTBLv1-[A-Za-z]{25}$/);
    assert.equal(new Set(Object.values(made.keys.formaloo)).size, 3);
  });

  test('makes files that only their owner can read', async () => {
    for (const name of ['data/tessera.db', 'data/master.key']) {
      const { mode } = await stat(place.file(name));
      assert.equal((mode & 0o777).toString(8), '600', name);
    }
  });

  test('refuses to run again on what is there, with 4', async () => {
    const again = await place.run(['init', '--json']);
    assert.equal(again.code, 4);
    assert.equal(again.stdout, '');
    assert.match(JSON.parse(again.stderr).error.message, /holds an instance already/);
  });

  test('serves with the native key everything that it printed, the demo related both ways', async () => {
    const server = await place.serve();
    try {
      const read = async (path: string) => {
        const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${made.keys.native}` } });
        assert.equal(response.status, 200, path);
        return JSON.parse(await response.text());
      };
      const [customers, orders] = made.tables;
      const { count, data } = await read(`/api/v1/tables/${orders?.id}/records?count=true&limit=1`);
      assert.equal(count, 40);
      assert.deepEqual(data[0].fields.Customer, [1]);
      const first = await read(`/api/v1/tables/${customers?.id}/records/1`);
      assert.ok(first.fields.Orders.includes(data[0].id));
      assert.equal((await read('/api/v1/me')).email, made.owner.email);
    } finally {
      await server.stop();
    }
  });

  test('the demo takes what Adalo clients send: records of nothing, and notifications to its customers', async () => {
    const server = await place.serve();
    try {
      const headers = { authorization: `Bearer ${made.keys.adalo}` };
      for (const { id } of made.tables) {
        const url = `${server.url}/v0/apps/${made.app.id}/collections/${id}`;
        assert.equal((await fetch(url, { method: 'POST', headers })).status, 200);
      }
      const body = JSON.stringify({
        appId: made.app.id,
        audience: { email: 'lena.hofmann@example.com' },
        notification: { titleText: 'Order ready', bodyText: 'Pick it up at desk 4' },
      });
      const sent = await fetch(`${server.url}/notifications`, { method: 'POST', headers, body });
      assert.equal(await sent.text(), '{"successful":0}');
    } finally {
      await server.stop();
    }
  });
});

test('tessera init without --demo makes an empty app, with the names that were asked for', async () => {
  const place = await makePlace();
  try {
    const options = ['--email', 'Ada@Example.com', '--workspace', 'Acme', '--app', 'CRM', '--json'];
    const { code, stdout, stderr } = await place.run(['init', ...options]);
    assert.equal(code, 0, stderr);
    const made = JSON.parse(stdout) as InitJson;
    assert.deepEqual(made.tables, []);
    assert.equal(made.owner.email, 'ada@example.com');
    assert.equal(made.workspace.name, 'Acme');
    assert.equal(made.app.name, 'CRM');
  } finally {
    await place.remove();
  }
});

/** The same tree with types instead of values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

test('an init with something wrong makes nothing, so that it can be done again', async (t) => {
  const place = await makePlace();
  t.after(() => place.remove());
  for (const [option, value, says] of [
    ['--email', 'nobody', /email: must be an e-mail address/],
    ['--workspace', ' ', /workspace: must not be empty/],
    ['--app', '', /app: must not be empty/],
  ] as const) {
    const { code, stderr } = await place.run(['init', option, value]);
    assert.equal(code, 4);
    assert.match(stderr, says);
    await assert.rejects(stat(place.file('data')), { code: 'ENOENT' });
  }
  assert.equal((await place.run(['init', '--json'])).code, 0);
});
