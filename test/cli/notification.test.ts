import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type InitJson, type Json, makePlace, type Place } from './tessera.ts';

describe('tessera notification', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
  });
  after(() => place.remove());

  async function run(args: readonly string[], env = {}): Promise<Json> {
    const { code, stdout, stderr } = await place.run(['notification', ...args, '--json'], env);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  }

  test('sends through a server, and shows who was sent what and when there and beside the database', async () => {
    const server = await place.serve();
    const through = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
    const text = ['--title', 'Order ready', '--body', 'Pick it up at desk 4', '--open', '/orders/7'];
    const sent = await run(['send', '--email', 'Lena.Hofmann@example.com', ...text], through);
    assert.deepEqual([sent.user_id, sent.accepted, sent.url], [1, 0, '/orders/7']);
    const [logged] = (await run(['list'], through)).notifications;
    assert.deepEqual([logged.id, logged.outcome], [sent.id, { delivered: 0, failed: 0, pending: 0 }]);
    assert.equal((await run(['show', sent.id], through)).body, 'Pick it up at desk 4');
    const unknown = await place.run(['notification', 'send', '--id', '999', ...text], through);
    assert.equal(unknown.code, 3);
    await server.stop();

    const [same] = (await run(['list', '--user', '1', '--from', sent.created_at])).notifications;
    assert.deepEqual(same, logged);
    assert.deepEqual((await run(['list', '--to', sent.created_at])).notifications, []);
    const { stdout } = await place.run(['notification', 'list']);
    assert.match(stdout, /^SENT +ID +USER +TITLE +RESULT\n/);
    assert.match(stdout, /1 Lena\.Hofmann@example\.com +Order ready +no device/);
    const shown = await place.run(['notification', 'show', sent.id]);
    assert.match(shown.stdout, /text +Pick it up at desk 4\n/);
  });

  test('wants one user, and tells what does not exist', async () => {
    const text = ['--title', 'a', '--body', 'b'];
    assert.equal((await place.run(['notification', 'send', ...text])).code, 2);
    assert.equal((await place.run(['notification', 'send', '--id', '1', '--email', 'a@b.c', ...text])).code, 2);
    assert.equal((await place.run(['notification', 'list', '--limit', '0'])).code, 2);
    assert.equal((await place.run(['notification', 'show', 'nothing'])).code, 3);
  });
});
