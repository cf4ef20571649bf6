/** Countries and languages of the world, from the data that the runtime carries (ICU). Made on first use. */
import { fold } from './fold.ts';

export interface Place {
  /** `DE`, `de`; of a city eight letters and digits made of its name. */
  readonly id: string;
  /** In English or as it is written there; unique within its list. */
  readonly name: string;
}

export interface PlaceQuestion {
  /** Part of a name, in any case and with or without accents. */
  readonly search?: string | undefined;
  /** Id of a state: cities within it. */
  readonly state?: string | undefined;
}

/** What was found, best first: an equal name, then names that begin so, then those that hold it. */
export interface FoundPlaces {
  readonly count: number;
  slice(from: number, to: number): Place[];
}

export interface PlaceList {
  byId(id: string): Place | undefined;
  byName(name: string): Place | undefined;
  find(question: PlaceQuestion): FoundPlaces;
}

/** Regions of ICU that are no countries or territories: unions, groups, reserved codes, pseudo-locales. */
const notCountries = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ'.split(' '));

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const countries = lazily(() => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  return pairs(letters).flatMap((id): Place[] => {
    const name = names.of(id);
    // A withdrawn code becomes that of its successor in the canonical form.
    const isCurrent = Intl.getCanonicalLocales(`und-${id}`)[0] === `und-${id}`;
    return name === undefined || !isCurrent || notCountries.has(id) ? [] : [{ id, name }];
  });
});

export const languages = lazily(() => {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return pairs(letters.toLowerCase()).flatMap((id): Place[] => {
    const name = names.of(id);
    return name === undefined || Intl.getCanonicalLocales(id)[0] !== id ? [] : [{ id, name }];
  });
});

function pairs(alphabet: string): string[] {
  return [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second));
}

function lazily(make: () => readonly Place[]): () => PlaceList {
  let made: PlaceList | undefined;
  return () => {
    made ??= listOf(make());
    return made;
  };
}

/** A list that is small enough to be looked through. */
export function listOf(found: readonly Place[]): PlaceList {
  const places = [...new Map(found.map((place) => [place.name, place])).values()];
  places.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const ids = new Map(places.map((place) => [place.id, place]));
  const names = new Map(places.map((place) => [place.name, place]));
  return {
    byId: (id) => ids.get(id),
    byName: (name) => names.get(name),
    find({ search = '' }) {
      const found = ranked(places, ({ name }) => name, search);
      return { count: found.length, slice: (from, to) => found.slice(from, to) };
    },
  };
}

/** Those whose title holds the text: equal ones first, then those that begin with it, otherwise in their own order. */
export function ranked<T>(all: readonly T[], titleOf: (one: T) => string, search: string): readonly T[] {
  const wanted = fold(search);
  if (wanted === '') return all;
  const ranks: T[][] = [[], [], []];
  for (const one of all) {
    const title = fold(titleOf(one));
    if (title.includes(wanted)) ranks[title === wanted ? 0 : title.startsWith(wanted) ? 1 : 2]?.push(one);
  }
  return ranks.flat();
}
