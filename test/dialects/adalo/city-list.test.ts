import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'csv-parse';
import { systemActor } from '../../../src/core/context.ts';
import type { Field } from '../../../src/core/fields/field-type.ts';
import { batchRecords } from '../../../src/core/records/batch-records.ts';
import type { RecordInput } from '../../../src/core/records/read-input.ts';
import { sharedData } from '../../skip-reason.ts';
import { openShop } from './shop.ts';

const cities = sharedData('world-cities.csv');

type City = Readonly<Record<string, string>>;

/** The real ones where the file is, else as many made-up ones: what is proven does not depend on their names. */
async function* rowsOfCities(): AsyncGenerator<City> {
  if (cities.skip === false) {
    yield* createReadStream(cities.path).pipe(parse({ columns: true })) as AsyncIterable<City>;
    return;
  }
  yield { name: 'Andorra la Vella', country: 'Andorra', subcountry: 'x', geonameid: '0' };
  for (let n = 1; n < 34_032; n += 1) {
    yield { name: `City ${n % 30_000}`, country: `Country ${n % 200}`, subcountry: 'x', geonameid: String(n) };
  }
}

test('34,032 cities, paged by `offset` until it is absent, are all seen once', async () => {
  const shop = await openShop();
  try {
    const table = await shop.app.makeTable(
      ['name', 'country', 'subcountry', 'geonameid'].map((name) => ({ name, type: 'text' as const })),
      'Cities',
    );
    const fields = table.fields;
    const expected = new Map<string, string>();
    let batch: RecordInput[] = [];
    const flush = async () => {
      await batchRecords(shop.app.core, systemActor, table, { create: batch, update: [], delete: [] });
      batch = [];
    };
    for await (const row of rowsOfCities()) {
      expected.set(row.geonameid ?? '', row.name ?? '');
      batch.push(fields.map((field: Field) => [field, row[field.name]] as const));
      if (batch.length === 1000) await flush();
    }
    await flush();
    assert.equal(expected.size, 34_032);

    const root = shop.path(table);
    const seen = new Map<string, string>();
    let records = 0;
    let url: string | null = root;
    while (url !== null) {
      const { status, json, text } = await shop.call('GET', url);
      assert.equal(status, 200, text);
      records += json.records.length;
      for (const city of json.records) seen.set(city.geonameid, city.name);
      url = 'offset' in json ? `${root}?offset=${json.offset}` : null;
    }
    assert.equal(records, 34_032);
    assert.deepEqual(seen, expected);

    const { json } = await shop.call('GET', `${root}?filterKey=name&filterValue=Andorra+la+Vella&limit=1`);
    assert.deepEqual([json.records.length, json.records[0].country], [1, 'Andorra']);
  } finally {
    await shop.app.close();
  }
});
