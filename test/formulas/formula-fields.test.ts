/** Formula fields over HTTP: made, read, filtered, sorted, changed and broken. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Core, systemActor } from '../../src/core/context.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { overlay } from '../overlay.ts';

describe('formula fields', () => {
  let app: TestApp;
  let table: TableSchema;
  before(async () => {
    app = await startTestApp();
    table = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Unit price', type: 'currency' },
      { name: 'Quantity', type: 'number' },
    ]);
  });
  after(() => app.close());

  const call = (method: string, path: string, body?: unknown) =>
    app.request(method, path, { key: app.keys.native, ...(body === undefined ? {} : { body }) });
  const addFormula = (name: string, expression: string, of: TableSchema = table) =>
    call('POST', `/api/v1/tables/${of.id}/fields`, { name, type: 'formula', options: { expression } });
  const query = async (body: object, of: TableSchema = table) => {
    const answer = await call('POST', `/api/v1/tables/${of.id}/records/query`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };

  test('a formula is made over HTTP and shows its value wherever a record is read', async () => {
    const made = await call('POST', `/api/v1/tables/${table.id}/fields`, {
      name: 'Total',
      type: 'formula',
      options: { expression: '{Unit price} * {Quantity}', precision: 2 },
    });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.json.options, { expression: '{Unit price} * {Quantity}', result: 'number', precision: 2 });
    const path = `/api/v1/tables/${table.id}/records`;
    const created = await call('POST', path, { fields: { Name: 'Lamp', 'Unit price': 19.9, Quantity: 3 } });
    assert.equal(created.json.fields.Total, 59.7, created.text);
    assert.equal((await call('GET', `${path}/1`)).json.fields.Total, 59.7);
    assert.equal((await call('GET', path)).json.data[0].fields.Total, 59.7);
    assert.equal((await call('PATCH', `${path}/1`, { fields: { Quantity: 4 } })).json.fields.Total, 79.6);
    const batch = await call('POST', `${path}/batch`, {
      create: [{ fields: { Name: 'A', 'Unit price': 1, Quantity: 1 } }, { fields: { Name: 'B' } }],
    });
    assert.equal(batch.status, 200, batch.text);
    assert.deepEqual(
      batch.json.created.map((one: { fields: { Total: unknown } }) => one.fields.Total),
      [1, null],
    );
  });

  test('records are filtered and sorted by it', async () => {
    const found = await query({ filter: { Total: { gt: 50 } } });
    assert.deepEqual(
      found.data.map((one: { id: number }) => one.id),
      [1],
    );
    const sorted = await query({ sort: ['-Total'] });
    assert.deepEqual(
      sorted.data.map((one: { id: number }) => one.id),
      [1, 2, 3],
    );
    assert.deepEqual(
      (await query({ filter: { Total: { is_null: true } } })).data.map((one: { id: number }) => one.id),
      [3],
    );
  });

  test('a client cannot write it', async () => {
    const refused = await call('POST', `/api/v1/tables/${table.id}/records`, { fields: { Total: 3 } });
    assert.equal(refused.status, 422, refused.text);
    assert.equal(refused.json.code, 'field_read_only');
  });

  test('an error is shown, sorts with the empty values and is found as empty', async () => {
    assert.equal((await addFormula('Share', '100 / {Quantity}')).status, 201);
    const path = `/api/v1/tables/${table.id}/records`;
    assert.equal((await call('GET', `${path}/3`)).json.fields.Share, '#DIV/0!');
    assert.deepEqual(
      (await query({ filter: { Share: { is_null: true } } })).data.map((one: { id: number }) => one.id),
      [3],
    );
    const ascending = await query({ sort: ['Share'] });
    assert.deepEqual(
      ascending.data.map((one: { fields: { Share: unknown } }) => one.fields.Share),
      ['#DIV/0!', 25, 100],
    );
  });

  test('renaming a field keeps its formulas, which show the new name', async () => {
    const quantity = table.fields.find(({ name }) => name === 'Quantity');
    const renamed = await call('PATCH', `/api/v1/tables/${table.id}/fields/${quantity?.id}`, { name: 'Pieces' });
    assert.equal(renamed.status, 200, renamed.text);
    const fields = (await call('GET', `/api/v1/tables/${table.id}/fields`)).json.data;
    const total = fields.find((one: { name: string }) => one.name === 'Total');
    assert.equal(total.options.expression, '{Unit price} * {Pieces}');
    assert.equal((await call('GET', `/api/v1/tables/${table.id}/records/1`)).json.fields.Total, 79.6);
  });

  test('a choice that a write adds is known to formulas in the answer to that write', async () => {
    const choices = await app.makeTable([
      { name: 'Kind', type: 'single_select', options: { allow_new: true } },
      { name: 'Tags', type: 'multi_select', options: { allow_new: true } },
      { name: 'Text', type: 'formula', options: { expression: '{Kind} & ": " & JOIN({Tags}, "+")' } },
    ]);
    const path = `/api/v1/tables/${choices.id}/records`;
    const created = await call('POST', path, { fields: { Kind: 'new', Tags: ['a', 'b'] } });
    assert.equal(created.json.fields.Text, 'new: a+b', created.text);
    const changed = await call('PATCH', `${path}/1`, { fields: { Tags: ['a', 'c'] } });
    assert.equal(changed.json.fields.Text, 'new: a+c');
    assert.equal((await call('GET', `${path}/1`)).json.fields.Text, 'new: a+c');
  });

  test('a record of a table without formulas is not read again when it is written', async () => {
    const plain = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const current = (await app.core.catalog.table(table.id)) ?? table;
    for (const [of, reads] of [
      [plain, 0],
      [current, 1],
    ] as const) {
      let count = 0;
      const write: Core['store']['write'] = (work) =>
        app.core.store.write((tx) =>
          work(
            overlay(tx, {
              records: overlay(tx.records, {
                get(...args) {
                  count += 1;
                  return tx.records.get(...args);
                },
              }),
            }),
          ),
        );
      const core: Core = { ...app.core, store: { ...app.core.store, write } };
      const name = of.fieldByName.get('Name');
      assert.ok(name !== undefined);
      await createRecord(core, systemActor, of, [[name, 'x']]);
      assert.equal(count, reads, of.name);
    }
  });
});
