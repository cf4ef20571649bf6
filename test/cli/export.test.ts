import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type InitJson, type Json, makePlace, type Place } from './tessera.ts';

describe('tessera export', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
  });
  after(() => place.remove());

  test('writes a file that only its owner reads, and not over another one unasked', async () => {
    const args = ['export', '--table', 'Orders', '--out', 'orders.csv', '--json'];
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, 0, stderr);
    const told = JSON.parse(stdout) as Json;
    const text = await readFile(place.file('orders.csv'), 'utf8');
    assert.equal(told.format, 'csv');
    assert.equal(told.bytes, Buffer.byteLength(text));
    assert.equal(text.split('\r\n').length - 2, told.records);
    assert.equal((await stat(place.file('orders.csv'))).mode & 0o777, 0o600);
    const again = await place.run(args);
    assert.equal(again.code, 4);
    assert.match(again.stderr, /"refused".*exists already/);
    const nowhere = await place.run([...args.with(4, 'no/such/folder.csv')]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /there is no such folder/);
    assert.equal((await place.run([...args, '--force'])).code, 0);
  });

  test('writes the same through a running server, to standard output, filtered and sorted', async () => {
    const args = ['export', '--table', 'Orders', '--format', 'jsonl', '--sort', '-Total', '--fields', 'Number,Total'];
    const all = [...args, '--filter', '{"Status":"Paid"}'];
    const here = await place.run(all);
    assert.equal(here.code, 0, here.stderr);
    const totals = here.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as Json).Total);
    assert.ok(totals.length > 1);
    assert.deepEqual(
      totals,
      totals.toSorted((a: number, b: number) => b - a),
    );
    const server = await place.serve();
    try {
      const there = await place.run(all, { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native });
      assert.equal(there.code, 0, there.stderr);
      assert.equal(there.stdout, here.stdout);
    } finally {
      await server.stop();
    }
  });

  test('refuses a table, a field or a filter that there is not, and leaves no file', async () => {
    const missing = await place.run(['export', '--table', 'Nope', '--out', 'no.csv']);
    assert.equal(missing.code, 3);
    const field = await place.run(['export', '--table', 'Orders', '--out', 'no.csv', '--fields', 'Nope']);
    assert.equal(field.code, 4);
    const filter = await place.run(['export', '--table', 'Orders', '--out', 'no.csv', '--filter', '{']);
    assert.equal(filter.code, 4);
    await assert.rejects(stat(place.file('no.csv')));
  });
});
