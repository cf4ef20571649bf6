import { cities, countries, type PlaceList } from '../../core/geo/places.ts';
import type { FormField } from './form.ts';

/** The list of places whose slugs answer a field of this type. */
export function placesOf({ kind }: FormField): PlaceList | null {
  if (kind.name === 'city') return cities();
  return kind.name === 'country' ? countries() : null;
}
