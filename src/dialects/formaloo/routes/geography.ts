/** Countries, cities and languages as lists to choose from (wire/formaloo.md §12). */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { cities, countries, languages, type Place } from '../../../core/geo/places.ts';
import { sendData } from '../envelope.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { gateway12 } from '../paths.ts';
import type { SlugParams } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;

export function geographyRoutes(scope: FastifyInstance, core: Core): void {
  const listing = (path: string, name: string, title: 'name' | 'title', placesOf: () => readonly Place[]) =>
    scope.get(`${gateway12}/${path}`, read, (request, reply) => {
      const search = queryText(request, 'search')?.toLowerCase() ?? '';
      const found = placesOf().filter((place) => place.name.toLowerCase().includes(search));
      const query = pageQueryOf(request);
      const shown = pageOf(found, query).map((place) => ({ slug: place.id, [title]: place.name }));
      return sendData(reply, `{${pageMembers(core, request, query, found.length)},"${name}":${JSON.stringify(shown)}}`);
    });
  listing('countries', 'countries', 'name', () => countries().places);
  listing('cities', 'cities', 'name', () => cities().places);
  listing('languages', 'languages', 'title', () => languages().places);
  // The world list has no states.
  scope.get(`${gateway12}/countries/:slug/states`, read, (request, reply) => {
    if (countries().byId((request.params as SlugParams).slug) === undefined) throw new AppError('record_not_found');
    return sendData(reply, `{${pageMembers(core, request, pageQueryOf(request), 0)},"states":[]}`);
  });
}
