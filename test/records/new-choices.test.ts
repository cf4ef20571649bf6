import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
let table: TableSchema;
before(async () => {
  app = await startTestApp();
  table = await app.makeTable([
    { name: 'Code', type: 'text', unique: true },
    { name: 'Number', type: 'number' },
    { name: 'Password', type: 'password' },
    { name: 'Labels', type: 'multi_select', options: { choices: [], allow_new: true } },
  ]);
});
after(() => app.close());

const send = (method: string, path: string, body: unknown, key = app.keys.native) =>
  app.request(method, `/api/v1/tables/${table.id}/records${path}`, { key, body });

async function choices(): Promise<string[]> {
  const { json } = await app.request('GET', `/api/v1/tables/${table.id}/fields`, { key: app.keys.native });
  const labels = json.data.find((field: { name: string }) => field.name === 'Labels');
  return labels.options.choices.map((choice: { name: string }) => choice.name);
}

test('a write that is refused leaves no new choice behind, wherever it is refused', async () => {
  const created = await send('POST', '', { fields: { Code: 'taken', Labels: ['first'] } });
  assert.equal(created.status, 201, created.text);
  const refused = [
    // By a value, by the table's uniqueness, by what is not there, by a batch's last item, by a version.
    await send('POST', '', { fields: { Labels: ['a'], Number: 'x' } }),
    await send('POST', '', { fields: { Labels: ['b'], Code: 'taken' } }),
    await send('PATCH', '/999', { fields: { Labels: ['c'] } }),
    await send('POST', '/upsert', { match: 'Code', fields: { Code: 'new', Labels: ['d'], Number: {} } }),
    await send('POST', '/batch', { create: [{ fields: { Labels: ['e'] } }], delete: [999] }),
  ];
  assert.deepEqual(
    refused.map(({ status }) => status),
    [422, 409, 404, 422, 422],
  );
  assert.deepEqual(await choices(), ['first']);
});

test('a key that may not write the field adds no choice to it', async () => {
  const writable = table.fields.filter(({ name }) => name === 'Code').map(({ id }) => id);
  const { secrets } = await app.makeKey({ scopes: [{ table: table.id, verbs: ['create', 'read'], writable }] });
  const refused = await send('POST', '', { fields: { Code: 'masked', Labels: ['sneaked in'] } }, secrets.key);
  assert.equal(refused.status, 403, refused.text);
  assert.ok(!(await choices()).includes('sneaked in'));
});

test('a record with a password and a new choice is written with both', async () => {
  const created = await send('POST', '', { fields: { Code: 'secret', Password: 'hidden', Labels: ['second'] } });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual(created.json.fields.Labels, ['second']);
  assert.ok((await choices()).includes('second'));
});

test('many writers who each bring a name of their own are all served', async () => {
  const writes = Array.from({ length: 40 }, (_, index) =>
    send('POST', '', { fields: { Code: `own ${index}`, Labels: [`own ${index}`] } }),
  );
  for (const { status, text } of await Promise.all(writes)) assert.equal(status, 201, text);
  const made = (await choices()).filter((name) => name.startsWith('own '));
  assert.equal(new Set(made).size, 40);
  assert.equal(made.length, 40);
});

test('writers who bring the same new names at the same time make one choice of each', async () => {
  const names = ['north', 'south', 'east'];
  const writes = Array.from({ length: 12 }, (_, index) =>
    send('POST', '', { fields: { Code: `race ${index}`, Labels: [names[index % 3]] } }),
  );
  for (const { status, text, json } of await Promise.all(writes)) {
    assert.equal(status, 201, text);
    assert.equal(json.fields.Labels.length, 1);
  }
  const made = (await choices()).filter((name) => names.includes(name));
  assert.deepEqual(made.sort(), [...names].sort());
});
