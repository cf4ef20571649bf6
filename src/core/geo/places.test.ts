import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cities, countries, languages } from './places.ts';

test('countries are those of today, each once', () => {
  const { places, byId, byName } = countries();
  assert.ok(places.length >= 245 && places.length <= 255, `${places.length} countries`);
  assert.equal(byId('IR')?.name, 'Iran');
  assert.equal(byName('Germany')?.id, 'DE');
  for (const id of ['SU', 'DD', 'UK', 'EU', 'ZZ']) assert.equal(byId(id), undefined, id);
});

test('names and ids are unique in every list', () => {
  for (const list of [cities(), countries(), languages()]) {
    assert.equal(new Set(list.places.map(({ name }) => name)).size, list.places.length);
    assert.equal(new Set(list.places.map(({ id }) => id)).size, list.places.length);
    for (const { id } of list.places) assert.match(id, /^[-A-Za-z0-9]{2,63}$/);
  }
  assert.equal(cities().byName('Tehran')?.id, 'asia-tehran');
  assert.equal(languages().byId('fa')?.name, 'Persian');
});
