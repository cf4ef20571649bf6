import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SourceCity, sortCities } from './build-cities.ts';
import { type CityList, createCityList } from './city-index.ts';
import { fold } from './fold.ts';

const city = (name: string, country: string, admin1 = '01', admin2 = '', at = '50'): SourceCity => ({
  name,
  country,
  admin1,
  admin2,
  lat: at,
  lng: at,
});

const states = new Map([
  ['GB.01', 'England'],
  ['US.IL', 'Illinois'],
  ['US.01', 'Alabama'],
  ['DE.01', 'Hamburg'],
]);
const districts = new Map([['US.IL.1', 'First County']]);

function listOf(cities: readonly SourceCity[]): CityList {
  return createCityList(sortCities(cities, states, districts));
}

function names(list: CityList, search?: string, state?: string): string[] {
  const found = list.find({ search, state });
  return found.slice(0, found.count).map(({ name }) => name);
}

test('of cities with one name the best known has it plain, the others are told by state and country', () => {
  const list = listOf([
    city('London', 'US', 'IL'),
    city('London', 'GB'),
    city('London', 'US', 'IL', '1'),
    city('London', 'US', 'IL', '1'),
    city('Hamburg', 'US', 'IL'),
    city('Hamburg', 'DE'),
  ]);
  assert.deepEqual(names(list, 'hamburg'), ['Hamburg', 'Hamburg, Illinois, United States']);
  assert.deepEqual(names(list, 'london'), [
    'London',
    'London, First County, Illinois, United States',
    'London, Illinois, United States',
  ]);
  assert.deepEqual(names(list, undefined, 'DE-01'), ['Hamburg']);
});

test('of equals, the one among more places has the plain name', () => {
  const suburbs = ['A', 'B', 'C'].map((name) => city(name, 'GB', '01', '', '52.5'));
  const list = listOf([city('Springfield', 'US', 'IL'), city('Springfield', 'GB', '01', '', '52.5'), ...suburbs]);
  assert.deepEqual(names(list, 'springfield'), ['Springfield', 'Springfield, Illinois, United States']);
  assert.deepEqual(names(list, '', 'US-IL'), ['Springfield, Illinois, United States']);
});

test('equal names come first, then beginnings, then the rest, without regard to accents', () => {
  const list = listOf(['Yorkton', 'São York', 'York', 'Old Yörk', 'Yörk', 'Elsewhere'].map((name) => city(name, 'GB')));
  assert.deepEqual(names(list, 'YORK'), ['York', 'Yörk', 'Yorkton', 'Old Yörk', 'São York']);
  assert.deepEqual(names(list, 'sao'), ['São York']);
  assert.deepEqual(names(list, 'nowhere'), []);
  assert.deepEqual(names(list, 'york\nyork'), []);
  assert.deepEqual(list.statesOf('US'), [
    { id: 'US-01', name: 'Alabama' },
    { id: 'US-IL', name: 'Illinois' },
  ]);
});

test('every city is found by its name, its id and any part of either, and nothing else is', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'ø', ' ', '東'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 30 }), letters, (given, search) => {
      const list = listOf([...new Set(given)].map((name) => city(name, 'GB')));
      const all = names(list);
      assert.equal(all.length, list.size);
      for (const name of all) {
        const found = list.byName(name);
        assert.equal(found?.name, name);
        assert.deepEqual(list.byId(found?.id ?? ''), found);
      }
      assert.equal(list.byName('nothing'), undefined);
      assert.equal(list.byId('00000000'), undefined);
      const wanted = fold(search);
      const held = all.filter((name) => fold(name).includes(wanted));
      assert.deepEqual(names(list, search).toSorted(), held.toSorted());
    }),
  );
});
