import assert from 'node:assert/strict';
import { copyFile, readFile, stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type InitJson, type Json, makePlace, type Place, type Running } from './tessera.ts';

describe('tessera backup and restore', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
  });
  after(() => place.remove());

  const tableId = (name: string) => made.tables.find((table) => table.name === name)?.id ?? '';

  async function call(server: Running, method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${made.keys.native}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text === '' ? undefined : JSON.parse(text);
  }

  const exported = async (database?: string) => {
    const env = database === undefined ? {} : { DATABASE_URL: `sqlite:${place.file(database)}` };
    const whole = [];
    for (const table of ['Customers', 'Orders']) {
      const { code, stdout, stderr } = await place.run(['export', '--table', table, '--format', 'jsonl'], env);
      assert.equal(code, 0, stderr);
      whole.push(stdout);
    }
    return whole.join('');
  };

  test('a database is copied while it is served, and served again from the copy with everything in it', async () => {
    const before = await exported();
    const server = await place.serve();
    const { code, stdout, stderr } = await place.run(['backup', '--to', 'backups', '--json']);
    await server.stop();
    assert.equal(code, 0, stderr);
    const { name } = JSON.parse(stdout) as Json;
    const restored = await place.run(['restore', `backups/${name}.db.zst`, '--to', 'sqlite:copy/tessera.db']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stderr, /master\.key/);
    const env = { DATABASE_URL: `sqlite:${place.file('copy/tessera.db')}` };
    const keyless = await place.run(['serve'], env);
    assert.equal(keyless.code, 2);
    assert.match(keyless.stderr, /master\.key: is missing/);
    await copyFile(place.file('data/master.key'), place.file('copy/master.key'));
    assert.equal(await exported('copy/tessera.db'), before);
    const again = await place.serve('serve', env);
    const records = await call(again, 'GET', `/api/v1/tables/${tableId('Orders')}/records?limit=1`);
    assert.equal(records.data.length, 1);
    await again.stop();
  });

  test('nothing is restored over something, from a place without backups, or beside a wrong master key', async () => {
    assert.equal((await place.run(['backup', '--to', 'backups'])).code, 0);
    const over = await place.run(['restore', 'backups', '--to', 'sqlite:data/tessera.db']);
    assert.equal(over.code, 4);
    assert.match(over.stderr, /exists already/);
    assert.equal((await place.run(['restore', '.', '--to', 'sqlite:x/tessera.db'])).code, 3);
    assert.equal((await place.run(['restore', 'nope.db.zst', '--to', 'sqlite:x/tessera.db'])).code, 3);
    const env = { TESSERA_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    const wrong = await place.run(['restore', 'backups', '--to', 'sqlite:x/tessera.db'], env);
    assert.equal(wrong.code, 4);
    assert.match(wrong.stderr, /is not the one of this backup/);
    await assert.rejects(stat(place.file('x/tessera.db')));
  });

  test('a server does not start with another master key than the one its database was made with', async () => {
    const env = { TESSERA_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    const { code, stderr } = await place.run(['serve'], env);
    assert.equal(code, 2);
    assert.match(stderr, /not the master key that the database was made with/);
  });

  test('the state of a time between two backups comes from the one before and the log of changes', async () => {
    assert.equal((await place.run(['backup', '--to', 'earlier'])).code, 0);
    const server = await place.serve();
    const orders = `/api/v1/tables/${tableId('Orders')}/records`;
    const [first, second] = (await call(server, 'GET', `${orders}?limit=2`)).data as Json[];
    const customer = (await call(server, 'POST', `/api/v1/tables/${tableId('Customers')}/records`, {
      fields: { Name: 'Grace Hopper', Email: 'grace@example.com' },
    })) as Json;
    await call(server, 'PATCH', `${orders}/${first.id}`, { fields: { Total: 1.5, Customer: [customer.id] } });
    await call(server, 'DELETE', `${orders}/${second.id}`);
    await call(server, 'POST', orders, { fields: { Number: 'ORD-9001', Product: 'Desk' } });
    await server.stop();
    const wanted = await exported();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const at = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const later = await place.serve();
    await call(later, 'DELETE', `${orders}/${first.id}`);
    await call(later, 'POST', orders, { fields: { Number: 'ORD-9002', Product: 'Too late' } });
    await later.stop();

    const args = ['restore', 'earlier', '--to', 'sqlite:then/tessera.db', '--at', at, '--json'];
    const restored = await place.run([...args, '--changes-from', 'data/tessera.db']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.deepEqual((JSON.parse(restored.stdout) as Json).changes, {
      applied: 4,
      left_out: 0,
      files: 0,
      files_missing: 0,
    });
    await copyFile(place.file('data/master.key'), place.file('then/master.key'));
    assert.equal(await exported('then/tessera.db'), wanted);

    assert.equal((await place.run(['backup', '--to', 'afterwards'])).code, 0);
    const [newer] = JSON.parse((await place.run(['backup', '--to', 'afterwards', '--list', '--json'])).stdout).backups;
    const fromBackup = await place.run([
      ...args.map((arg) => arg.replace('then/', 'again/')),
      '--changes-from',
      `afterwards/${newer.name}.db.zst`,
    ]);
    assert.equal(fromBackup.code, 0, fromBackup.stderr);
    await copyFile(place.file('data/master.key'), place.file('again/master.key'));
    assert.equal(await exported('again/tessera.db'), wanted);
  });

  test('uploaded files are in the backup and come back beside the database, or stay out where that is asked for', async () => {
    const server = await place.serve();
    const content = 'a file of somebody '.repeat(1000);
    const upload = async () => {
      const response = await fetch(`${server.url}/api/v1/apps/${made.app.id}/files?filename=a.txt`, {
        method: 'POST',
        headers: { authorization: `Bearer ${made.keys.native}` },
        body: content,
      });
      return (await response.json()) as Json;
    };
    const { url } = await upload();
    assert.equal((await place.run(['backup', '--to', 'with-files', '--json'])).code, 0);
    const without = await place.run(['backup', '--to', 'no-files', '--without-files', '--json']);
    assert.equal((JSON.parse(without.stdout) as Json).files.kept, 'elsewhere');
    await server.stop();
    const restored = await place.run(['restore', 'with-files', '--to', 'sqlite:filled/tessera.db', '--json']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.deepEqual((JSON.parse(restored.stdout) as Json).files, { count: 1, bytes: content.length });
    await copyFile(place.file('data/master.key'), place.file('filled/master.key'));
    const again = await place.serve('serve', { DATABASE_URL: `sqlite:${place.file('filled/tessera.db')}` });
    const shown = await fetch(again.url + new URL(url).pathname);
    assert.equal(await shown.text(), content);
    await again.stop();
    const bare = await place.run(['restore', 'no-files', '--to', 'sqlite:bare/tessera.db']);
    assert.equal(bare.code, 0);
    assert.match(bare.stderr, /files are not in the backup: they are in .*files/);
  });

  test('no secret is in a backup in clear', async () => {
    const { stdout } = await place.run(['backup', '--to', 'grep', '--json']);
    const { name } = JSON.parse(stdout) as Json;
    assert.equal((await place.run(['restore', 'grep', '--to', 'sqlite:grep/plain.db'])).code, 0);
    const bytes = await readFile(place.file('grep/plain.db'), 'latin1');
    const manifest = await readFile(place.file(`grep/${name}.json`), 'latin1');
    const master = (await readFile(place.file('data/master.key'), 'latin1')).trim();
    const { native, adalo, formaloo, retable } = made.keys;
    for (const secret of [master, native, adalo, formaloo.secretKey, formaloo.writeOnlyKey, retable]) {
      assert.ok(!bytes.includes(secret) && !manifest.includes(secret));
    }
  });
});
