/** Formulas that reach related records: values, changes over there, errors, keys and what happens when fields go. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';

describe('formulas over related records', () => {
  let app: TestApp;
  let customers: TableSchema;
  let orders: TableSchema;
  before(async () => {
    app = await startTestApp();
    customers = await app.makeTable(
      [
        { name: 'Name', type: 'text' },
        { name: 'Country', type: 'single_select', options: { allow_new: true, choices: [{ name: 'Chile' }] } },
      ],
      'Customers',
    );
    orders = await app.makeTable(
      [
        { name: 'Title', type: 'text' },
        { name: 'Price', type: 'number' },
        { name: 'Pieces', type: 'number' },
        { name: 'Day', type: 'date' },
        { name: 'Line', type: 'formula', options: { expression: '{Price} * {Pieces}' } },
        { name: 'Each', type: 'formula', options: { expression: '{Price} / {Pieces}' } },
        {
          name: 'Customer',
          type: 'relation',
          options: { target: customers.id, cardinality: 'one', inverse_name: 'Orders', inverse_cardinality: 'many' },
        },
      ],
      'Orders',
    );
  });
  after(() => app.close());

  const call = (method: string, path: string, body?: unknown, key = app.keys.native) =>
    app.request(method, path, { key, ...(body === undefined ? {} : { body }) });
  async function ok(method: string, path: string, body?: unknown) {
    const answer = await call(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer.json;
  }
  const addFormula = (table: TableSchema, name: string, expression: string) =>
    ok('POST', `/api/v1/tables/${table.id}/fields`, { name, type: 'formula', options: { expression } });
  const addRecord = (table: TableSchema, fields: object) =>
    ok('POST', `/api/v1/tables/${table.id}/records`, { fields });
  const read = async (table: TableSchema, id: number) =>
    (await ok('GET', `/api/v1/tables/${table.id}/records/${id}`)).fields;
  const ids = async (table: TableSchema, query: object) =>
    (await ok('POST', `/api/v1/tables/${table.id}/records/query`, query)).data.map((one: { id: number }) => one.id);
  const fieldIn = async (table: TableSchema, name: string) => {
    const { data } = await ok('GET', `/api/v1/tables/${table.id}/fields`);
    return data.find((one: { name: string }) => one.name === name);
  };

  test('a record shows what it takes of the linked ones, in both directions', async () => {
    await addFormula(customers, 'Count', 'COUNT({Orders})');
    await addFormula(customers, 'Revenue', 'SUM({Orders.Line})');
    await addFormula(customers, 'Mean price', 'AVERAGE({Orders.Price})');
    await addFormula(customers, 'Cheapest', 'MIN({Orders.Price})');
    await addFormula(customers, 'Latest', 'MAX({Orders.Day})');
    await addFormula(customers, 'Titles', 'JOIN({Orders.Title}, " + ")');
    await addFormula(customers, 'Kinds', 'COUNT(UNIQUE({Orders.Title}))');
    await addFormula(customers, 'Is idle', 'ISBLANK({Orders})');
    await addFormula(customers, 'Grade', 'IF({Revenue} > 100, "A", "B") & {Count}');
    await addFormula(orders, 'Land', '{Customer.Country}');
    await addFormula(orders, 'Label', '{Title} & " for " & {Customer.Name}');

    await addRecord(customers, { Name: 'Ada', Country: 'Chile' });
    await addRecord(customers, { Name: 'Ben' });
    await addRecord(orders, { Title: 'Lamp', Price: 20, Pieces: 3, Day: '2026-01-05', Customer: [1] });
    await addRecord(orders, { Title: 'Desk', Price: 100, Pieces: 1, Day: '2026-03-05', Customer: [1] });
    const third = await addRecord(orders, { Title: 'Lamp', Price: 30, Pieces: 2, Day: '2026-02-05', Customer: [1] });
    assert.equal(third.fields.Land, 'Chile', 'the answer to a creation has it');
    assert.equal(third.fields.Label, 'Lamp for Ada');

    const { Name: _name, Country: _country, Orders: _orders, ...ada } = await read(customers, 1);
    assert.deepEqual(ada, {
      Count: 3,
      Revenue: 220,
      'Mean price': 50,
      Cheapest: 20,
      Latest: '2026-03-05',
      Titles: 'Lamp + Desk + Lamp',
      Kinds: 2,
      'Is idle': false,
      Grade: 'A3',
    });
    const ben = await read(customers, 2);
    assert.deepEqual([ben.Count, ben.Revenue, ben['Mean price'], ben.Latest, ben.Titles], [0, 0, null, null, null]);
    assert.equal(ben['Is idle'], true);
    assert.equal(ben.Grade, 'B0');
  });

  test('each record is listed once, filtered and sorted by what it takes of others', async () => {
    assert.deepEqual(await ids(customers, { filter: { Revenue: { gte: 1 } } }), [1]);
    assert.deepEqual(await ids(customers, { sort: ['Revenue'] }), [2, 1]);
    assert.deepEqual(await ids(customers, { sort: ['-Count'] }), [1, 2]);
    assert.deepEqual(await ids(orders, { filter: { Land: 'Chile' }, sort: ['-Line', 'Title'] }), [2, 1, 3]);
    assert.deepEqual(await ids(orders, { filter: { Label: { contains: 'desk FOR' } } }), [2]);
  });

  test('values follow when records or links change over there', async () => {
    await ok('PATCH', `/api/v1/tables/${orders.id}/records/2`, { fields: { Price: 40 } });
    assert.equal((await read(customers, 1)).Revenue, 160);
    await ok('PATCH', `/api/v1/tables/${orders.id}/records/2`, { fields: { Customer: [2] } });
    assert.equal((await read(customers, 1)).Count, 2);
    assert.equal((await read(customers, 2)).Revenue, 40);
    assert.equal((await read(orders, 2)).Land, null);
    await ok('PATCH', `/api/v1/tables/${customers.id}/records/2`, { fields: { Country: 'Peru' } });
    assert.equal((await read(orders, 2)).Land, 'Peru', 'a choice that a write has added is known at once');
    await call('DELETE', `/api/v1/tables/${orders.id}/records/2`);
    assert.equal((await read(customers, 2)).Count, 0);
  });

  test('the largest whole numbers and many texts make no read fail', async () => {
    const parts = await app.makeTable([
      { name: 'Seconds', type: 'rating', options: { max: 100 } },
      { name: 'Big', type: 'number' },
      { name: 'Text', type: 'long_text' },
      { name: 'Whole', type: 'relation', options: { target: customers.id, inverse_name: 'Parts' } },
    ]);
    const sums = await addFormula(customers, 'Big sum', 'SUM({Parts.Big}) + SUM({Parts.Seconds}) + SUM({Parts.id})');
    const texts = await addFormula(customers, 'Texts', 'JOIN({Parts.Text})');
    const many = await addFormula(customers, 'Many', 'COUNT(UNIQUE({Parts.Big}))');
    const create = Array.from({ length: 1_001 }, (_, index) => ({
      fields: { Big: index === 0 ? 7 : Number.MAX_SAFE_INTEGER, Seconds: 100, Text: 'x'.repeat(10), Whole: [1] },
    }));
    const path = `/api/v1/tables/${parts.id}/records`;
    await ok('POST', `${path}/batch`, { create: create.slice(0, 1_000) });
    const full = await read(customers, 1);
    assert.equal(full.Texts.length, 12 * 1_000 - 2);
    assert.equal(full.Many, 2);
    assert.ok(full['Big sum'] > 8.99e18);
    await ok('POST', path, create[1_000]);
    const over = await read(customers, 1);
    assert.deepEqual([over.Texts, over.Many], ['#SIZE!', '#SIZE!']);
    assert.ok(over['Big sum'] > 8.99e18, 'sums have no bound');
    await ok('PATCH', `${path}/1`, { fields: { Text: 'x'.repeat(100_000) } });
    await call('DELETE', `${path}/1001`);
    assert.equal((await read(customers, 1)).Texts, '#SIZE!');
    for (const { id } of [sums, texts, many]) await ok('DELETE', `/api/v1/tables/${customers.id}/fields/${id}`);
    await ok('DELETE', `/api/v1/tables/${parts.id}`);
  });

  test('a table that is linked with itself reads the other record, not its own', async () => {
    const people = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Pay', type: 'number' },
    ]);
    await ok('POST', `/api/v1/tables/${people.id}/fields`, {
      name: 'Boss',
      type: 'relation',
      options: { target: people.id, cardinality: 'one', inverse_name: 'Team', inverse_cardinality: 'many' },
    });
    await addFormula(people, 'Label', '{Name} & " " & {Pay}');
    await addFormula(people, 'Boss label', '{Boss.Label}');
    await addFormula(people, 'Team pay', 'SUM({Team.Pay})');
    await addFormula(people, 'Share', '{Pay} / {Boss.Pay}');
    await addFormula(people, 'Team of', 'JOIN({Team.Name})');
    await addRecord(people, { Name: 'Ann', Pay: 10 });
    await addRecord(people, { Name: 'Bo', Pay: 4, Boss: [1] });
    await addRecord(people, { Name: 'Cy', Pay: 5, Boss: [1] });
    const ann = await read(people, 1);
    assert.deepEqual([ann['Boss label'], ann['Team pay'], ann.Share, ann['Team of']], [null, 9, '#DIV/0!', 'Bo, Cy']);
    const cy = await read(people, 3);
    assert.deepEqual([cy['Boss label'], cy['Team pay'], cy.Share, cy['Team of']], ['Ann 10', 0, 0.5, null]);
    assert.deepEqual(await ids(people, { filter: { Share: { gt: 0.45 } } }), [3]);
    assert.deepEqual(await ids(people, { sort: ['-Team pay', '-Share'] }), [1, 3, 2]);
    await ok('DELETE', `/api/v1/tables/${people.id}`);
  });

  test('formulas are made, changed and deleted while records are written and read', async () => {
    const busy = await app.makeTable([
      { name: 'N', type: 'number' },
      { name: 'M', type: 'number' },
    ]);
    const path = `/api/v1/tables/${busy.id}/records`;
    const made = await addFormula(busy, 'Sum', '{N} + {M}');
    const statuses = new Set<number>();
    let isOver = false;
    const writer = async (start: number) => {
      for (let n = start; !isOver; n += 1) {
        const created = await call('POST', path, { fields: { N: n } });
        const listed = await call('GET', `${path}?sort=-Sum&limit=5`);
        statuses.add(created.status).add(listed.status);
      }
    };
    const writers = [writer(1), writer(1_000), writer(2_000)];
    const m = busy.fieldByName.get('M')?.id;
    for (let round = 0; round < 10; round += 1) {
      await ok('PATCH', `/api/v1/tables/${busy.id}/fields/${made.id}`, { options: { expression: `{N} * ${round}` } });
      await ok('PATCH', `/api/v1/tables/${busy.id}/fields/${m}`, { name: `M${round}` });
      const other = await addFormula(busy, `F${round}`, `{Sum} & "!"`);
      await ok('DELETE', `/api/v1/tables/${busy.id}/fields/${other.id}`);
    }
    isOver = true;
    await Promise.all(writers);
    for (const status of statuses) assert.ok([200, 201, 503].includes(status), String(status));
    await ok('DELETE', `/api/v1/tables/${busy.id}`);
  });

  test('an error in one linked record is the error of the total, and IFERROR catches it', async () => {
    await addFormula(customers, 'Each', 'SUM({Orders.Each})');
    await addFormula(customers, 'Safe', 'IFERROR(MAX({Orders.Each}), -1)');
    await addRecord(orders, { Title: 'None', Price: 1, Pieces: 0, Customer: [2] });
    const ben = await read(customers, 2);
    assert.equal(ben.Each, '#DIV/0!');
    assert.equal(ben.Safe, -1);
    assert.equal((await read(customers, 1)).Each, 21.6666666666667);
    assert.deepEqual(await ids(customers, { filter: { Each: { is_null: true } } }), [2]);
    assert.deepEqual(await ids(customers, { sort: ['Each'] }), [2, 1]);
  });

  test('formulas reach one relation far and never in a circle', async () => {
    const far = await call('POST', `/api/v1/tables/${orders.id}/fields`, {
      name: 'Far',
      type: 'formula',
      options: { expression: '{Customer.Revenue}' },
    });
    assert.equal(far.status, 400, far.text);
    assert.match(far.json.message ?? far.json.detail ?? far.text, /one relation far/);
    const a = await addFormula(orders, 'A', '1');
    await addFormula(orders, 'B', '{A} + 1');
    const circle = await call('PATCH', `/api/v1/tables/${orders.id}/fields/${a.id}`, {
      options: { expression: '{B}' },
    });
    assert.equal(circle.status, 400, circle.text);
    assert.match(circle.text, /uses this formula itself/);
    const changed = await ok('PATCH', `/api/v1/tables/${orders.id}/fields/${a.id}`, {
      options: { expression: '"x" & {Pieces}' },
    });
    assert.equal(changed.options.result, 'text');
    const broken = await fieldIn(orders, 'B');
    assert.match(broken.options.error, /needs a number/);
    assert.equal((await read(orders, 1)).B, '#TYPE!');
  });

  test('a field of the other table that is renamed, converted or deleted never makes a read fail', async () => {
    const price = await fieldIn(orders, 'Price');
    await ok('PATCH', `/api/v1/tables/${orders.id}/fields/${price.id}`, { name: 'Cost' });
    assert.equal((await fieldIn(customers, 'Mean price')).options.expression, 'AVERAGE({Orders.Cost})');
    assert.equal((await read(customers, 1))['Mean price'], 25);

    await ok('POST', `/api/v1/tables/${orders.id}/fields/${price.id}/convert`, { type: 'text' });
    assert.equal((await read(customers, 1))['Mean price'], '#TYPE!');
    assert.equal((await read(orders, 1)).Line, '#TYPE!');
    assert.match((await fieldIn(customers, 'Mean price')).options.error, /AVERAGE needs/);
    await ok('POST', `/api/v1/tables/${orders.id}/fields/${price.id}/convert`, { type: 'number' });
    assert.equal((await read(customers, 1))['Mean price'], 25);

    const gone = await call('DELETE', `/api/v1/tables/${orders.id}/fields/${price.id}`);
    assert.equal(gone.status, 200, gone.text);
    assert.deepEqual(
      gone.json.broken_formulas.map((one: { name: string }) => one.name).sort(),
      ['Cheapest', 'Each', 'Line', 'Mean price'].sort(),
    );
    assert.equal((await read(customers, 1))['Mean price'], '#FIELD!');
    const { options } = await fieldIn(customers, 'Mean price');
    assert.equal(options.expression, 'AVERAGE({#FIELD!})');
    assert.equal(options.error, 'a field that the formula uses has been deleted');
    assert.equal((await ids(customers, { sort: ['Cheapest'], filter: { Cheapest: { is_null: true } } })).length, 2);
    const unused = await call('DELETE', `/api/v1/tables/${orders.id}/fields/${(await fieldIn(orders, 'B')).id}`);
    assert.equal(unused.status, 204);
  });

  test('they are there after a restart', async () => {
    await app.restart();
    assert.equal((await read(customers, 1)).Count, 2);
    assert.equal((await read(customers, 1)).Titles, 'Lamp + Lamp');
  });

  test('a key cannot make a formula of what it may not read, and a mask hides a formula by itself', async () => {
    const narrow = (await app.makeKey({ scopes: [{ table: orders.id, verbs: ['*'] }] })).secrets;
    const secret = Object.values(narrow).find((one) => typeof one === 'string') ?? '';
    const path = `/api/v1/tables/${orders.id}/fields`;
    for (const expression of ['{Customer.Name}', 'COUNT({Customer})', '{Label}']) {
      const made = await call(
        'POST',
        path,
        { name: `N ${expression}`, type: 'formula', options: { expression } },
        secret,
      );
      assert.equal(made.status, expression === '{Label}' ? 201 : 403, `${expression}: ${made.text}`);
    }
    const title = orders.fieldByName.get('Title')?.id ?? '';
    const label = (await fieldIn(orders, 'Label')).id;
    const masked = await app.makeKey({
      scopes: [{ table: orders.id, verbs: ['read', 'schema'], readable: [label] }],
    });
    const maskedSecret = Object.values(masked.secrets).find((one) => typeof one === 'string') ?? '';
    const shown = await call('GET', `/api/v1/tables/${orders.id}/records/1`, undefined, maskedSecret);
    assert.deepEqual(Object.keys(shown.json.fields), ['Label'], shown.text);
    const reader = await app.makeKey({ scopes: [{ table: orders.id, verbs: ['read'], readable: [label] }] });
    const described = await call(
      'GET',
      `${path}/${label}`,
      undefined,
      Object.values(reader.secrets).find((one) => typeof one === 'string') ?? '',
    );
    assert.deepEqual(described.json.options, { result: 'text' }, 'what it says names fields that are hidden');
    const spy = await call(
      'POST',
      path,
      { name: 'Spy', type: 'formula', options: { expression: '{Title}' } },
      maskedSecret,
    );
    assert.equal(spy.status, 403, spy.text);
    assert.ok(title !== '');
  });

  test('deleting the other table leaves the formulas with an error', async () => {
    assert.equal((await call('DELETE', `/api/v1/tables/${orders.id}`)).status, 204);
    const ada = await read(customers, 1);
    assert.equal(ada.Count, '#FIELD!');
    assert.equal(ada.Titles, '#FIELD!');
    assert.equal(ada.Grade, '#FIELD!');
  });
});
