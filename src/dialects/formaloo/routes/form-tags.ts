/** Tags and categories of forms, and the templates that this server does not have (wire/formaloo.md §10, §11). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rememberInApp } from '../../../core/apps/remember-in-app.ts';
import type { Core } from '../../../core/context.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { actorOf, appOf } from '../call.ts';
import { type Collection, mountCollection } from '../collection.ts';
import { sendData } from '../envelope.ts';
import { type Memory, memoryOf } from '../memory.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { legacy, modern } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { addTag, changeTag, findTag, removeTag, type Tag, tagsIn } from '../tag-list.ts';
import type { SlugParams } from './forms.ts';

interface Shelf {
  /** Under which name the app remembers them. */
  readonly memory: string;
  readonly plural: string;
  readonly singular: string;
}

const read = { config: { access: 'token', verb: 'read' } } as const;

export function formTagRoutes(scope: FastifyInstance, core: Core): void {
  mountCollection(scope, `${modern}/form-tags`, formTags(core), 'token');
  const categories = shelfOf(core, { memory: 'categories', plural: 'categories', singular: 'category' });
  mountCollection(scope, `${modern}/forms/category`, categories, 'token');
  templateRoutes(scope, core);
}

export function formTags(core: Core): Collection {
  return shelfOf(core, { memory: 'tags', plural: 'tags', singular: 'tag' });
}

function shelfOf(core: Core, shelf: Shelf): Collection {
  const tagsOf = async (request: FastifyRequest) => {
    const app = await core.catalog.app(appOf(actorOf(request)));
    return app === undefined ? [] : tagsIn(memoryOf(app)[shelf.memory]);
  };
  const keep = <T>(request: FastifyRequest, work: (tags: readonly Tag[]) => readonly [readonly Tag[], T]): Promise<T> =>
    rememberInApp(core, actorOf(request), appOf(actorOf(request)), 'formaloo', (memory: Memory) => {
      const [tags, result] = work(tagsIn(memory[shelf.memory]));
      return { memory: { ...memory, [shelf.memory]: tags as unknown as Json }, result };
    });
  const send = (reply: FastifyReply, tag: Tag, status = 200) =>
    sendData(reply, JSON.stringify({ [shelf.singular]: tag }), status);
  const slugOf = (request: FastifyRequest) => (request.params as SlugParams).slug;

  return {
    async list(request, reply) {
      const search = queryText(request, 'search')?.toLowerCase() ?? '';
      const found = (await tagsOf(request)).filter(({ title }) => String(title).toLowerCase().includes(search));
      const query = pageQueryOf(request);
      const shown = JSON.stringify(pageOf(found, query));
      const members = pageMembers(core, request, query, found.length);
      return sendData(reply, `{${members},"objects":${shown},"${shelf.plural}":${shown}}`);
    },
    async create(request, reply) {
      const tag = await keep(request, (tags) => {
        const added = addTag(tags, bodyOf(request));
        return [added.tags, added.tag];
      });
      return send(reply, tag, 201);
    },
    get: async (request, reply) => send(reply, findTag(await tagsOf(request), slugOf(request))),
    async change(request, reply) {
      const tag = await keep(request, (tags) => {
        const changed = changeTag(tags, slugOf(request), bodyOf(request));
        return [changed.tags, changed.tag];
      });
      return send(reply, tag);
    },
    async remove(request, reply) {
      await keep(request, (tags) => [removeTag(tags, slugOf(request)), null]);
      return sendData(reply, '{}');
    },
  };
}

/** There are none here; clients that look for some find empty lists. */
function templateRoutes(scope: FastifyInstance, core: Core): void {
  const empty = (name: string) => (request: FastifyRequest, reply: FastifyReply) =>
    sendData(reply, `{${pageMembers(core, request, pageQueryOf(request), 0)},"${name}":[]}`);
  scope.get(`${modern}/forms/templates`, { config: { access: 'key', verb: 'read' } }, empty('forms'));
  scope.get(`${modern}/payment-methods`, read, empty('payment_methods'));
  // One client asks for these two before anybody has a key.
  scope.get(`${legacy}/forms/templates/list`, { config: { access: 'open' } }, empty('forms'));
  scope.get(`${legacy}/forms/templates/categories`, { config: { access: 'open' } }, empty('categories'));
}
