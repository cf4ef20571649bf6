import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { get, type InitJson, makePlace, type Place } from './tessera.ts';

describe('tessera serve', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
  });
  after(() => place.remove());

  test('without a database ends with 3 and says how to make one', async () => {
    const { code, stderr } = await place.run(['serve'], { DATABASE_URL: 'sqlite:nowhere/t.db' });
    assert.equal(code, 3);
    assert.match(stderr, /tessera init/);
  });

  test('with a wrong setting ends with 2 and names it', async () => {
    const { code, stderr } = await place.run(['serve'], { PORT: 'abc' });
    assert.equal(code, 2);
    assert.match(stderr, /^tessera: PORT: must be a whole number/);
  });

  test('on a port in use ends with 1 and names another', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as { port: number };
      const { code, stderr } = await place.run(['serve'], { PORT: String(port) });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use.*PORT=${port + 1}`));
      assert.equal(stderr.trim().split('\n').length, 1);
    } finally {
      other.close();
    }
  });

  test('keeps a second process out, with 5 and the number of the first', async () => {
    const server = await place.serve();
    try {
      for (const args of [['serve'], ['init'], ['key', 'list']]) {
        const { code, stderr } = await place.run(args);
        assert.equal(code, 5, args.join(' '));
        assert.match(stderr, /in use by process \d+/);
      }
      // What goes through a server says so; what belongs to the operator does not send him there in vain.
      assert.match((await place.run(['key', 'list'])).stderr, /set TESSERA_URL/);
      const through = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
      const { code, stderr } = await place.run(['plan', 'list'], through);
      assert.deepEqual([code, /Stop it first\.$/m.test(stderr), stderr.includes('TESSERA_URL')], [5, true, false]);
    } finally {
      await server.stop();
    }
  });

  test('finishes the request that is running when SIGTERM comes, and its write is there afterwards', async () => {
    const [, orders] = made.tables;
    const path = `/api/v1/tables/${orders?.id}/records`;
    const server = await place.serve();
    // Used before: an idle connection must not hold up the end.
    await get(`${server.url}/api/v1/me`, made.keys.native);
    const answer = await sendWhile(
      server.url + path,
      made.keys.native,
      '{"fields":{"Number":"IN-FLIGHT","Product":"Lamp"}}',
      () => server.kill('SIGTERM'),
    );
    const { code } = await server.ended;
    assert.equal(answer, 201);
    assert.equal(code, 0);
    const again = await place.serve();
    try {
      const filter = encodeURIComponent('{"Number":"IN-FLIGHT"}');
      const { json } = await get(`${again.url}${path}?filter=${filter}`, made.keys.native);
      assert.equal(json.data.length, 1);
    } finally {
      await again.stop('SIGINT');
    }
  });

  test('keeps the count of calls that were made just before it was stopped', async () => {
    const { stdout } = await place.run(['key', 'create', '--name', 'Counted', '--scope', '*:read', '--json']);
    const { id, secret } = JSON.parse(stdout) as { id: string; secret: string };
    const server = await place.serve();
    for (let call = 0; call < 3; call += 1) await get(`${server.url}/api/v1/me`, secret);
    await server.stop();
    const listed = JSON.parse((await place.run(['key', 'list', '--app', made.app.id, '--json'])).stdout);
    const key = listed.keys.find((one: { id: string }) => one.id === id);
    assert.equal(key.use_count, 3);
    assert.ok(key.last_used_at !== null);
  });
});

/** Sends the head and half of the body, has the server asked to stop, then sends the rest; answers the status. */
function sendWhile(url: string, key: string, body: string, stop: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    };
    const outgoing = httpRequest(url, { method: 'POST', headers }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    // The server has the head and waits for the rest.
    outgoing.on('continue', () => {
      outgoing.write(body.slice(0, 10));
      stop();
      stopsListening(new URL(url)).then(() => outgoing.end(body.slice(10)), reject);
    });
    outgoing.flushHeaders();
  });
}

async function stopsListening({ hostname, port }: URL): Promise<void> {
  for (let isListening = true; isListening; ) {
    isListening = await new Promise((resolve) => {
      const socket = connect(Number(port), hostname);
      const tell = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.on('connect', () => tell(true)).on('error', () => tell(false));
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
