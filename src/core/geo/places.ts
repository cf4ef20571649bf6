/** Countries, cities and languages of the world, from the data that the runtime carries (ICU). Made on first use. */

export interface Place {
  /** `DE`, `europe-berlin`, `de`. */
  readonly id: string;
  /** In English; unique within its list. */
  readonly name: string;
}

export interface PlaceList {
  /** By name. */
  readonly places: readonly Place[];
  byId(id: string): Place | undefined;
  byName(name: string): Place | undefined;
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

/** The cities that name the time zones of the world: at least one of every country. */
export const cities = lazily(() =>
  Intl.supportedValuesOf('timeZone').flatMap((zone): Place[] => {
    const parts = zone.split('/');
    const name = parts.at(-1)?.replaceAll('_', ' ');
    const isCity = parts.length > 1 && parts[0] !== 'Etc' && name !== undefined;
    return isCity ? [{ id: zone.toLowerCase().replace(/[^a-z0-9]+/g, '-'), name }] : [];
  }),
);

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

function listOf(found: readonly Place[]): PlaceList {
  const places = [...new Map(found.map((place) => [place.name, place])).values()];
  places.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const ids = new Map(places.map((place) => [place.id, place]));
  const names = new Map(places.map((place) => [place.name, place]));
  return { places, byId: (id) => ids.get(id), byName: (name) => names.get(name) };
}
