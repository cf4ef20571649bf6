import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countries, languages, type PlaceList } from './places.ts';

const all = (list: PlaceList) => list.find({}).slice(0, 1000);
const names = (list: PlaceList, search: string) => {
  const found = list.find({ search });
  return found.slice(0, found.count).map(({ name }) => name);
};

test('countries are those of today, each once', () => {
  const { find, byId, byName } = countries();
  assert.ok(find({}).count >= 245 && find({}).count <= 255, `${find({}).count} countries`);
  assert.equal(byId('IR')?.name, 'Iran');
  assert.equal(byName('Germany')?.id, 'DE');
  for (const id of ['SU', 'DD', 'UK', 'EU', 'ZZ']) assert.equal(byId(id), undefined, id);
});

test('names and ids are unique in every list', () => {
  for (const list of [countries(), languages()]) {
    const places = all(list);
    assert.equal(new Set(places.map(({ name }) => name)).size, places.length);
    assert.equal(new Set(places.map(({ id }) => id)).size, places.length);
    for (const { id } of places) assert.match(id, /^[-A-Za-z0-9]{2,63}$/);
  }
  assert.equal(languages().byId('fa')?.name, 'Persian');
});

test('an equal name comes first, then beginnings, then the rest; case and accents do not count', () => {
  assert.deepEqual(names(countries(), 'NIGER'), ['Niger', 'Nigeria']);
  assert.deepEqual(names(countries(), 'guinea').slice(0, 2), ['Guinea', 'Guinea-Bissau']);
  assert.ok(names(countries(), 'guinea').includes('Papua New Guinea'));
  assert.deepEqual(names(countries(), 'cote d’ivoire'), ['Côte d’Ivoire']);
  assert.deepEqual(names(countries(), 'atlantis'), []);
});
