/**
 * Gives every city a name of its own. Of those with one name the best known keeps it plain, and the others are told by state and
 * country; without numbers of people, it is the one that names a time zone, its state or its district, or that lies among the
 * most other places.
 */
import { type CityData, idNumber } from './city-index.ts';
import { fold } from './fold.ts';
import type { Place } from './places.ts';

export interface SourceCity {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  /** Two letters. */
  readonly country: string;
  /** Codes of state and district within the country; empty where there are none. */
  readonly admin1: string;
  readonly admin2: string;
}

type Names = ReadonlyMap<string, string>;

interface NamedCity {
  readonly name: string;
  readonly key: string;
  readonly state: string;
}

/** `states` and `districts`: names by `US.IL` and `US.IL.167`. */
export function sortCities(cities: readonly SourceCity[], states: Names, districts: Names): CityData {
  const stateList = [...states]
    .map(([code, name]): Place => ({ id: code.replace('.', '-'), name }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const stateAt = new Map(stateList.map(({ id }, at) => [id, at]));
  const named = nameAll(cities, states, districts);
  named.sort((a, b) => order(a.key, b.key) || order(a.name, b.name));
  const ids = named.map(({ name }, at) => ({ id: idNumber(name), at })).sort((a, b) => a.id - b.id);
  return {
    ...textsOf(named),
    ids: Float64Array.from(ids, ({ id }) => id),
    idOf: Uint32Array.from(ids, ({ at }) => at),
    // A city without a state has the number after the last.
    stateOf: Uint16Array.from(named, ({ state }) => stateAt.get(state) ?? stateList.length),
    states: stateList,
  };
}

/** The index compares bytes; in letters of the basic plane, which names of cities keep to, that is the same order. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function textsOf(named: readonly NamedCity[]) {
  const [names, nameAt] = joined(named.map(({ name }) => name));
  const [keys, keyAt] = joined(named.map(({ key }) => `${key}\n`));
  return { names, nameAt, keys, keyAt };
}

function joined(texts: readonly string[]): [Uint8Array, Uint32Array] {
  const places = new Uint32Array(texts.length + 1);
  let end = 0;
  for (const [at, text] of texts.entries()) {
    end += Buffer.byteLength(text);
    places[at + 1] = end;
  }
  const bytes = new Uint8Array(end);
  const encoder = new TextEncoder();
  for (const [at, text] of texts.entries()) encoder.encodeInto(text, bytes.subarray(places[at]));
  return [bytes, places];
}

function nameAll(cities: readonly SourceCity[], states: Names, districts: Names): NamedCity[] {
  const countryNames = new Intl.DisplayNames('en', { type: 'region' });
  const weightOf = createWeights(cities, states, districts);
  const taken = new Set<string>();
  const named: NamedCity[] = [];
  for (const [plain, same] of Map.groupBy(cities, ({ name }) => clean(name))) {
    if (plain === '') continue;
    const ordered =
      same.length === 1
        ? same
        : same
            .map((city) => ({ city, weight: weightOf(city) }))
            .sort((a, b) => b.weight - a.weight)
            .map(({ city }) => city);
    for (const [rank, city] of ordered.entries()) {
      const state = states.get(`${city.country}.${city.admin1}`);
      const district = districts.get(`${city.country}.${city.admin1}.${city.admin2}`);
      const country = countryNames.of(city.country) ?? city.country;
      const candidates =
        rank === 0
          ? [plain]
          : [
              [plain, state, country],
              [plain, district, state, country],
            ];
      // Twice within one district: for whoever chooses from a list it is one.
      const name = candidates.map((parts) => [parts].flat().filter(Boolean).join(', ')).find((one) => !taken.has(one));
      if (name === undefined) continue;
      taken.add(name);
      named.push({ name, key: fold(name), state: `${city.country}-${city.admin1}` });
    }
  }
  return named;
}

function clean(name: string): string {
  return name.replace(/\s+/g, ' ').trim();
}

function createWeights(cities: readonly SourceCity[], states: Names, districts: Names): (city: SourceCity) => number {
  const zones = zoneCities(new Set(cities.map(({ country }) => country)));
  const squareOf = ({ lat, lng }: SourceCity) => `${Math.round(Number(lat) * 4)} ${Math.round(Number(lng) * 4)}`;
  const around = new Map<string, number>();
  for (const city of cities) around.set(squareOf(city), (around.get(squareOf(city)) ?? 0) + 1);
  return (city) => {
    const name = fold(city.name);
    const state = fold(states.get(`${city.country}.${city.admin1}`) ?? '');
    const district = fold(districts.get(`${city.country}.${city.admin1}.${city.admin2}`) ?? '');
    const fame = zones.has(`${city.country} ${name}`) ? 3 : state.includes(name) ? 2 : district.includes(name) ? 1 : 0;
    return fame * 1e6 + (around.get(squareOf(city)) ?? 0);
  };
}

/** `GB london`: the cities that name the time zones of their country. */
function zoneCities(countries: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const country of countries) {
    if (!/^[A-Z]{2}$/.test(country)) continue;
    for (const zone of new Intl.Locale(`und-${country}`).getTimeZones?.() ?? []) {
      found.add(`${country} ${fold((zone.split('/').at(-1) ?? '').replaceAll('_', ' '))}`);
    }
  }
  return found;
}
