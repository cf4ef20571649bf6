import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../../src/core/context.ts';
import { createTable } from '../../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { updateTable } from '../../../src/core/tables/update-table.ts';
import { openShop, type Shop } from './shop.ts';

describe('the Users collection (wire/adalo.md §5)', () => {
  let shop: Shop;
  let users: string;
  before(async () => {
    shop = await openShop();
    users = shop.path(shop.users);
  });
  after(() => shop.app.close());
  const taken = { error: 'Email already exists' };

  test('the password is hashed and never answered, wherever a record is', async () => {
    const body = { Email: 'ada@example.test', 'Full Name': 'Ada', Password: 'hunter22' };
    const first = await shop.call('POST', users, { body });
    assert.equal(first.status, 200);
    const put = await shop.call('PUT', `${users}/${first.json.id}`, { body: { Password: 'hunter33' } });
    for (const answer of [
      first,
      put,
      await shop.call('GET', users),
      await shop.call('GET', `${users}/${first.json.id}`),
    ]) {
      assert.doesNotMatch(answer.text, /hunter|Password/);
    }
    const rows = await shop.app.core.store.records.page(shop.users, { limit: 10 });
    assert.doesNotMatch(JSON.stringify(rows), /hunter/);
    const changes = await shop.app.core.store.list('changes', { table_id: shop.users.id });
    assert.doesNotMatch(JSON.stringify(changes), /hunter/);
  });

  test('400: an e-mail that another user has, whatever its case', async () => {
    for (const Email of ['ada@example.test', 'ADA@Example.Test', ' ada@example.test ']) {
      const { status, json } = await shop.call('POST', users, { body: { Email } });
      assert.deepEqual([status, json], [400, taken], Email);
    }
    const other = await shop.add(shop.users, { Email: 'grace@example.test' });
    const { status, json } = await shop.call('PUT', `${users}/${other.id}`, { body: { Email: 'ada@example.test' } });
    assert.deepEqual([status, json], [400, taken]);
    const same = await shop.call('PUT', `${users}/${other.id}`, { body: { Email: 'Grace@example.test' } });
    assert.equal(same.status, 200);
  });

  test('of two who register with one e-mail at the same time, one succeeds', async () => {
    const body = { Email: 'race@example.test' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => shop.call('POST', users, { body })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...new Array(7).fill(400)]);
  });

  test('the e-mail is unique without having been told to be', async () => {
    const neighbour = await shop.app.makeNeighbour();
    const table = await createTable(shop.app.core, systemActor, neighbour.app.id, {
      name: 'Users',
      role: 'users',
      fields: [
        { name: 'Email', type: 'email' },
        { name: 'Second Email', type: 'email' },
      ],
    });
    const path = `/v0/apps/${neighbour.app.id}/collections/${table.id}`;
    const body = { Email: 'ada@example.test', 'Second Email': 'x@example.test' };
    const post = () => shop.app.request('POST', path, { key: neighbour.keys.app, body });
    assert.equal((await post()).status, 200);
    assert.deepEqual([(await post()).status, (await post()).json], [400, taken]);
    body.Email = 'grace@example.test';
    assert.equal((await post()).status, 200);
  });

  test('users are found by their username without reading all of them, however the table became the Users collection', async () => {
    const neighbour = await shop.app.makeNeighbour();
    const fields = [
      { name: 'User Name', type: 'text' },
      { name: 'Name', type: 'text' },
    ] as const;
    const { core } = shop.app;
    const indexedOf = (table: TableSchema) => table.fields.filter((one) => one.isIndexed).map((one) => one.name);
    const made = await createTable(core, systemActor, neighbour.app.id, { name: 'Users', role: 'users', fields });
    assert.deepEqual(indexedOf(made), ['User Name']);
    const plain = await createTable(core, systemActor, neighbour.app.id, { name: 'Members', fields });
    assert.deepEqual(indexedOf(plain), []);
    assert.deepEqual(indexedOf(await updateTable(core, systemActor, plain, { role: 'users' })), ['User Name']);
  });

  test('a table that becomes the Users collection makes its e-mail unique, or is refused while two records share one', async () => {
    const { core } = shop.app;
    const table = await shop.app.makeTable([{ name: 'Email', type: 'email', indexed: true }], 'Members');
    const [first, second] = [
      await shop.add(table, { Email: 'a@b.example' }),
      await shop.add(table, { Email: 'A@B.example' }),
    ];
    await assert.rejects(updateTable(core, systemActor, table, { role: 'users' }), { code: 'value_not_unique' });
    await shop.call('DELETE', `${shop.path(table)}/${second.id}`);
    assert.equal((await updateTable(core, systemActor, table, { role: 'users' })).role, 'users');
    const { status, json } = await shop.call('POST', shop.path(table), { body: { Email: 'A@B.EXAMPLE' } });
    assert.deepEqual([status, json], [400, taken]);
    assert.ok(first.id > 0);
  });
});
