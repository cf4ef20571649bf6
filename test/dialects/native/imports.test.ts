import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../../harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, not typed
type Answer = any;

describe('/api/v1/apps/{app}/imports', () => {
  let app: TestApp;
  let path: string;
  before(async () => {
    app = await startTestApp();
    path = `/api/v1/apps/${app.appId}/imports`;
  });
  after(() => app.close());

  const begin = (query: Record<string, string>, body: string | Buffer, key = app.keys.native) =>
    app.request('POST', `${path}?${new URLSearchParams(query)}`, {
      key,
      body: Buffer.from(body),
      headers: { 'content-type': 'text/csv' },
    });

  async function ended(id: string): Promise<Answer> {
    for (;;) {
      const { json } = await app.request('GET', `${path}/${id}`, { key: app.keys.native });
      if (json.finished_at !== null) return json;
      await wait(25);
    }
  }

  async function imported(query: Record<string, string>, body: string | Buffer): Promise<Answer> {
    const answer = await begin(query, body);
    assert.equal(answer.status, 202, answer.text);
    return ended(answer.json.id);
  }

  const records = async (tableId: string) =>
    (await app.request('GET', `/api/v1/tables/${tableId}/records?limit=1000`, { key: app.keys.native })).json.data;

  const lines = (count: number, rowOf: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => rowOf(n + 1)).join('\n');

  test('202: makes a table of a file, and tells how far it is', async () => {
    const body = `Name,Age\n${lines(700, (n) => `Person ${n},${n}`)}\n`;
    const answer = await begin({ name: 'People', filename: 'people.csv' }, body);
    assert.equal(answer.status, 202, answer.text);
    assert.equal(answer.headers.location, `${path}/${answer.json.id}`);
    assert.deepEqual([answer.json.state, answer.json.total_bytes], ['waiting', body.length]);
    const done = await ended(answer.json.id);
    assert.deepEqual(
      [done.state, done.rows_read, done.created, done.updated, done.rejected, done.error, done.filename],
      ['finished', 700, 700, 0, 0, null, 'people.csv'],
    );
    assert.deepEqual(
      done.plan.fields.map(({ field, type }: Answer) => [field, type]),
      [
        ['Name', 'text'],
        ['Age', 'number'],
      ],
    );
    assert.equal((await records(done.table.id)).length, 700);
    assert.equal(await app.core.store.count('changes', { table_id: done.table.id }), 700);
    assert.equal(await app.core.store.count('idempotency', { subject: `import/${done.id}` }), 0);
    const [row] = await app.core.store.list('imports', { id: done.id });
    // The file goes with the import, right after it has ended.
    while ((await app.core.store.count('files', { id: row?.file_id ?? '' })) > 0) await wait(5);
  });

  test('202: a dry run tells what would be made, changed, left and refused, and writes nothing', async () => {
    const table = await app.makeTable([
      { name: 'K', type: 'text', unique: true },
      { name: 'V', type: 'number' },
    ]);
    await imported({ table: table.id }, 'K,V\na,1\nb,2\n');
    const done = await imported({ table: table.id, key: 'K', dry_run: 'true' }, 'K,V\na,1\nb,3\nc,4\nd,x\n');
    assert.deepEqual([done.state, done.created, done.rows_read], ['finished', 0, 4]);
    const { created, updated, unchanged, refused, problems, changes } = done.preview;
    assert.deepEqual([created, updated, unchanged, refused], [1, 1, 1, 1]);
    assert.equal(problems[0].reason, 'must be a number such as 19.9');
    assert.deepEqual([changes[0].field, changes[0].old, changes[0].new], ['V', 2, 3]);
    assert.deepEqual(
      (await records(table.id)).map(({ fields }: Answer) => fields),
      [
        { K: 'a', V: 1 },
        { K: 'b', V: 2 },
      ],
    );
  });

  test('202: changes by key, maps columns, sets types, and keeps refused rows with their reasons', async () => {
    const table = await app.makeTable([
      { name: 'Code', type: 'text', unique: true },
      { name: 'Stock', type: 'number' },
    ]);
    await imported({ table: table.id }, 'Code,Stock\nx1,1\n');
    const query = {
      table: table.id,
      key: 'Code',
      create_fields: 'true',
      columns: '{"Article":"Code"}',
      types: '{"Zip":"text"}',
      skip: '["Junk"]',
    };
    const done = await imported(query, 'Article,Stock,Zip,Junk\nx1,5,123,z\nx2,"a,b",456,z\nx3,7,789,z\n');
    assert.deepEqual([done.state, done.created, done.updated, done.rejected], ['finished', 1, 1, 1], done.error);
    assert.deepEqual(
      (await records(table.id)).map(({ fields }: Answer) => fields),
      [
        { Code: 'x1', Stock: 5, Zip: '123' },
        { Code: 'x3', Stock: 7, Zip: '789' },
      ],
    );
    const { text, headers } = await app.request('GET', `${path}/${done.id}/rejects`, { key: app.keys.native });
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(
      text,
      'line,field,reason,Article,Stock,Zip,Junk\r\n3,Stock,must be a number such as 19.9,x2,"a,b",456,z\r\n',
    );
  });

  test('202: takes a multipart form, and a file that was uploaded before', async () => {
    const form = new FormData();
    form.append('file', new Blob(['A\n1\n2\n']), 'form.csv');
    const request = new Request('http://x', { method: 'POST', body: form });
    const answer = await app.request('POST', `${path}?name=Form`, {
      key: app.keys.native,
      body: Buffer.from(await request.arrayBuffer()),
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
    });
    assert.equal(answer.status, 202, answer.text);
    assert.deepEqual([answer.json.filename, (await ended(answer.json.id)).created], ['form.csv', 2]);

    const file = await app.request('POST', `/api/v1/apps/${app.appId}/files?filename=up.csv`, {
      key: app.keys.native,
      body: Buffer.from('A\n7\n'),
      headers: { 'content-type': 'text/csv' },
    });
    const byFile = await app.request('POST', `${path}?name=Uploaded&file=${file.json.id}`, { key: app.keys.native });
    assert.equal(byFile.status, 202, byFile.text);
    assert.equal((await ended(byFile.json.id)).created, 1);
    assert.equal(await app.core.store.count('files', { id: file.json.id }), 1);
  });

  test('202: a file that cannot be read makes the import fail, with the reason', async () => {
    const done = await imported({ name: 'Broken' }, 'a,b\n1,"never closed\n');
    assert.deepEqual([done.state, done.table.id], ['failed', null]);
    assert.match(done.error, /never closed/);
    assert.equal((await app.core.store.list('tables', { name: 'Broken' })).length, 0);
  });

  test('202: webhooks of the table are told of imported records', async () => {
    const table = await app.makeTable([{ name: 'A', type: 'text' }]);
    const webhook = await app.request('POST', `/api/v1/apps/${app.appId}/webhooks`, {
      key: app.keys.native,
      body: { name: 'Hook', url: 'https://example.com/hook', table: table.id, events: ['record.created'] },
    });
    assert.equal(webhook.status, 201, webhook.text);
    const done = await imported({ table: table.id }, 'A\nx\ny\n');
    assert.equal(done.created, 2);
    assert.equal(await app.core.store.count('deliveries', { target_id: webhook.json.id }), 2);
  });

  test('what a restart interrupts goes on where it was, and nothing is written twice', async () => {
    const body = `Name,N\n${lines(30_000, (n) => `Person ${n},${n % 50 === 0 ? 'x' : n}`)}\n`;
    const answer = await begin({ name: 'Interrupted', types: '{"N":"number"}' }, body);
    for (let restarts = 0; restarts < 3; ) {
      const { json } = await app.request('GET', `${path}/${answer.json.id}`, { key: app.keys.native });
      if (json.state === 'finished') break;
      if (json.state !== 'running') {
        await wait(2);
        continue;
      }
      await app.restart();
      restarts += 1;
    }
    const done = await ended(answer.json.id);
    assert.deepEqual(
      [done.state, done.rows_read, done.created, done.rejected],
      ['finished', 30_000, 29_400, 600],
      done.error,
    );
    const count = await app.request('GET', `/api/v1/tables/${done.table.id}/records?limit=1&count=true`, {
      key: app.keys.native,
    });
    assert.equal(count.json.count, 29_400);
    const { text } = await app.request('GET', `${path}/${done.id}/rejects`, { key: app.keys.native });
    assert.equal(text.split('\r\n').length, 602);
  });

  test('204: an import that runs is cancelled and stays in the list; one that has ended is removed', async () => {
    const body = `Name\n${lines(60_000, (n) => `Person ${n}`)}\n`;
    const { json } = await begin({ name: 'Cancelled' }, body);
    const cancelled = await app.request('DELETE', `${path}/${json.id}`, { key: app.keys.native });
    assert.equal(cancelled.status, 204);
    assert.equal((await ended(json.id)).state, 'cancelled');
    await imported({ name: 'After it' }, 'A\n1\n');
    assert.equal((await app.request('DELETE', `${path}/${json.id}`, { key: app.keys.native })).status, 204);
    assert.equal((await app.request('GET', `${path}/${json.id}`, { key: app.keys.native })).status, 404);
  });

  test('204: cancelled at whatever moment, an import is cancelled or had ended; it neither fails nor goes on', async () => {
    for (let at = 0; at < 30; at += 1) {
      const { json } = await begin({ name: `Cancelled ${at}` }, `Name\n${lines(300, (n) => `Person ${n}`)}\n`);
      await wait(at % 6);
      const cancelled = await app.request('DELETE', `${path}/${json.id}`, { key: app.keys.native });
      assert.equal(cancelled.status, 204);
      const left = await app.request('GET', `${path}/${json.id}`, { key: app.keys.native });
      // One that had ended is removed.
      const state = left.status === 404 ? 'finished' : left.json.state;
      assert.ok(['cancelled', 'finished'].includes(state), `${state}: ${left.json.error}`);
    }
  });

  test('200: lists latest first, page by page, and only one’s own for who does not manage the app', async () => {
    const all = await app.request('GET', `${path}?limit=2`, { key: app.keys.native });
    assert.equal(all.json.data.length, 2);
    const next = await app.request('GET', `${path}?limit=1000&cursor=${all.json.next}`, { key: app.keys.native });
    assert.ok(!next.json.data.some(({ id }: Answer) => id === all.json.data[0].id));
    assert.equal(next.json.next, null);
    const table = await app.makeTable([{ name: 'A', type: 'text' }]);
    const { secrets } = await app.makeKey({ scopes: [{ table: table.id, verbs: ['create'] }] });
    const key = secrets.key ?? '';
    const own = await begin({ table: table.id }, 'A\n1\n', key);
    assert.equal(own.status, 202, own.text);
    const listed = await app.request('GET', path, { key });
    assert.deepEqual(
      listed.json.data.map(({ id }: Answer) => id),
      [own.json.id],
    );
    const foreign = await app.request('GET', `${path}/${all.json.data[0].id}`, { key });
    assert.equal(foreign.status, 404);
    assert.equal((await ended(own.json.id)).created, 1);
  });

  test('a key with a mask imports what it may write, and is refused the rest by name', async () => {
    const table = await app.makeTable([
      { name: 'A', type: 'text' },
      { name: 'B', type: 'text' },
    ]);
    const { secrets } = await app.makeKey({
      scopes: [{ table: table.id, verbs: ['create', 'read'], writable: [table.fields[0]?.id ?? ''] }],
    });
    const key = secrets.key ?? '';
    const narrow = await begin({ table: table.id }, 'A,B\n1,2\n', key);
    const failed = await ended(narrow.json.id);
    assert.deepEqual([failed.state, failed.error], ['failed', 'B: is not among the fields that this key may write']);
    const blind = await app.makeKey({
      scopes: [
        {
          table: table.id,
          verbs: ['create'],
          readable: [table.fields[0]?.id ?? ''],
          writable: [table.fields[0]?.id ?? ''],
        },
      ],
    });
    const unknown = await ended((await begin({ table: table.id }, 'A,B\n1,2\n', blind.secrets.key ?? '')).json.id);
    assert.equal(unknown.error, `B: is no field of ${table.name} (which has A)`);
    const fine = await begin({ table: table.id, skip: '["B"]' }, 'A,B\n1,2\n', key);
    assert.equal((await ended(fine.json.id)).created, 1);
  });

  describe('with an Idempotency-Key', () => {
    const send = (idempotencyKey: string, body: string, query: Record<string, string>, headers = {}) =>
      app.request('POST', `${path}?${new URLSearchParams(query)}`, {
        key: app.keys.native,
        body: Buffer.from(body),
        headers: { 'content-type': 'text/csv', 'idempotency-key': idempotencyKey, ...headers },
      });
    const imports = () => app.core.store.count('imports', {});
    /** Files that are there now and were not before; those of earlier imports may go meanwhile. */
    async function newFiles(before: readonly { readonly id: string }[]): Promise<string[]> {
      const known = new Set(before.map(({ id }) => id));
      return (await app.core.store.list('files', {})).map(({ id }) => id).filter((id) => !known.has(id));
    }

    test('the same file sent again is imported once, and answered as the first time', async () => {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      const query = { table: table.id };
      const first = await send('again', 'A\nx\ny\n', query);
      assert.equal(first.status, 202, first.text);
      assert.equal((await ended(first.json.id)).created, 2);
      const before = await imports();
      const files = await app.core.store.list('files', {});
      const second = await send('again', 'A\nx\ny\n', query);
      assert.deepEqual([second.status, second.text], [202, first.text]);
      assert.equal(second.headers['idempotency-replayed'], 'true');
      assert.equal(second.headers.location, first.headers.location);
      assert.deepEqual([await imports(), await newFiles(files)], [before, []]);
      assert.equal((await records(table.id)).length, 2);
    });

    test('sent twice at the same time, it is imported once', async () => {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      const answers = await Promise.all([1, 2, 3].map(() => send('at-once', 'A\nx\n', { table: table.id })));
      assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
      assert.equal((await ended(answers[0]?.json.id)).created, 1);
      assert.equal((await records(table.id)).length, 1);
    });

    test('in a form, whose boundary is another each time, it is the same file', async () => {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      const form = (boundary: string) =>
        send(
          'form',
          `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nA\nx\n\r\n--${boundary}--\r\n`,
          { table: table.id },
          { 'content-type': `multipart/form-data; boundary=${boundary}` },
        );
      const first = await form('one');
      assert.equal(first.status, 202, first.text);
      assert.equal((await form('other')).text, first.text);
      await ended(first.json.id);
    });

    test('422: another file, or another order, under the same key; nothing of it is kept', async () => {
      const table = await app.makeTable([{ name: 'A', type: 'text' }]);
      const query = { table: table.id };
      const first = await send('other', 'A\nx\n', query);
      await ended(first.json.id);
      const before = await imports();
      const files = await app.core.store.list('files', {});
      for (const answer of [
        await send('other', 'A\ny\n', query),
        await send('other', 'A\nx\n', { ...query, dry_run: 'true' }),
      ]) {
        assert.deepEqual([answer.status, answer.json.code], [422, 'idempotency_key_reused']);
      }
      assert.deepEqual([await imports(), await newFiles(files)], [before, []]);
    });

    test('400: a key that is none', async () => {
      const { status, json } = await send('x'.repeat(256), 'A\nx\n', { name: 'Never' });
      assert.deepEqual([status, json.code], [400, 'idempotency_key_invalid']);
    });
  });

  test('400: neither table nor name, both, or parameters that do not read', async () => {
    const table = await app.makeTable([{ name: 'A', type: 'text' }]);
    for (const query of [
      {},
      { table: table.id, name: 'x' },
      { name: 'x', columns: '[1]' },
      { name: 'x', skip: '{}' },
      { name: 'x', types: '{"A":"no_such_type"}' },
      { name: 'x', nope: '1' },
    ]) {
      const { status, json } = await begin(query as Record<string, string>, 'A\n1\n');
      assert.deepEqual([status, json.code], [400, 'parameter_invalid'], JSON.stringify(query));
    }
    assert.equal((await begin({ name: 'x', file: '' }, '')).status, 404);
  });

  test('403: a key that may not create, change by a key field, or make tables', async () => {
    const table = await app.makeTable([{ name: 'A', type: 'text', unique: true }]);
    const reader = await app.makeKey({ scopes: [{ table: table.id, verbs: ['read'] }] });
    const creator = await app.makeKey({ scopes: [{ table: table.id, verbs: ['create'] }] });
    assert.equal((await begin({ table: table.id }, 'A\n1\n', reader.secrets.key)).status, 403);
    assert.equal((await begin({ table: table.id, key: 'A' }, 'A\n1\n', creator.secrets.key)).status, 403);
    assert.equal((await begin({ name: 'New' }, 'A\n1\n', creator.secrets.key)).status, 403);
  });

  test('404: tables and imports of another workspace', async () => {
    const neighbour = await app.makeNeighbour();
    assert.equal((await begin({ name: 'x' }, 'A\n1\n', neighbour.keys.native)).status, 404);
    const { json } = await begin({ name: 'Mine' }, 'A\n1\n');
    const stranger = await app.request('GET', `${path}/${json.id}`, { key: neighbour.keys.native });
    assert.equal(stranger.status, 404);
    const theirs = `/api/v1/apps/${neighbour.app.id}/imports/${json.id}`;
    assert.equal((await app.request('GET', theirs, { key: neighbour.keys.native })).status, 404);
  });

  test('413: a file beyond the plan', async () => {
    const team = await app.core.store.find('plans', { id: 'business' });
    assert.ok(team);
    await app.core.store.write((tx) =>
      tx.update('plans', { id: 'business' }, { features: { ...team.features, file_bytes_max: 10 } }),
    );
    assert.equal((await begin({ name: 'Large' }, 'A\n'.repeat(100))).status, 413);
    await app.core.store.write((tx) => tx.update('plans', { id: 'business' }, { features: team.features }));
  });
});
