/** Fields whose answers are places of the world (wire/formaloo.md §5). */
import { citiesNow, loadCities } from '../../core/geo/cities.ts';
import { countries, type PlaceList } from '../../core/geo/places.ts';
import type { Form, FormField } from './form.ts';

/** The list of places whose slugs answer a field of this type. That of cities is asked for behind `placesReady`. */
export function placesOf({ kind }: Pick<FormField, 'kind'>): (() => PlaceList) | null {
  if (kind.name === 'city') return cities;
  return kind.name === 'country' ? countries : null;
}

function cities(): PlaceList {
  const list = citiesNow();
  if (list === undefined) throw new Error('the cities were asked for before they were loaded');
  return list;
}

/** Something to wait for, only where the form asks for a city and none was asked for before. */
export function placesReady({ entries }: Pick<Form, 'entries'>): Promise<unknown> | undefined {
  if (citiesNow() !== undefined || !entries.some(({ kind }) => kind.name === 'city')) return undefined;
  return loadCities();
}
