import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { sharedData } from '../skip-reason.ts';
import { get, type InitJson, type Json, makePlace, type Place, type Running } from './tessera.ts';

describe('tessera import', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
    await writeFile(
      place.file('people.csv'),
      'Name,Email,Age\nAda,ada@example.com,36\nBob,nobody,41\nCy,cy@example.com,29,extra\nDi,di@example.com,\n',
    );
  });
  after(() => place.remove());

  async function withServer<T>(work: (server: Running) => Promise<T>): Promise<T> {
    const server = await place.serve();
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  const cities = sharedData('world-cities.csv');
  test('brings 34,032 cities in, and both APIs count the same', { skip: cities.skip }, async () => {
    const args = ['import', cities.path, '--app', made.app.id, '--table', 'Cities', '--yes', '--json'];
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, 0, stderr);
    const { table, created } = JSON.parse(stdout) as Json;
    assert.equal(created, 34_032);
    await withServer(async ({ url }) => {
      const native = await get(`${url}/api/v1/tables/${table.id}/records?limit=1&count=true`, made.keys.native);
      assert.equal(native.json.count, 34_032);
      const collection = `${url}/v0/apps/${made.app.id}/collections/${table.id}`;
      // The last page: from here on there are two.
      const last = await get(`${collection}?offset=34030&limit=100`, made.keys.adalo);
      assert.equal(last.json.records.length, 2);
    });
  });

  test('without --yes and without a terminal shows what it would do, writes nothing and ends with 2', async () => {
    const { code, stdout, stderr } = await place.run(['import', 'people.csv', '--table', 'People']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /4 rows \(comma-separated\) into a new table "People"/);
    assert.match(stderr, /Age +number \(whole\)/);
    assert.match(stderr, /nothing was written/);
    const tables = await withServer(({ url }) => get(`${url}/api/v1/apps/${made.app.id}/tables`, made.keys.native));
    assert.ok(!tables.json.data.some(({ name }: Json) => name === 'People'));
  });

  test('tells refused rows by line, field and reason, keeps them in a file, and ends with 4', async () => {
    const args = ['import', 'people.csv', '--table', 'People', '--type', 'Email=email', '--yes', '--rejects', 'no.csv'];
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, 4);
    assert.match(stdout, /^2 created, 0 changed, 2 refused/);
    assert.match(stderr, /line 3: Email: must be an e-mail address\nline 4: has 4 cells, the header has 3\n/);
    assert.deepEqual((await readFile(place.file('no.csv'), 'utf8')).split('\n'), [
      'line,field,reason,row',
      '3,Email,must be an e-mail address,"Bob,nobody,41"',
      '4,,"has 4 cells, the header has 3","Cy,cy@example.com,29,extra"',
      '',
    ]);
  });

  test('refuses wrong files with 3 or 4 and leaves an existing rejects file alone', async () => {
    const missing = await place.run(['import', 'nothing.csv', '--table', 'X', '--yes']);
    assert.equal(missing.code, 3);
    await writeFile(place.file('sheet.xlsx'), Buffer.from('504b0304deadbeef', 'hex'));
    const excel = await place.run(['import', 'sheet.xlsx', '--table', 'X', '--yes', '--json']);
    assert.equal(excel.code, 4);
    assert.match(JSON.parse(excel.stderr).error.message, /sheet\.xlsx: is damaged/);
    await writeFile(place.file('taken.csv'), 'mine');
    const args = ['import', 'people.csv', '--table', 'Y', '--yes', '--rejects', 'taken.csv'];
    assert.equal((await place.run(args)).code, 2);
    assert.equal(await readFile(place.file('taken.csv'), 'utf8'), 'mine');
  });

  test('--dry-run writes nothing and says what would change, here and through a running server', async () => {
    const file = place.file('stock.csv');
    const args = ['import', 'stock.csv', '--table', 'Stock', '--key', 'Code', '--json'];
    await writeFile(file, 'Code,Count\na,1\nb,2\n');
    const before = await place.run([...args, '--dry-run']);
    const counts = ({ stdout }: { stdout: string }) => {
      const { created, updated, unchanged, refused } = JSON.parse(stdout) as Json;
      return [created, updated, unchanged, refused];
    };
    assert.equal(before.code, 0, before.stderr);
    assert.deepEqual(counts(before), [2, 0, 0, 0]);
    assert.equal((await place.run([...args, '--yes'])).code, 0);
    await writeFile(file, 'Code,Count\na,1\nb,3\nc,4\nd,x\n');
    const local = await place.run([...args, '--dry-run']);
    assert.equal(local.code, 4, local.stderr);
    assert.deepEqual(counts(local), [1, 1, 1, 1]);
    await withServer(async ({ url }) => {
      const through = { TESSERA_URL: url, TESSERA_API_KEY: made.keys.native };
      const remote = await place.run([...args, '--dry-run'], through);
      assert.equal(remote.code, 4, remote.stderr);
      assert.deepEqual(counts(remote), [1, 1, 1, 1]);
      const { changes, problems } = JSON.parse(remote.stdout) as Json;
      assert.deepEqual(changes, [{ line: 3, record_id: 2, field: 'Count', old: 2, new: 3 }]);
      assert.deepEqual(problems, [{ line: 5, field: 'Count', reason: 'must be a number such as 19.9' }]);
      const text = await place.run(args.slice(0, -1).concat('--dry-run'), through);
      assert.match(
        text.stdout,
        /1 would be created, 1 would change a record, 1 would leave theirs as it is, 1 would be/,
      );
      assert.match(text.stdout, /LINE +RECORD +FIELD +OLD +NEW\n3 +2 +Count +2 +3/);
    });
    assert.deepEqual(counts(await place.run([...args, '--yes'])), [1, 1, 1, 1]);
    const again = await place.run([...args.slice(0, -1), '--yes']);
    assert.match(again.stdout, /^0 created, 0 changed, 3 left as they are, 1 refused in/);
  });

  test('goes through a running server with the same outcome', async () => {
    await withServer(async ({ url }) => {
      const through = { TESSERA_URL: url, TESSERA_API_KEY: made.keys.native };
      const args = [
        'import',
        'people.csv',
        '--table',
        'Others',
        '--type',
        'Email=email',
        '--key',
        'Email',
        '--yes',
        '--json',
      ];
      const first = await place.run(args, through);
      assert.equal(first.code, 4, first.stderr);
      const { table, created, updated, refused } = JSON.parse(first.stdout) as Json;
      assert.deepEqual([created, updated, refused], [2, 0, 2]);
      const again = JSON.parse((await place.run(args, through)).stdout) as Json;
      assert.deepEqual([again.created, again.updated, again.refused], [0, 2, 2]);
      const { json } = await get(`${url}/api/v1/tables/${table.id}/records`, made.keys.native);
      assert.deepEqual(
        json.data.map(({ fields }: Json) => fields),
        [
          { Name: 'Ada', Email: 'ada@example.com', Age: 36 },
          { Name: 'Di', Email: 'di@example.com', Age: null },
        ],
      );
    });
  });
});
