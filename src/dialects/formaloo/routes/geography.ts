/** Countries, their states and cities, and languages as lists to choose from (wire/formaloo.md §12). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { loadCities } from '../../../core/geo/cities.ts';
import { countries, languages, listOf, type PlaceList, type PlaceQuestion } from '../../../core/geo/places.ts';
import { sendData } from '../envelope.ts';
import { pageMembers, pageQueryOf, queryText } from '../pages.ts';
import { gateway12 } from '../paths.ts';
import type { SlugParams } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;

export function geographyRoutes(scope: FastifyInstance, core: Core): void {
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    plural: string,
    title: 'name' | 'title',
    list: PlaceList,
    within: PlaceQuestion = {},
  ) => {
    const found = list.find({ search: queryText(request, 'search'), ...within });
    // Also of what was asked for at once: all cities of the world are no page.
    const query = pageQueryOf(request);
    const page = query.isWhole && found.count > wholeMax ? { ...query, isWhole: false, size: wholeMax } : query;
    const members = pageMembers(core, request, page, found.count);
    const from = page.isWhole ? 0 : (page.page - 1) * page.size;
    const shown = found
      .slice(from, page.isWhole ? found.count : from + page.size)
      .map(({ id, name }) => ({ slug: id, [title]: name }));
    return sendData(reply, `{${members},"${plural}":${JSON.stringify(shown)}}`);
  };

  scope.get(`${gateway12}/countries`, read, (request, reply) => send(request, reply, 'countries', 'name', countries()));
  scope.get(`${gateway12}/languages`, read, (request, reply) =>
    send(request, reply, 'languages', 'title', languages()),
  );
  scope.get(`${gateway12}/cities`, read, async (request, reply) =>
    send(request, reply, 'cities', 'name', await loadCities(), { state: queryText(request, 'state') }),
  );
  scope.get(`${gateway12}/countries/:slug/states`, read, async (request, reply) => {
    const { slug } = request.params as SlugParams;
    if (countries().byId(slug) === undefined) throw new AppError('record_not_found');
    return send(request, reply, 'states', 'name', listOf((await loadCities()).statesOf(slug)));
  });
}

const wholeMax = 1000;
