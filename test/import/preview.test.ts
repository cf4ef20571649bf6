import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import { importRecords } from '../../src/core/import/import-records.ts';
import { sourceOfBytes } from '../../src/core/import/import-source.ts';
import { type ImportRequest, planImport } from '../../src/core/import/plan-import.ts';
import { previewImport } from '../../src/core/import/preview-import.ts';
import { startTestApp, type TestApp } from '../harness.ts';

describe('an import that is only tried', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  const requestOf = (text: string, request: Omit<ImportRequest, 'source'>): ImportRequest => ({
    source: sourceOfBytes('rows.csv', Buffer.from(text)),
    ...request,
  });

  async function preview(text: string, options: Omit<ImportRequest, 'source'>) {
    const target = createCoreTarget(app.core, systemActor, app.appId);
    return previewImport(app.core, systemActor, await planImport(target, requestOf(text, options)));
  }

  const importing = (text: string, options: Omit<ImportRequest, 'source'>) =>
    importRecords(app.core, systemActor, app.appId, requestOf(text, options));

  test('writes nothing: no table, no record, no change', async () => {
    const changes = () => app.core.store.count('changes', {});
    const before = await changes();
    const found = await preview('A,B\n1,x\n2,y\n', { table: 'Never made' });
    assert.deepEqual([found.rows, found.created, found.refused], [2, 2, 0]);
    assert.equal((await app.core.store.list('tables', { name: 'Never made' })).length, 0);
    assert.equal(await changes(), before);
  });

  test('counts what the import then does, and tells the first refusals and changes', async () => {
    const table = await app.makeTable([
      { name: 'Email', type: 'email', unique: true },
      { name: 'Name', type: 'text', required: true },
      { name: 'Age', type: 'number', options: { min: 0 } },
      { name: 'Code', type: 'text', unique: true },
    ]);
    await importing('Email,Name,Age,Code\na@x.de,Ada,36,c1\nb@x.de,Bob,41,c2\nz@x.de,Zoe,1,c9\n', {
      table: table.name,
    });
    const text = [
      'Email,Name,Age,Code',
      'A@x.de,Ada,37,c1',
      'b@x.de,Bob,41,c2',
      'new@x.de,New,1,c3',
      'new@x.de,New,2,c3',
      'bad,Name,1,c4',
      'c@x.de,,1,c5',
      'd@x.de,Dan,-1,c6',
      'e@x.de,Eve,1,c9',
      ',Nobody,1,c7',
    ].join('\n');
    const logged = await app.core.store.count('changes', { table_id: table.id });
    const found = await preview(text, { table: table.name, key: 'Email' });
    assert.deepEqual(
      [found.rows, found.created, found.updated, found.unchanged, found.refused],
      [9, 1, 2, 1, 5],
      JSON.stringify(found),
    );
    assert.deepEqual(
      found.problems.map(({ line, field, reason }) => [line, field, reason]),
      [
        [6, 'Email', 'must be an e-mail address'],
        [7, 'Name', 'must have a value'],
        [8, 'Age', 'must be at least 0'],
        [9, 'Code', 'is already used by another record'],
        [10, 'Email', 'is the key and must have a value'],
      ],
    );
    assert.deepEqual(
      found.changes.map(({ line, recordId, field, old, new: next }) => [line, recordId, field, old, next]),
      [
        [2, 1, 'Email', 'a@x.de', 'A@x.de'],
        [2, 1, 'Age', 36, 37],
      ],
    );
    const done = await importing(text, { table: table.name, key: 'Email' });
    assert.deepEqual([done.created, done.updated, done.unchanged, done.refused], [1, 2, 1, 5]);
    // Of the row that leaves its record as it is nobody is told.
    assert.equal(await app.core.store.count('changes', { table_id: table.id }), logged + 3);
  });

  test('rows that would leave their record as it is are not written, however many others are', async () => {
    const table = await app.makeTable([
      { name: 'Code', type: 'text', unique: true },
      { name: 'Tags', type: 'multi_select', options: { choices: [{ name: 'a' }, { name: 'b' }] } },
      { name: 'Done', type: 'checkbox' },
      { name: 'At', type: 'datetime' },
    ]);
    const rows = 'Code,Tags,Done,At\nx,"a,b",true,2026-01-01T10:00:00Z\ny,,false,\n';
    await importing(rows, { table: table.name, key: 'Code' });
    const read = async () =>
      (await app.request('GET', `/api/v1/tables/${table.id}/records`, { key: app.keys.native })).text;
    const before = await read();
    const again = await importing(rows, { table: table.name, key: 'Code' });
    assert.deepEqual([again.created, again.updated, again.unchanged], [0, 0, 2]);
    assert.equal(await read(), before);
  });

  test('of values that come twice, the first row makes the record and the second is refused, as in the import', async () => {
    const options = { table: 'Twice', types: new Map([['N', 'number' as const]]), key: 'K' };
    const text = 'K,N\na,1\nb,x\na,2\n';
    const found = await preview(text, options);
    const done = await importing(text, options);
    assert.deepEqual([found.created, found.updated, found.refused], [done.created, done.updated, done.refused]);
    const again = await preview(text, { table: 'Twice', key: 'K' });
    assert.deepEqual([again.created, again.updated, again.unchanged, again.refused], [0, 1, 1, 1]);
  });
});
