import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

test('an upsert that adds a choice on its way finds the value that it matches on', async () => {
  const table = await app.makeTable([
    { name: 'Code', type: 'text', unique: true },
    { name: 'Labels', type: 'multi_select', options: { choices: [], allow_new: true } },
  ]);
  const upsert = (label: string) =>
    app.request('POST', `/api/v1/tables/${table.id}/records/upsert`, {
      key: app.keys.native,
      body: { match: 'Code', fields: { Code: 'a', Labels: [label] } },
    });
  const created = await upsert('new');
  assert.equal(created.status, 201, created.text);
  const updated = await upsert('newer');
  assert.equal(updated.status, 200, updated.text);
  assert.equal(updated.json.id, created.json.id);
  assert.deepEqual(updated.json.fields.Labels, ['newer']);
});
