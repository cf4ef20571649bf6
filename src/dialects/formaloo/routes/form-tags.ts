/** Tags and categories of forms, and the templates that this server does not have (wire/formaloo.md §10, §11). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rememberInApp } from '../../../core/apps/remember-in-app.ts';
import type { Core } from '../../../core/context.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { actorOf, appOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import { type Memory, memoryOf } from '../memory.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { gateway3, legacy, modern } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { addTag, changeTag, findTag, removeTag, type Tag, tagsIn } from '../tag-list.ts';
import type { SlugParams } from './forms.ts';

interface Shelf {
  /** Under which name the app remembers them. */
  readonly memory: string;
  readonly paths: readonly string[];
  readonly plural: string;
  readonly singular: string;
}

/** `/tags/` means other tags in the first two gateway versions (wire/formaloo.md §1). */
const shelves: readonly Shelf[] = [
  { memory: 'tags', paths: [`${gateway3}/tags`, `${modern}/form-tags`], plural: 'tags', singular: 'tag' },
  { memory: 'categories', paths: [`${modern}/forms/category`], plural: 'categories', singular: 'category' },
];

const read = { config: { access: 'token', verb: 'read' } } as const;
const schema = { config: { access: 'token', verb: 'schema' } } as const;

export function formTagRoutes(scope: FastifyInstance, core: Core): void {
  for (const shelf of shelves) for (const path of shelf.paths) shelfRoutes(scope, core, shelf, path);
  templateRoutes(scope, core);
}

function shelfRoutes(scope: FastifyInstance, core: Core, shelf: Shelf, path: string): void {
  const item = `${path}/:slug`;
  const tagsOf = async (request: FastifyRequest) => {
    const app = await core.catalog.app(appOf(actorOf(request)));
    return app === undefined ? [] : tagsIn(memoryOf(app)[shelf.memory]);
  };
  const change = <T>(
    request: FastifyRequest,
    work: (tags: readonly Tag[]) => readonly [readonly Tag[], T],
  ): Promise<T> =>
    rememberInApp(core, actorOf(request), appOf(actorOf(request)), 'formaloo', (memory: Memory) => {
      const [tags, result] = work(tagsIn(memory[shelf.memory]));
      return { memory: { ...memory, [shelf.memory]: tags as unknown as Json }, result };
    });
  const send = (reply: FastifyReply, tag: Tag, status = 200) =>
    sendData(reply, JSON.stringify({ [shelf.singular]: tag }), status);
  const slugOf = (request: FastifyRequest) => (request.params as SlugParams).slug;

  scope.get(path, read, async (request, reply) => {
    const search = queryText(request, 'search')?.toLowerCase() ?? '';
    const found = (await tagsOf(request)).filter(({ title }) => String(title).toLowerCase().includes(search));
    const query = pageQueryOf(request);
    const shown = JSON.stringify(pageOf(found, query));
    const members = pageMembers(core, request, query, found.length);
    return sendData(reply, `{${members},"objects":${shown},"${shelf.plural}":${shown}}`);
  });
  scope.post(path, schema, async (request, reply) => {
    const tag = await change(request, (tags) => {
      const added = addTag(tags, bodyOf(request));
      return [added.tags, added.tag];
    });
    return send(reply, tag, 201);
  });
  scope.get(item, read, async (request, reply) => send(reply, findTag(await tagsOf(request), slugOf(request))));
  for (const method of ['PATCH', 'PUT'] as const) {
    scope.route({
      method,
      url: item,
      ...schema,
      handler: async (request, reply) => {
        const tag = await change(request, (tags) => {
          const changed = changeTag(tags, slugOf(request), bodyOf(request));
          return [changed.tags, changed.tag];
        });
        return send(reply, tag);
      },
    });
  }
  scope.delete(item, schema, async (request, reply) => {
    await change(request, (tags) => [removeTag(tags, slugOf(request)), null]);
    return sendData(reply, '{}');
  });
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
