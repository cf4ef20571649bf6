import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { get, type InitJson, type Json, makePlace, type Place, type Running } from './tessera.ts';

describe('tessera key', () => {
  let place: Place;
  let made: InitJson;
  let server: Running;
  let through: Readonly<Record<string, string>>;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
  });
  after(async () => {
    await server?.stop();
    await place.remove();
  });

  async function run(args: readonly string[], env = {}): Promise<Json> {
    const { code, stdout, stderr } = await place.run(['key', ...args, '--json'], env);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  }

  test('reveals an app key and a pair as they were first shown, beside a stopped server', async () => {
    const { keys } = await run(['list']);
    const idOf = (kind: string) => keys.find((key: Json) => key.kind === kind).id;
    assert.equal((await run(['reveal', idOf('app')])).secret, made.keys.adalo);
    const { apiKey, secretKey, writeOnlyKey } = made.keys.formaloo;
    assert.deepEqual((await run(['reveal', idOf('pair')])).secrets, {
      api_key: apiKey,
      secret_key: secretKey,
      write_only_key: writeOnlyKey,
    });
    const native = await place.run(['key', 'reveal', idOf('native')]);
    assert.equal(native.code, 4);
    assert.match(native.stderr, /shown once/);
  });

  test('shows no secret in lists', async () => {
    const text = JSON.stringify(await run(['list']));
    const { native, adalo, formaloo, retable } = made.keys;
    for (const secret of [native, adalo, retable, ...Object.values(formaloo)]) assert.ok(!text.includes(secret));
  });

  test('refuses what it does not understand with 2, and what is not there with 3', async () => {
    const wrongVerb = await place.run(['key', 'create', '--name', 'x', '--scope', 'Orders:fly']);
    assert.equal(wrongVerb.code, 2);
    assert.match(wrongVerb.stderr, /Verbs are read, create/);
    const noTable = await place.run(['key', 'create', '--name', 'x', '--scope', 'Nothing:read']);
    assert.equal(noTable.code, 3);
    assert.match(noTable.stderr, /no table "Nothing"/);
    assert.equal((await place.run(['key', 'disable', 'nothing'])).code, 3);
    const noScope = await place.run(['key', 'create', '--name', 'x']);
    assert.equal(noScope.code, 4);
    assert.match(noScope.stderr, /scopes/);
  });

  test('runs a key through its life against a running server', async () => {
    server = await place.serve();
    through = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
    const [customers, orders] = made.tables;
    const status = async (table: string | undefined, key: string) =>
      (await get(`${server.url}/api/v1/tables/${table}/records?limit=1`, key)).status;

    const { id, secret } = await run(['create', '--name', 'Orders only', '--scope', 'Orders:read'], through);
    assert.equal(await status(orders?.id, secret), 200);
    assert.equal(await status(customers?.id, secret), 403);

    const rotated = await run(['rotate', id, '--overlap', '1h'], through);
    assert.equal(await status(orders?.id, secret), 200);
    assert.equal(await status(orders?.id, rotated.secret), 200);
    const again = await run(['rotate', id], through);
    assert.equal(await status(orders?.id, rotated.secret), 401);

    assert.equal((await run(['disable', id], through)).is_enabled, false);
    assert.equal(await status(orders?.id, again.secret), 401);
    assert.equal((await run(['enable', id], through)).is_enabled, true);
    assert.equal(await status(orders?.id, again.secret), 200);

    await run(['delete', id], through);
    assert.equal(await status(orders?.id, again.secret), 401);
    assert.equal((await place.run(['key', 'delete', id], through)).code, 3);
  });

  test('asks for the key of the server that it is to go through', async () => {
    const { code, stderr } = await place.run(['key', 'list', '--url', server.url]);
    assert.equal(code, 2);
    assert.match(stderr, /TESSERA_API_KEY/);
  });
});
