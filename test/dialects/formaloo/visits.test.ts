import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVisits } from '../../../src/core/forms/visits.ts';
import { startTestApp } from '../../harness.ts';
import { clientOf } from './client.ts';

test('visits of a form are counted, over a restart too', async () => {
  const app = await startTestApp();
  const client = clientOf(app);
  const { form } = await client.data(201, 'POST', '/v3.0/forms/', { title: 'Form' });
  const visits = async () => {
    const { form: shown } = await client.data(200, 'GET', `/v3.0/forms/${form.slug}/`);
    const { forms } = await client.data(200, 'GET', '/v3.0/forms/');
    const { form: stats } = await client.data(200, 'GET', `/v3.0/forms/${form.slug}/stats/`);
    assert.deepEqual([forms[0].visit_count, stats.visit_count], [shown.visit_count, shown.visit_count]);
    return shown.visit_count;
  };
  assert.equal(await visits(), 0);
  await client.open('GET', `/v3.0/form-displays/slug/${form.slug}/`);
  await client.open('GET', `/v3.0/form-displays/address/${form.address}/`);
  assert.equal(await visits(), 2);
  await app.core.visits.flush();
  assert.equal(await visits(), 2);
  await client.open('GET', `/v3.0/form-displays/slug/${form.slug}/`);
  await app.request('GET', `/f/${form.address}`);
  await app.restart();
  assert.equal(await visits(), 4);
  await app.close();
});

test('visits that could not be written are kept for the next time; those of a deleted form are dropped', async () => {
  const app = await startTestApp();
  const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
  const gone = 'noSuchTable00000';
  let isFailing = true;
  const visits = createVisits({
    ...app.core.store,
    write: (work) => (isFailing ? Promise.reject(new Error('disk')) : app.core.store.write(work)),
  });
  visits.count(table.id);
  visits.count(gone);
  await assert.rejects(visits.flush(), /disk/);
  visits.count(table.id);
  assert.equal((await visits.of([table.id])).get(table.id), 2);
  isFailing = false;
  await visits.flush();
  await visits.flush();
  assert.deepEqual([...(await visits.of([table.id, gone]))], [[table.id, 2]]);
  await app.close();
});
