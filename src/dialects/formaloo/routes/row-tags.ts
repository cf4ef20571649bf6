/** `/forms/{slug}/row-tags/`: the tags that rows of a form can carry (wire/formaloo.md §7). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { dropRecordTag } from '../../../core/forms/record-tags.ts';
import { updateTable } from '../../../core/tables/update-table.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import type { Form } from '../form.ts';
import { withMemory } from '../memory.ts';
import { onChange } from '../on-change.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { modern } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { addTag, changeTag, findTag, removeTag, type Tag, tagsIn } from '../tag-list.ts';
import { ownForm } from './forms.ts';

const path = `${modern}/forms/:slug/row-tags`;
const item = `${path}/:tag`;
const read = { config: { access: 'token', verb: 'read' } } as const;
const schema = { config: { access: 'token', verb: 'schema' } } as const;

export function rowTagRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  const open = async (request: FastifyRequest) => {
    const form = await ownForm(forms, request);
    return { form, tags: tagsIn(form.memory.row_tags), slug: (request.params as { readonly tag: string }).tag };
  };
  const keep = (request: FastifyRequest, form: Form, tags: readonly Tag[]) =>
    updateTable(core, actorOf(request), form.table, {
      foreign: withMemory(form.table.foreign, { ...form.memory, row_tags: tags as unknown as Json }),
    });

  scope.get(path, read, async (request, reply) => {
    const { tags } = await open(request);
    const search = queryText(request, 'search')?.toLowerCase() ?? '';
    const found = tags.filter(({ title }) => String(title).toLowerCase().includes(search));
    const query = pageQueryOf(request);
    const shown = JSON.stringify(pageOf(found, query));
    // Which of the two names clients read is not known.
    return sendData(
      reply,
      `{${pageMembers(core, request, query, found.length)},"objects":${shown},"row_tags":${shown}}`,
    );
  });
  scope.post(path, schema, async (request, reply) => {
    const { form, tags } = await open(request);
    const added = addTag(tags, bodyOf(request));
    await keep(request, form, added.tags);
    return sendTag(reply, added.tag, 201);
  });
  scope.get(item, read, async (request, reply) => {
    const { tags, slug } = await open(request);
    return sendTag(reply, findTag(tags, slug));
  });
  onChange(scope, item, schema, async (request, reply) => {
    const { form, tags, slug } = await open(request);
    const changed = changeTag(tags, slug, bodyOf(request));
    await keep(request, form, changed.tags);
    return sendTag(reply, changed.tag);
  });
  scope.delete(item, schema, async (request, reply) => {
    const { form, tags, slug } = await open(request);
    await keep(request, form, removeTag(tags, slug));
    await dropRecordTag(core, actorOf(request), form.table, slug);
    return sendData(reply, '{}');
  });
}

function sendTag(reply: FastifyReply, tag: Tag, status = 200): FastifyReply {
  return sendData(reply, JSON.stringify({ row_tag: tag }), status);
}
